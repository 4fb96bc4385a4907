#include "config/options/nearest.hpp"
#include "config/options/values.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::config;

TEST_CASE("an integer is read whole or not at all") {
  CHECK(*read_integer("64", {1, 1024}) == 64);
  CHECK(*read_integer("-3", {-5, 5}) == -3);
  for (auto wrong : {"", " 64", "64 ", "6.4", "0x40", "1e3", "99999999999999999999", "+1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read_integer(wrong, {1, 1024}).has_value());
  }
}

TEST_CASE("both bounds of an integer are allowed and their neighbours are not") {
  CHECK(read_integer("1", {1, 1024}).has_value());
  CHECK(read_integer("1024", {1, 1024}).has_value());
  CHECK(read_integer("0", {1, 1024}).error().message == "must be an integer in 1..1024");
  CHECK_FALSE(read_integer("1025", {1, 1024}).has_value());
}

TEST_CASE("sizes are powers of 1024, in any letter case, bytes without a unit") {
  const bounds any{0, 1LL << 50};
  CHECK(*read_bytes("64MB", any) == 64LL << 20);
  CHECK(*read_bytes("64 mb", any) == 64LL << 20);
  CHECK(*read_bytes("1TB", any) == 1LL << 40);
  CHECK(*read_bytes("4096", any) == 4096);
  CHECK(*read_bytes("10B", any) == 10);
}

TEST_CASE("a size with an unknown unit, a fraction or an overflow is refused") {
  for (auto wrong : {"", "MB", "64XB", "1.5GB", "-1MB", "9223372036854775807KB"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read_bytes(wrong, {0, 1LL << 50}).has_value());
  }
}

TEST_CASE("a duration needs its unit and is kept in milliseconds") {
  const bounds any{0, 1LL << 50};
  CHECK(*read_duration("250ms", any) == 250);
  CHECK(*read_duration("10s", any) == 10'000);
  CHECK(*read_duration("5m", any) == 300'000);
  CHECK(*read_duration("2h", any) == 7'200'000);
  CHECK(*read_duration("1d", any) == 86'400'000);
  CHECK_FALSE(read_duration("10", any).has_value());
  CHECK(read_duration("2h", {0, 3'600'000}).error().message.find("0s..1h") != std::string::npos);
}

TEST_CASE("sizes and durations are printed so that they read back") {
  const bounds any{0, 1LL << 60};
  for (std::int64_t x : {0LL, 1LL, 999LL, 1000LL, 1024LL, 1536LL, 86'400'000LL, (1LL << 40) + 1}) {
    CAPTURE(x);
    CHECK(*read_bytes(print_bytes(x), any) == x);
    CHECK(*read_duration(print_duration(x), any) == x);
  }
  CHECK(print_bytes(64LL << 20) == "64MB");
  CHECK(print_duration(90'000) == "90s");
}

TEST_CASE("an endpoint is a host and a port") {
  CHECK(*read_endpoint("127.0.0.1:8080") == endpoint{"127.0.0.1", 8080});
  CHECK(*read_endpoint("[::1]:80") == endpoint{"::1", 80});
  CHECK(print_endpoint({"::1", 80}) == "[::1]:80");
  for (auto wrong : {"", "8080", ":8080", "host:", "host:65536", "::1:80", "http://a:80", "a:-1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read_endpoint(wrong).has_value());
  }
}

TEST_CASE("a misspelled name finds the name that was meant") {
  const std::vector<std::string> names{"shards", "workers", "log-level", "log-file"};
  CHECK(nearest("shard", names) == "shards");
  CHECK(nearest("wrokers", names) == "workers");
  CHECK(nearest("loglevel", names) == "log-level");
  CHECK(nearest("work", names) == "workers");
  CHECK(nearest("port", names).empty());
  CHECK(did_you_mean("shard", names) == "; did you mean 'shards'?");
}

TEST_CASE("the distance counts a swap of neighbours once") {
  CHECK(edit_distance("ab", "ba") == 1);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
}
