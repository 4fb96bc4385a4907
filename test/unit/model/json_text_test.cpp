#include "runtime/model/json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <doctest/doctest.h>

namespace tutti::model {

namespace {

/// Reads and writes again.
std::string again(std::string_view text) {
  auto x = parse_text(text);
  return x ? to_text(*x) : x.error().message;
}

} // namespace

TEST_CASE("a JSON text comes back compact, with its numbers digit by digit") {
  CHECK(again(R"( { "a" : [1, 1.50, 1e3, -2.5, true, null], "b" : {} } )")
        == R"({"a":[1,1.50,1e3,-2.5,true,null],"b":{}})");
  CHECK(again("123456789012345678901234567890") == "123456789012345678901234567890");
  CHECK(again("9223372036854775808") == "9223372036854775808");
  CHECK(again("[]") == "[]");
}

TEST_CASE("control characters are escaped and other text stays UTF-8") {
  CHECK(again(R"("a\u0001\n\"\\\/é😀")") == R"("a\u0001\n\"\\/é😀")");
}

TEST_CASE("bytes that are no UTF-8 are replaced when written") {
  CHECK(to_text(boost::json::value("a\xC3(\x80")) == "\"a\xEF\xBF\xBD(\xEF\xBF\xBD\"");
}

TEST_CASE("a text cannot pass for an exact number") {
  CHECK(to_text(exact_number("1.50")) == "1.50");
  boost::json::string forged{"\xFF"};
  forged += "1],[2";
  CHECK(to_text(boost::json::value(forged))
        == "\"\xEF\xBF\xBD"
           "1],[2\"");
}

TEST_CASE("the last of several equal keys wins and text after the value is ignored") {
  CHECK(again(R"({"a":1,"a":2} trailing)") == R"({"a":2})");
}

TEST_CASE("a syntax error names line and column") {
  auto x = parse_text("{\n \"a\": tru }");
  REQUIRE(!x);
  CHECK(x.error().code == ec::bad_request);
  CHECK(x.error().message.find("line 2") != std::string::npos);
}

TEST_CASE("an empty text and one that ends too early are errors") {
  CHECK(!parse_text(""));
  CHECK(!parse_text("{\"a\":"));
  CHECK(!parse_text(std::string(2000, '[')));
}

TEST_CASE("doubles without a JSON form are written as texts") {
  CHECK(to_text(boost::json::value(5.0)) == "5.0");
  CHECK(to_text(boost::json::value(1.0 / 0.0)) == "\"Infinity\"");
}

} // namespace tutti::model
