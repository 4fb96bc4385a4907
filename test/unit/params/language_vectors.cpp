#include "runtime/model/json.hpp"
#include "runtime/params/evaluator.hpp"
#include "test/support/places.hpp"
#include "test/unit/params/builders.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <doctest/doctest.h>

#include <fstream>

using namespace tutti;
using namespace tutti::params;
using namespace tutti::params::test;
using model::value;

namespace {

namespace json = boost::json;

std::string text_of(const json::value& x) {
  const auto* text = x.if_string();
  return text ? std::string{text->data(), text->size()} : std::string{};
}

/// What the row expects of us; null where the value cannot be a parameter.
const json::object& expected(const json::object& row) {
  const auto* ours = row.if_contains("ours");
  return ours ? ours->get_object() : row;
}

bool comparable(const json::object& row) {
  const auto& want = expected(row);
  auto known = want.if_contains("type") && !row.contains("limits") && !row.contains("refs");
  return known && (!text_of(want.at("error")).empty() || !want.at("result").is_null());
}

/// Whether the row is in the evaluator's part of the language.
bool check_row(const json::object& row) {
  auto text = text_of(row.at("expr"));
  // The vectors have no host functions, and our scope has.
  if (!comparable(row) || contains(text, "params.") || !basic_evaluator().check(text))
    return false;
  auto names = model::from_json<model::value_map>(row.at("params"));
  REQUIRE(names);
  fixed_scope scope{*names};
  auto out = basic_evaluator().evaluate(text, scope);
  const auto& want = expected(row);
  INFO(text_of(row.at("id")) << " " << text);
  if (!text_of(want.at("error")).empty()) {
    CHECK(!out);
    return true;
  }
  REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().message));
  auto found = model::parse_text(model::json_text(*out));
  REQUIRE(found);
  CHECK(*found == want.at("result"));
  return true;
}

} // namespace

TEST_CASE("the evaluator agrees with the language's vectors on what it accepts") {
  std::ifstream file{tutti::test::in_sources("../shared/spec/sel-vectors.jsonl")};
  if (!file) {
    MESSAGE("skipped: the language's vectors are not here");
    return;
  }
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    auto row = model::parse_text(line);
    REQUIRE(row);
    rows += check_row(row->get_object()) ? 1 : 0;
  }
  CHECK(rows > 50);
}
