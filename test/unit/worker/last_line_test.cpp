#include "actors/worker/last_line.hpp"

#include <doctest/doctest.h>

using namespace tutti::worker;

namespace {

std::string last_of(std::string_view bytes) {
  last_line x;
  x.feed(bytes);
  return x.text();
}

} // namespace

TEST_CASE("the last line is the last one that has anything in it") {
  CHECK(last_of("first\nsecond\n") == "second");
  CHECK(last_of("first\n  second  \n \n\r\n") == "second");
  CHECK(last_of("no end") == "no end");
  CHECK(last_of("").empty());
  CHECK(last_of("\n \n").empty());
}

TEST_CASE("a line may come in pieces") {
  last_line x;
  for (const char* piece : {"a\nfai", "lu", "re\n", "\n"})
    x.feed(piece);
  CHECK(x.text() == "failure");
}

TEST_CASE("a progress bar counts from its last carriage return") {
  CHECK(last_of("10%\r50%\rdisk full\n") == "disk full");
}

TEST_CASE("control characters become spaces, and bytes that are no UTF-8 question marks") {
  CHECK(last_of("a\tb\x1b[31m\n") == "a b [31m");
  CHECK(last_of("gr\xc3\xbc\xc3\n") == "gr\xc3\xbc?");
  CHECK(last_of("\xed\xa0\x80!\n") == std::string(3, '?') + "!");
}

TEST_CASE("a long line is cut between characters, and much text is forgotten") {
  std::string line;
  for (int i = 0; i < 1000; ++i)
    line += "\xc3\xbc";
  const auto text = last_of(line);
  CHECK(text.size() == 2 * last_line::text_max + 3);
  CHECK(text.substr(text.size() - 5) == "\xc3\xbc...");
  last_line x;
  for (int i = 0; i < 100'000; ++i)
    x.feed("some line\n");
  x.feed("end");
  CHECK(x.text() == "end");
}
