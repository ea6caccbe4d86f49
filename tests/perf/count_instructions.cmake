# Instructions per unit of PROGRAM, from the difference of two run lengths under callgrind.
function(count_run units result)
  execute_process(
    COMMAND valgrind --tool=callgrind --callgrind-out-file=/dev/null ${PROGRAM} ${ARGS} ${units}
    OUTPUT_QUIET ERROR_VARIABLE log RESULT_VARIABLE status)
  if(NOT status EQUAL 0 OR NOT log MATCHES "Collected : ([0-9]+)")
    message(FATAL_ERROR "valgrind ${PROGRAM} ${ARGS} ${units}: ${status}\n${log}")
  endif()
  set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()

count_run(${SHORT} short_run)
count_run(${LONG} long_run)
math(EXPR per_unit "(${long_run} - ${short_run}) / (${LONG} - ${SHORT})")
execute_process(COMMAND ${CMAKE_COMMAND} -E echo
  "{\"figure\":\"${NAME}\",\"unit\":\"instructions\",\"value\":${per_unit},\"limit\":${LIMIT}}")
if(per_unit GREATER LIMIT)
  message(FATAL_ERROR "${NAME}: ${per_unit} instructions, the limit is ${LIMIT}")
endif()
