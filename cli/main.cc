// SPDX-License-Identifier: MIT
#include <cstdlib>

int main() {
  return EXIT_SUCCESS;
}
