# Makes a C++ source of the page: cmake -DPAGE=index.html -DOUT=page.cc -P embed.cmake
file(READ "${PAGE}" text)
file(CONFIGURE OUTPUT "${OUT}" @ONLY CONTENT [[
// Made from lib/serve/page/index.html.
#include "serve/web_page.h"

namespace wskit::serve {
namespace {

constexpr std::string_view kPage = R"~page~(@text@)~page~";

}  // namespace

std::string_view web_page() {
  return kPage;
}

}  // namespace wskit::serve
]])
