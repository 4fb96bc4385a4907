#include "runtime/model/json.hpp"

#include <doctest/doctest.h>

namespace tutti::model {

namespace {

std::string again(std::string_view text) {
  auto x = parse_json<param>(text);
  return x ? json_text(*x) : x.error().message;
}

/// The value that a literal of the type becomes, or the error.
std::string literal(std::string_view type, std::string_view text) {
  auto x = parse_json<param>("{\"type\":\"" + std::string{type}
                             + "\",\"value\":" + std::string{text} + "}");
  if (!x)
    return x.error().message;
  return x->literal ? json_text(*x->literal) : "none";
}

} // namespace

TEST_CASE("a param is written in the order of the API with upper-case names") {
  CHECK(again(R"({"mode":"mutable_on_start","tags":["t",{"namespace":"system","name":"s","cost":7}],
                  "type":"long","value":5,"validator":"@Positive","note":"x","source":"launch"})")
        == R"({"value":5,"type":"LONG","validator":"@Positive",)"
           R"("tags":[{"name":"t"},{"name":"s","namespace":"SYSTEM","cost":7}],)"
           R"("mode":"MUTABLE_ON_START","note":"x","source":"launch"})");
}

TEST_CASE("source and internal mode have a meaning in any case and keep their spelling") {
  auto x = parse_json<param>(
    R"({"type":"LONG","value":1,"internal_mode":"Provided","source":"step default"})");
  REQUIRE(x);
  CHECK(x->internal_mode == internal_param_mode::provided);
  CHECK(!x->source);
  CHECK(json_text(*x)
        == R"({"value":1,"type":"LONG","internal_mode":"Provided","source":"step default"})");
  x->internal_mode = internal_param_mode::required;
  x->source = param_source::launch;
  CHECK(json_text(*x)
        == R"({"value":1,"type":"LONG","source":"LAUNCH","internal_mode":"REQUIRED"})");
}

TEST_CASE("meta members keep their order, those with a meaning too") {
  for (const auto* meta :
       {R"("source":"LAUNCH","internal_mode":"PROVIDED","a":1)",
        R"("internal_mode":"PROVIDED","source":"LAUNCH")", R"("a":1,"source":"LAUNCH","b":2)",
        R"("a":1,"internal_mode":"PROVIDED","source":"LAUNCH")"}) {
    auto text = R"({"value":1,"type":"LONG",)" + std::string{meta} + "}";
    CHECK(again(text) == text);
  }
}

TEST_CASE("literals are read with the leniency of their type") {
  CHECK(literal("STRING", "5") == R"("5")");
  CHECK(literal("STRING", "1.50") == R"("1.50")");
  CHECK(literal("STRING", "true") == R"("true")");
  CHECK(literal("STRING", R"("")") == R"("")");
  CHECK(literal("LONG", "1.7") == "1");
  CHECK(literal("LONG", R"("42")") == "42");
  CHECK(literal("LONG", R"("")") == "none");
  CHECK(literal("DOUBLE", "1.50") == "1.50");
  CHECK(literal("DOUBLE", "1e3") == "1E+3");
  CHECK(literal("DOUBLE", R"("2.5")") == "2.5");
  CHECK(literal("BOOLEAN", R"("True")") == "true");
  CHECK(literal("BOOLEAN", "0") == "false");
  CHECK(literal("STRING_MAP", R"({"a":1,"b":true})") == R"({"a":"1","b":"true"})");
  CHECK(literal("STRING_ARRAY", R"(["a",1])") == R"(["a","1"])");
  CHECK(literal("LONG_ARRAY", R"([1,"2",3.9])") == "[1,2,3]");
  CHECK(literal("DOUBLE_ARRAY", "[1,2.50]") == "[1,2.50]");
  CHECK(literal("BOOLEAN_ARRAY", R"([true,"false",1])") == "[true,false,true]");
  CHECK(literal("MAP", R"({"x":{"type":"LONG","value":1}})")
        == R"({"x":{"value":1,"type":"LONG"}})");
}

