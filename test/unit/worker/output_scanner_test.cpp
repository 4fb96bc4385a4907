#include "actors/worker/output_scanner.hpp"

#include <doctest/doctest.h>

#include <string>

using tutti::worker::output_scanner;

namespace {

const std::string start{tutti::worker::output_start_token};
const std::string stop{tutti::worker::output_end_token};

output_scanner scan(const std::string& text, std::size_t piece, std::int64_t max_chars = 100) {
  output_scanner scanner{max_chars};
  for (std::size_t at = 0; at < text.size(); at += piece)
    scanner.feed(std::string_view{text}.substr(at, piece));
  return scanner;
}

} // namespace

TEST_CASE("the text between the output tokens is found however the stream is cut") {
  const auto text = "noise MAESTRO_OUT" + start + "{\"a\": 1}" + stop + " more MAESTRO_OUTPUT_";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    CAPTURE(piece);
    CHECK(scan(text, piece).text() == "{\"a\": 1}");
  }
}

TEST_CASE("the last start token counts") {
  CHECK(scan(start + "old" + stop + start + "new" + stop, 7).text() == "new");
}

TEST_CASE("a start token without an end token after it gives no output") {
  CHECK_FALSE(scan(start + "old" + stop + start + "open", 5).text());
  CHECK_FALSE(scan(stop + "nothing", 5).text());
}

TEST_CASE("the last end token after the start token counts") {
  const auto text = start + "a" + stop + "b" + stop + "tail";
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    CHECK(scan(text, piece).text() == "a" + stop + "b");
}

TEST_CASE("what looks like a token within the text is part of it") {
  CHECK(scan(start + "MAESTRO_OUTPUT_STAMP MAESTRO_" + stop, 3).text()
        == "MAESTRO_OUTPUT_STAMP MAESTRO_");
}

TEST_CASE("text beyond the bound is reported as too large, not cut") {
  const auto scanner = scan(start + std::string(101, 'x') + stop, 9);
  CHECK(scanner.too_large());
  CHECK_FALSE(scanner.text());
  CHECK(scan(start + std::string(100, 'x') + stop, 9).text() == std::string(100, 'x'));
}

TEST_CASE("the bound counts characters, not bytes") {
  std::string umlauts;
  for (int i = 0; i < 100; ++i)
    umlauts += "\xc3\xa4";
  CHECK(scan(start + umlauts + stop, 9).text() == umlauts);
  CHECK(scan(start + umlauts + "x" + stop, 9).too_large());
}

TEST_CASE("a long log after the end token does not spoil the output") {
  const auto scanner = scan(start + "good" + stop + std::string(10'000, 'x'), 64);
  CHECK(scanner.text() == "good");
  CHECK_FALSE(scanner.too_large());
}

TEST_CASE("a new start token forgives an output that was too large") {
  const auto scanner = scan(start + std::string(10'000, 'x') + stop + start + "small" + stop, 64);
  CHECK(scanner.text() == "small");
}
