#include "runtime/dsl/scalar.hpp"

#include <doctest/doctest.h>

namespace tutti::dsl {

namespace {

scalar_kind kind_of(std::string_view plain) {
  return resolve(plain).kind;
}

} // namespace

TEST_CASE("words for yes and no are booleans in three spellings") {
  for (auto x : {"yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"}) {
    CAPTURE(x);
    CHECK(kind_of(x) == scalar_kind::boolean);
    CHECK(resolve(x).boolean);
  }
  for (auto x : {"no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"}) {
    CAPTURE(x);
    CHECK(kind_of(x) == scalar_kind::boolean);
    CHECK_FALSE(resolve(x).boolean);
  }
}

TEST_CASE("single letters and mixed spellings are texts") {
  for (auto x : {"y", "n", "Y", "N", "yEs", "oN", "tRUE", "yess", "nUll"}) {
    CAPTURE(x);
    CHECK(kind_of(x) == scalar_kind::text);
  }
}

TEST_CASE("integers are read in all bases of YAML 1.1") {
  struct {
    const char* text;
    std::int64_t value;
  } cases[] = {{"0", 0},
               {"15", 15},
               {"+5", 5},
               {"-7", -7},
               {"010", 8},
               {"-010", -8},
               {"0x1F", 31},
               {"0xff", 255},
               {"-0x10", -16},
               {"0b11", 3},
               {"1_000", 1000},
               {"0b1_0", 2},
               {"0_7", 7},
               {"9223372036854775807", INT64_MAX},
               {"-9223372036854775808", INT64_MIN}};

  for (const auto& x : cases) {
    CAPTURE(x.text);
    CHECK(kind_of(x.text) == scalar_kind::integer);
    CHECK(resolve(x.text).integer == x.value);
  }
}

TEST_CASE("what only looks like a number is a text") {
  for (auto x : {"08", "1:30", "1:30:00.5", "2024-01-01", "2024-01-01T10:00:00Z",
                 "0x", "0b2",  "0o17",      "1.2.3",      ".",
                 "-",  "+",    "_1",        "._1",        "1e",
                 "e5", "10m",  "0_",        "v1.0",       "--1"}) {
    CAPTURE(x);
    CHECK(kind_of(x) == scalar_kind::text);
  }
}

TEST_CASE("integers beyond 64 bits are told apart") {
  CHECK(kind_of("9223372036854775808") == scalar_kind::huge);
  CHECK(kind_of("-9223372036854775809") == scalar_kind::huge);
  CHECK(kind_of("0xFFFFFFFFFFFFFFFF") == scalar_kind::huge);
}

TEST_CASE("decimals keep their digits") {
  struct {
    const char* text;
    const char* digits;
  } cases[] = {{"1.5", "1.5"}, {"1.50", "1.50"},      {"-0.25", "-0.25"}, {"+2.5", "2.5"},
               {".5", "0.5"},  {"1_000.5", "1000.5"}, {"1e3", "1E+3"},    {"2.5e-3", "0.0025"}};

  for (const auto& x : cases) {
    CAPTURE(x.text);
    CHECK(kind_of(x.text) == scalar_kind::decimal);
    CHECK(resolve(x.text).number.text == x.digits);
  }
}

TEST_CASE("null is a tilde, a word or nothing") {
  for (auto x : {"", "~", "null", "Null", "NULL"}) {
    CAPTURE(x);
    CHECK(kind_of(x) == scalar_kind::none);
  }
}

TEST_CASE("numbers that are not finite are told apart") {
  for (auto x :
       {".inf", "-.inf", "+.INF", ".Inf", ".nan", ".NaN", ".NAN", "1e999", "1e99999999999"}) {
    CAPTURE(x);
    CHECK(kind_of(x) == scalar_kind::not_finite);
  }
}

} // namespace tutti::dsl