TEST_CASE("literals that do not fit their type are refused by name") {
  CHECK(literal("LONG", R"("abc")") == R"(value: expected a whole number, found "abc")");
  CHECK(literal("LONG", "true") == "value: expected a whole number, found true");
  CHECK(literal("LONG", "9223372036854775808")
        == "value: expected a number of at most 64 bits, found 9223372036854775808");
  CHECK(literal("BOOLEAN", R"("maybe")") == R"(value: expected true or false, found "maybe")");
  CHECK(literal("LONG_ARRAY", "1") == "value: expected a list, found 1");
  CHECK(literal("LONG_ARRAY", R"([1,"a"])") == R"(value[1]: expected a whole number, found "a")");
  CHECK(literal("STRING_MAP", R"({"k":null})") == "value.k: expected a text, found null");
  CHECK(literal("MAP", R"({"x":{"type":"LONG","value":"q"}})")
        == R"(value.x.value: expected a whole number, found "q")");
}

TEST_CASE("a param without type or of an unknown type is refused with the known ones") {
  auto known = std::string{"one of STRING, LONG, DOUBLE, BOOLEAN, STRING_MAP, STRING_ARRAY, "
                           "LONG_ARRAY, DOUBLE_ARRAY, BOOLEAN_ARRAY, MAP"};
  CHECK(again(R"({"value":1})") == "has no type, expected " + known);
  CHECK(again(R"({"type":"FOO"})") == "type: expected " + known + R"(, found "FOO")");
}

TEST_CASE("each entry of a param map has exactly one of value and expression") {
  auto message = [](std::string_view text) {
    auto x = parse_json<param_map>(text);
    return x ? std::string{"good"} : x.error().message;
  };
  auto rule
    = std::string{"p: must be defined with either a literal value or an expression, found "};
  CHECK(message(R"({"p":{"type":"LONG"}})") == rule + "neither");
  CHECK(message(R"({"p":{"type":"STRING","value":null}})") == rule + "neither");
  CHECK(message(R"({"p":{"type":"LONG","value":1,"expression":"1"}})") == rule + "both");
  CHECK(message(R"({"p":{"type":"MAP","value":{"x":{"type":"LONG"}}}})") == "good");
  CHECK(message(R"({"p":{"type":"LONG","evaluated_result":1,"evaluated_time":2}})") == "good");
}

TEST_CASE("a meta member gives the whole meta map anew") {
  CHECK(again(R"({"type":"LONG","value":1,"a":1,"source":"SYSTEM","meta":{"b":[1.50]},"c":2})")
        == R"({"value":1,"type":"LONG","b":[1.50],"c":2})");
}

TEST_CASE("an evaluated param keeps results as values of its type") {
  CHECK(again(R"({"value":1.50,"type":"DOUBLE","evaluated_result":1.5,"evaluated_time":7})")
        == R"({"value":1.50,"type":"DOUBLE","evaluated_result":1.5,"evaluated_time":7})");
  CHECK(
    again(R"({"type":"MAP","evaluated_result":{"a":1,"b":["x"],"c":{"d":2.0}},"evaluated_time":7})")
    == R"({"type":"MAP","evaluated_result":{"a":1,"b":["x"],"c":{"d":2.0}},"evaluated_time":7})");
}

TEST_CASE("a range is written as a plain list") {
  CHECK(json_text(value{int_seq::range(1, 2, 4)}) == "[1,3,5,7]");
  CHECK(json_text(value{int_seq::days(20240228, 1, 3)}) == "[20240228,20240229,20240301]");
}

TEST_CASE("untyped values take the type of their JSON") {
  auto read = [](std::string_view text) { return parse_json<value>(text); };
  CHECK(*read("1") == value{std::int64_t{1}});
  CHECK(*read("1.0") == value{1.0});
  CHECK(*read("[1,2]") == value{int_seq{{1, 2}}});
  CHECK(*read("[1,2.5]") == value{std::vector<double>{1, 2.5}});
  CHECK(*read("[]") == value{std::vector<std::string>{}});
  CHECK(read("null")->is_null());
  CHECK(!read("[1,\"a\"]"));
}

} // namespace tutti::model
