#include "tools/ctl/exit_code.hpp"
#include "tools/ctl/statuses.hpp"
#include "tools/ctl/text.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::ctl;

TEST_CASE("control characters and line breaks of a message become single spaces") {
  CHECK(one_line("a\nb\r\n  c\t") == "a b c");
  CHECK(one_line("\x1b[31mred\x07") == "[31mred");
  CHECK(one_line("") == "");
}

TEST_CASE("a cut text fits and says that it was cut") {
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdef", 5) == "abcd~");
  CHECK(cut("abcdef", 0) == "abcdef");
  CHECK(cut("abc", 1) == "~");
}

TEST_CASE("widths count characters, not bytes, and no character is cut in two") {
  CHECK(width_of("gr\xc3\xbc\xc3\x9f") == 4);
  CHECK(cut("gr\xc3\xbc\xc3\x9f", 3) == "gr~");
  CHECK(cut("\xc3\xbc\xc3\xbc\xc3\xbc", 2) == "\xc3\xbc~");
  CHECK(pad("\xc3\xbc", 3) == "\xc3\xbc  ");
}

TEST_CASE("a wrapped text is broken at spaces, or where there are none anywhere") {
  using lines = std::vector<std::string>;
  CHECK(wrap("one two three", 8) == lines{"one two", "three"});
  CHECK(wrap("one two", 7) == lines{"one two"});
  CHECK(wrap("one two", 3) == lines{"one", "two"});
  CHECK(wrap("abcdefgh ij", 3) == lines{"abc", "def", "gh", "ij"});
  CHECK(wrap("\xc3\xbc\xc3\xbc\xc3\xbc", 2) == lines{"\xc3\xbc\xc3\xbc", "\xc3\xbc"});
  CHECK(wrap("a b", 0) == lines{"a b"});
  CHECK(wrap("", 5) == lines{""});
}

TEST_CASE("durations have two units at most") {
  CHECK(duration_text(-5) == "0ms");
  CHECK(duration_text(350) == "350ms");
  CHECK(duration_text(12'345) == "12.3s");
  CHECK(duration_text(59'999) == "59.9s");
  CHECK(duration_text(185'000) == "3m 05s");
  CHECK(duration_text(2 * 3'600'000 + 5 * 60'000) == "2h 05m");
  CHECK(duration_text(76 * 3'600'000LL) == "3d 04h");
}

TEST_CASE("a bar is full only at the end, and never overflows") {
  CHECK(bar(0, 10, 10) == "[..........]");
  CHECK(bar(5, 10, 10) == "[#####.....]");
  CHECK(bar(999'999, 1'000'000, 10) == "[#########.]");
  CHECK(bar(10, 10, 10) == "[##########]");
  CHECK(bar(12, 10, 10) == "[##########]");
  CHECK(bar(0, 0, 4) == "[....]");
}

TEST_CASE("times are UTC, and a missing one is a dash") {
  CHECK(time_text(1'760'000'000'000) == "2025-10-09 08:53:20");
  CHECK(time_text(0) == "-");
}

TEST_CASE("colours appear only when they are on") {
  CHECK(coloured("FAILED", "FAILED", look{}) == "FAILED");
  CHECK(coloured("FAILED", "FAILED", look{true, true}) == "\x1b[31mFAILED\x1b[0m");
  CHECK(coloured("CREATED", "CREATED", look{true, true}) == "CREATED");
}

TEST_CASE("a table aligns its columns and cuts lines at the width") {
  const table x{{"STATUS", "ID"}, {{"RUNNING", "a"}, {"OK", "a-long-name"}}, 0};
  CHECK(render(x, look{}) == "STATUS   ID\nRUNNING  a\nOK       a-long-name\n");
  CHECK(render(x, look{true, false, 14}) == "STATUS   ID\nRUNNING  a\nOK       a-lo~\n");
}

TEST_CASE("every terminal status has a mood") {
  CHECK(mood_of("SUCCEEDED") == mood::good);
  CHECK(mood_of("FAILED") == mood::bad);
  CHECK(mood_of("TIMED_OUT") == mood::bad);
  CHECK(mood_of("RUNNING") == mood::busy);
  CHECK(mood_of("CREATED") == mood::waiting);
}

TEST_CASE("a run has ended with one of four statuses") {
  for (auto x : {"SUCCEEDED", "FAILED", "STOPPED", "TIMED_OUT"})
    CHECK(run_ended(x));
  for (auto x : {"CREATED", "IN_PROGRESS", "PAUSED", ""})
    CHECK_FALSE(run_ended(x));
}

TEST_CASE("exit codes tell success, failure, silence, refusal and fault apart") {
  CHECK(exit_code_of_run("SUCCEEDED") == exit_code::ok);
  CHECK(exit_code_of_run("STOPPED") == exit_code::run_failed);
  CHECK(exit_code_of_error(ec::unavailable) == exit_code::unreachable);
  CHECK(exit_code_of_error(ec::not_found) == exit_code::refused);
  CHECK(exit_code_of_error(ec::internal) == exit_code::server_error);
  CHECK(static_cast<int>(exit_code::interrupted) == 130);
}
