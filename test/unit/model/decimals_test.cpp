#include "runtime/model/decimals.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace tutti::model {

TEST_CASE("a decimal keeps its digits and writes exponents in one form") {
  auto text = [](std::string_view x) { return parse_decimal(x).value_or(decimal{"none"}).text; };
  CHECK(text("1.50") == "1.50");
  CHECK(text("1e3") == "1E+3");
  CHECK(text("-0.5") == "-0.5");
  CHECK(text("0.0000001") == "1E-7");
  CHECK(text("12.5e-4") == "0.00125");
  CHECK(text("007") == "7");
  CHECK(text(".5") == "0.5");
  CHECK(text("1234567890123456789012") == "1234567890123456789012");
  CHECK(text("1.25E+30") == "1.25E+30");
  CHECK(text("-0") == "0");
}

TEST_CASE("texts that are no decimal numbers are refused") {
  for (auto x : {"", "a", "1.2.3", "1e", "--1", "1 ", "e5", "0x10", "1e99999999999"})
    CHECK_MESSAGE(!parse_decimal(x), x);
}

TEST_CASE("a double is written as users of the JVM know it") {
  CHECK(double_text(5) == "5.0");
  CHECK(double_text(-0.001) == "-0.001");
  CHECK(double_text(1e7) == "1.0E7");
  CHECK(double_text(1234567.0) == "1234567.0");
  CHECK(double_text(1.25e-5) == "1.25E-5");
  CHECK(double_text(0) == "0.0");
  CHECK(double_text(-0.0) == "-0.0");
  CHECK(double_text(0.1) == "0.1");
  CHECK(double_text(100) == "100.0");
  CHECK(double_text(std::numeric_limits<double>::infinity()) == "Infinity");
  CHECK(double_text(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

TEST_CASE("a double becomes the decimal that reads back as it") {
  CHECK(decimal_of(5).text == "5.0");
  CHECK(decimal_of(1e21).text == "1.0E+21");
  CHECK(to_double(decimal{"1E+3"}) == 1000);
}

TEST_CASE("the whole part of a number is cut towards zero") {
  CHECK(whole_part("1.7") == 1);
  CHECK(whole_part("-1.7") == -1);
  CHECK(whole_part("1e3") == 1000);
  CHECK(whole_part("0.001") == 0);
  CHECK(whole_part("0e99") == 0);
  CHECK(whole_part("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(!whole_part("9223372036854775808"));
  CHECK(!whole_part("1e30"));
}

TEST_CASE("numbers of JSON are told from other numbers") {
  for (auto x : {"0", "-1", "1.5", "1e3", "1E+3", "0.5e-2"})
    CHECK_MESSAGE(is_json_number(x), x);
  for (auto x : {"", "-", "01", "1.", ".5", "1e", "+1", "NaN", "1x"})
    CHECK_MESSAGE(!is_json_number(x), x);
}

} // namespace tutti::model
