// Changes of rows as the data of log entries.

#include "storage/journal/row_batch.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace tutti;
using namespace tutti::storage;

namespace {

const std::vector<row_op> sample{put_row("k", "v"), erase_row(std::string("\0\xff", 2)),
                                 erase_rows("a", "")};

// For ever: what version 1 wrote.
const std::string golden("\x01"
                         "\x00\x00\x00\x00\x01k\x00\x00\x00\x01v"
                         "\x01\x00\x00\x00\x02\x00\xff\x00\x00\x00\x00"
                         "\x02\x00\x00\x00\x01"
                         "a\x00\x00\x00\x00"
                         "\x14\xce\x17\xfd",
                         37);

} // namespace

TEST_CASE("changes of rows have the bytes that they had in version 1") {
  CHECK(encode_rows(sample) == golden);
  auto back = decode_rows(golden);
  REQUIRE(back.has_value());
  CHECK(*back == sample);
}

TEST_CASE("no changes are no bytes") {
  CHECK(encode_rows({}).empty());
  CHECK(decode_rows("")->empty());
}

TEST_CASE("damaged changes are found out") {
  for (std::size_t i = 0; i < golden.size(); ++i) {
    CAPTURE(i);
    CHECK(decode_rows(golden.substr(0, i)).has_value() == (i == 0));
    auto damaged = golden;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    auto found = decode_rows(damaged);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == ec::corrupt);
  }
}
