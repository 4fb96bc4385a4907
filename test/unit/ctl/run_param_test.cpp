#include "tools/ctl/run_param.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::ctl;

namespace {

std::string made(std::string_view text) {
  auto param = read_param(text);
  return param ? boost::json::serialize(*param) : "refused: " + param.error().message;
}

} // namespace

TEST_CASE("a whole number is LONG") {
  CHECK(made("5") == R"({"type":"LONG","value":5})");
  CHECK(made("-7") == R"({"type":"LONG","value":-7})");
  CHECK(made("9223372036854775807") == R"({"type":"LONG","value":9223372036854775807})");
}

TEST_CASE("a whole number that does not fit is refused rather than rounded") {
  CHECK(made("9223372036854775808").find("refused") == 0);
}

TEST_CASE("a decimal is DOUBLE") {
  CHECK(made("1.5").find(R"({"type":"DOUBLE","value":1.5)") == 0);
  CHECK(made("1e3").find(R"({"type":"DOUBLE")") == 0);
}

TEST_CASE("true and false are BOOLEAN, other words are not") {
  CHECK(made("true") == R"({"type":"BOOLEAN","value":true})");
  CHECK(made("false") == R"({"type":"BOOLEAN","value":false})");
  CHECK(made("yes") == R"({"type":"STRING","value":"yes"})");
}

TEST_CASE("what only resembles a number stays a text") {
  for (auto text : {"007", "1.2.3", "0x10", "2021-01-01", "1e", "-", ".5", "5.", "", "nan", "+1"}) {
    CAPTURE(text);
    CHECK(made(text).find(R"({"type":"STRING")") == 0);
  }
}

TEST_CASE("quotes make a text of anything") {
  CHECK(made("\"5\"") == R"({"type":"STRING","value":"5"})");
  CHECK(made("\"") == R"({"type":"STRING","value":"\""})");
}

TEST_CASE("arrays have the type of their elements") {
  CHECK(made("[1,2]") == R"({"type":"LONG_ARRAY","value":[1,2]})");
  CHECK(made("[1,2.5]").find(R"({"type":"DOUBLE_ARRAY")") == 0);
  CHECK(made("[true]") == R"({"type":"BOOLEAN_ARRAY","value":[true]})");
  CHECK(made(R"(["a"])") == R"({"type":"STRING_ARRAY","value":["a"]})");
  CHECK(made("[]") == R"({"type":"STRING_ARRAY","value":[]})");
  CHECK(made("[1,\"a\"]").find("refused") == 0);
}

TEST_CASE("an object of texts is STRING_MAP, another one MAP with definitions inside") {
  CHECK(made(R"({"a":"b"})") == R"({"type":"STRING_MAP","value":{"a":"b"}})");
  CHECK(made(R"({"a":1})") == R"({"type":"MAP","value":{"a":{"type":"LONG","value":1}}})");
  CHECK(made(R"({"a":null})").find("refused: entry 'a'") == 0);
}

TEST_CASE("JSON that is not readable is refused with a way out") {
  CHECK(made("[1,").find("to pass it as a text, quote it") != std::string::npos);
}

TEST_CASE("params are NAME=VALUE, each name once") {
  auto params = read_params({"a=1", "b=x=y", "c="});
  REQUIRE(params.has_value());
  CHECK(boost::json::serialize(*params)
        == R"({"a":{"type":"LONG","value":1},"b":{"type":"STRING","value":"x=y"},)"
           R"("c":{"type":"STRING","value":""}})");
  CHECK(read_params({"a"}).error().message == "-p a: must be NAME=VALUE");
  CHECK_FALSE(read_params({"=1"}).has_value());
  CHECK(read_params({"a=1", "a=2"}).error().message == "-p a=2: 'a' is given twice");
}
