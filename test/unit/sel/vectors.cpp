#include "runtime/model/json.hpp"
#include "test/support/places.hpp"
#include "tools/codec/sel_lines.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace {

namespace json = boost::json;

std::string text_of(const json::object& x, std::string_view name) {
  const auto* found = x.if_contains(name);
  return found ? tutti::model::to_text(*found) : "null";
}

std::string sorted(const json::value& x) {
  if (const auto* members = x.if_object()) {
    std::map<std::string, std::string> out;
    for (const auto& [key, item] : *members)
      out[std::string{key}] = sorted(item);
    std::string all;
    for (const auto& [key, item] : out)
      all += key + "=" + item + ";";
    return "{" + all + "}";
  }
  return tutti::model::to_text(x);
}

std::string answer_to(const std::string& line) {
  std::istringstream in{line};
  std::ostringstream out;
  tutti::codec::run_sel_lines(in, out);
  return out.str();
}

/// Compares what a vector says about this language with an answer.
void check(const json::object& vector, const json::object& answer) {
  const auto* ours = vector.if_contains("ours");
  const auto& wanted = ours ? ours->get_object() : vector;
  INFO(text_of(vector, "id"), " ", text_of(vector, "expr"), " gives ", json::serialize(answer));
  if (vector.contains("refs")) {
    CHECK(text_of(answer, "refs") == text_of(wanted, "refs"));
    return;
  }
  const auto* result = wanted.if_contains("result");
  CHECK(sorted(answer.at("result")) == sorted(result ? *result : json::value{}));
  CHECK(text_of(answer, "type") == text_of(wanted, "type"));
  CHECK(text_of(answer, "error") == text_of(wanted, "error"));
  if (wanted.contains("cause"))
    CHECK(text_of(answer, "cause") == text_of(wanted, "cause"));
}

} // namespace

TEST_CASE("every vector of the language has the result that the original gives, or ours") {
  std::ifstream file{tutti::test::in_sources("test/unit/sel/sel-vectors.jsonl")};
  REQUIRE(file);
  std::size_t count = 0;
  for (std::string line; std::getline(file, line);) {
    const auto vector = tutti::model::parse_text(line);
    REQUIRE(vector);
    const auto answer = tutti::model::parse_text(answer_to(line));
    REQUIRE(answer);
    ++count;
    check(vector->get_object(), answer->get_object());
  }
  MESSAGE(count << " vectors");
  CHECK(count == 626);
}

TEST_CASE("a line that is no vector is answered with what is wrong about it") {
  CHECK(answer_to("nonsense\n").starts_with("{\"line_error\":"));
  CHECK(answer_to("[1]\n").starts_with("{\"line_error\":"));
  CHECK(answer_to("{\"id\":\"a\",\"expr\":1}\n").starts_with("{\"id\":\"a\",\"line_error\":"));
  CHECK(answer_to("{\"expr\":\"1;\",\"limits\":{\"nope\":1}}\n").starts_with("{\"line_error\":"));
  CHECK(answer_to("{\"expr\":\"x;\",\"params\":{\"x\":[1,\"a\"]}}\n").starts_with("{\"line_error"));
}

TEST_CASE("lines are answered in order, empty ones not at all") {
  CHECK(
    answer_to("{\"id\":\"1\",\"expr\":\"1;\"}\n\n{\"id\":\"2\",\"expr\":\"'a' + x;\",\"params\":{"
              "\"x\":2.5}}\n")
    == "{\"id\":\"1\",\"result\":1,\"type\":\"LONG\",\"error\":null}\n"
       "{\"id\":\"2\",\"result\":\"a2.5\",\"type\":\"STRING\",\"error\":null}\n");
}
