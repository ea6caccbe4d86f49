# SPDX-License-Identifier: MIT
"""Feeds the checker one breach of each rule and sees it found, and sees what is right pass."""

import os
import tempfile
import unittest

from check_rules import breaches

SPDX = "// SPDX-License-Identifier: MIT\n"
HEADER = SPDX + "#pragma once\n"


class CheckRules(unittest.TestCase):
    def found(self, files):
        """The (rule, line) pairs of the breaches in a tree of path -> text."""
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                full_path = os.path.join(root, path)
                os.makedirs(os.path.dirname(full_path), exist_ok=True)
                with open(full_path, "w", encoding="utf-8") as stream:
                    stream.write(text)
            return [(rule, number) for _, number, rule, _ in breaches(root)]

    def found_in(self, path, body):
        return self.found({path: (HEADER if path.endswith(".h") else SPDX) + body})

    def test_an_orderly_tree_passes(self):
        self.assertEqual([], self.found({
            "lib/net/loop.h": HEADER + '#include "wire/frame.h"\n#include "core/error.h"\n',
            "lib/net/loop.cc": SPDX + '#include "net/loop.h"\n#include <sys/epoll.h>\n',
            "lib/net/CMakeLists.txt": "wskit_library(net SOURCES loop.cc PUBLIC wskit::wire)\n",
            "cli/main.cc": SPDX + '#include "load/plan.h"\n#include <CLI/CLI.hpp>\n',
            "lib/load/plan.h": HEADER + "int x = 1'000;\n",
            "scripts/build": "#!/bin/sh\n# SPDX-License-Identifier: MIT\n",
            "README.md": "wskit\n",
        }))

    def test_an_arrow_that_is_not_in_the_table_fails(self):
        self.assertEqual([("layers", 2)], self.found_in("lib/wire/a.cc", '#include "net/b.h"\n'))
        self.assertEqual([("layers", 2)], self.found_in("lib/core/a.cc", '#include "wire/b.h"\n'))
        self.assertEqual([("layers", 2)], self.found_in("lib/load/a.cc", '#include "cli/main.h"\n'))
        self.assertEqual([("layers", 2)], self.found_in("cli/a.cc", '#include "broker/broker.h"\n'))
        self.assertEqual([("layers", 2)], self.found_in("lib/pubsub/a.cc", '#include "serve/b.h"\n'))
        self.assertEqual([], self.found_in("lib/pubsub/a.cc", '#include "broker/broker.h"\n'))

    def test_a_source_that_no_list_names_fails(self):
        tree = {
            "CMakeLists.txt": "add_subdirectory(lib)\n",
            "lib/CMakeLists.txt": "add_subdirectory(wire)\n",
            "lib/wire/CMakeLists.txt": "wskit_library(wire SOURCES a.cc)\n",
            "lib/wire/a.cc": SPDX,
        }
        self.assertEqual([], self.found(tree))
        self.assertEqual([("built", 1)], self.found(tree | {"lib/wire/b.cc": SPDX}))
        self.assertEqual([("built", 1)], self.found(tree | {"lib/CMakeLists.txt": ""}))

    def test_a_folder_outside_the_design_fails(self):
        self.assertEqual([("layers", 1)], self.found_in("lib/misc/a.cc", ""))

    def test_a_project_header_in_angle_brackets_fails(self):
        self.assertEqual([("layers", 2)], self.found_in("lib/wire/a.cc", "#include <net/loop.h>\n"))

    def test_a_forbidden_link_fails(self):
        self.assertEqual([("layers", 2)], self.found({
            "lib/stats/CMakeLists.txt": "wskit_library(stats SOURCES a.cc\n  PUBLIC wskit::net)\n",
        }))

    def test_third_party_headers_stay_in_their_folder(self):
        for path, header in [
            ("lib/net/a.cc", "libwebsockets.h"),
            ("lib/serve/a.cc", "liburing.h"),
            ("lib/serve/a.cc", "sys/epoll.h"),
            ("lib/serve/a.cc", "openssl/ssl.h"),
            ("lib/load/a.cc", "openssl/evp.h"),
            ("lib/load/a.cc", "CLI/CLI.hpp"),
            ("lib/load/a.cc", "nlohmann/json.hpp"),
            ("tests/unit/core/a_test.cc", "catch2/catch.hpp"),
            ("lib/serve/a.cc", "hiredis/hiredis.h"),
        ]:
            with self.subTest(header):
                self.assertEqual([("headers", 2)], self.found_in(path, f"#include <{header}>\n"))

    def test_third_party_headers_are_allowed_where_they_belong(self):
        for path, header in [
            ("lib/serve/a.cc", "libwebsockets.h"),
            ("lib/net/a.cc", "openssl/ssl.h"),
            ("lib/wire/a.cc", "openssl/rand.h"),
            ("lib/core/json.h", "nlohmann/json.hpp"),
        ]:
            with self.subTest(header):
                self.assertEqual([], self.found_in(path, f"#include <{header}>\n"))

    def test_another_header_before_the_own_one_fails(self):
        self.assertEqual([("own-header", 2)], self.found({
            "lib/wire/a.h": HEADER,
            "lib/wire/a.cc": SPDX + '#include <string>\n#include "wire/a.h"\n',
        }))

    def test_printing_in_lib_fails(self):
        for code in [
            "std::cout << 1;", "std::cerr << 1;", "printf(x);", "std::printf(x);",
            "std::fputs(x, stderr);", "write(STDOUT_FILENO, x, 1);", "fmt::print(x);", "perror(x);",
        ]:
            with self.subTest(code):
                self.assertEqual([("prints", 2)], self.found_in("lib/wire/a.cc", code + "\n"))

    def test_ending_the_process_in_lib_fails(self):
        for code in ["exit(1);", "std::exit(1);", "::_exit(1);", "std::abort();", "abort();"]:
            with self.subTest(code):
                self.assertEqual([("exits", 2)], self.found_in("lib/wire/a.cc", code + "\n"))

    def test_what_only_looks_like_printing_or_ending_passes(self):
        for code in [
            "// std::cout and exit(1)", 'x = "exit(1)";', "stream.abort();", "void exit(int code);",
            "loop->exit();", "snprintf(a, 1, b);", "vsnprintf(a, 1, b, c);", "fmt::format(x);",
        ]:
            with self.subTest(code):
                self.assertEqual([], self.found_in("lib/wire/a.cc", code + "\n"))
        self.assertEqual([], self.found_in("cli/a.cc", "std::exit(1);\n"))
        self.assertEqual([], self.found_in("lib/core/check.cc", "std::abort();\n"))

    def test_reading_the_clock_in_lib_fails(self):
        for code in [
            "auto t = std::chrono::steady_clock::now();", "clock_gettime(x, &t);", "time(nullptr);",
        ]:
            with self.subTest(code):
                self.assertEqual([("clock", 2)], self.found_in("lib/load/a.cc", code + "\n"))
        a_clock = "Instant now() const override { return std::chrono::steady_clock::now(); }\n"
        self.assertEqual([], self.found_in("lib/net/a.cc", a_clock))
        self.assertEqual([], self.found_in("lib/load/a.cc", "const auto t = clock.now();\n"))

    def test_sleeping_fails_everywhere(self):
        for path in ["lib/net/a.cc", "tests/net/a_test.cc", "cli/a.cc"]:
            for code in ["std::this_thread::sleep_for(x);", "usleep(1);", "::sleep(1);"]:
                with self.subTest(path + code):
                    self.assertEqual([("sleep", 2)], self.found_in(path, code + "\n"))

    def test_a_name_without_meaning_fails(self):
        self.assertEqual([("names", 2)], self.found_in("lib/net/a.cc", "class LoopManager {};\n"))
        self.assertEqual([("names", 2)], self.found_in("lib/net/a.cc", "struct FrameInfo;\n"))
        self.assertEqual([("names", 1)], self.found_in("lib/net/string_utils.cc", ""))
        self.assertEqual([], self.found_in("lib/net/a.cc", "class Database {};\naddrinfo x;\n"))

    def test_a_shared_pointer_without_a_comment_fails(self):
        self.assertEqual([("shared", 2)], self.found_in("lib/net/a.cc", "std::shared_ptr<X> x;\n"))
        commented = "// The loop and the resolver thread share it.\nstd::shared_ptr<X> x;\n"
        self.assertEqual([], self.found_in("lib/net/a.cc", commented))

    def test_a_file_of_more_than_400_lines_fails(self):
        self.assertEqual([], self.found_in("lib/net/a.cc", "\n" * 399))
        self.assertEqual([("length", 401)], self.found_in("lib/net/a.cc", "\n" * 400))

    def test_a_missing_licence_line_fails(self):
        self.assertEqual([("spdx", 1)], self.found({"lib/net/a.cc": "int x;\n"}))
        self.assertEqual([("spdx", 2)], self.found({"scripts/a": "#!/bin/sh\nexit 0\n"}))

    def test_a_header_without_pragma_once_fails(self):
        self.assertEqual([("pragma", 1)], self.found({"lib/net/a.h": SPDX}))

    def test_unfinished_work_fails(self):
        self.assertEqual([("unfinished", 2)], self.found_in("lib/net/a.cc", "// TO" + "DO: more\n"))

    def test_a_path_of_one_machine_fails(self):
        self.assertEqual([("paths", 2)], self.found_in("lib/net/a.cc", 'x = "/ho' + 'me/ann/x";\n'))

    def test_a_banner_fails(self):
        self.assertEqual([("banner", 2)], self.found_in("lib/net/a.cc", "// " + "-" * 20 + "\n"))

    def test_a_new_top_level_name_fails(self):
        self.assertEqual([("top-level", 1)], self.found({"src/a.txt": "\n"}))


if __name__ == "__main__":
    unittest.main()
