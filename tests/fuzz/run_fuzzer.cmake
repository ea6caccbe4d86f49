# Runs FUZZER on a fresh copy of CORPUS in SCRATCH; what it finds is left there.
file(REMOVE_RECURSE ${SCRATCH})
file(MAKE_DIRECTORY ${SCRATCH}/findings)
file(COPY ${CORPUS}/ DESTINATION ${SCRATCH}/corpus)
file(GLOB seeds ${SCRATCH}/corpus/*)
if(NOT seeds)
  message(FATAL_ERROR "${CORPUS} holds no seed")
endif()
execute_process(
  COMMAND ${FUZZER} -seed=6455 -runs=${RUNS} -max_total_time=60 -max_len=4096 -timeout=10
    -print_final_stats=1 -artifact_prefix=${SCRATCH}/findings/ ${SCRATCH}/corpus
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${FUZZER} failed (${result}); the input is in ${SCRATCH}/findings")
endif()
