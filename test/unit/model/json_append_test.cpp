#include "runtime/model/json.hpp"
#include "runtime/model/run_view.hpp"
#include "test/support/arbitrary.hpp"

#include <boost/json/value.hpp>
#include <doctest/doctest.h>

using namespace tutti;

namespace {

/// Writing at once and writing by way of a tree give the same text.
template <class T>
void check_texts(std::uint64_t seeds) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    INFO("seed " << seed);
    const auto x = test::arbitrary{seed}.make<T>();
    CHECK(model::json_text(x) == model::to_text(model::to_json(x)));
  }
}

} // namespace

TEST_CASE("a definition has one text, however it is written") {
  check_texts<model::workflow_create_request>(400);
}

TEST_CASE("a run has one text, however it is written") {
  check_texts<model::workflow_instance>(400);
}

TEST_CASE("params have one text, however they are written") {
  check_texts<model::param_map>(2000);
}

TEST_CASE("members of a param that JSON has twice are written once") {
  model::param x = model::make_param(model::value{std::string{"a"}});
  x.source = model::param_source::launch;
  x.meta.set("source", "\"launch\"");
  x.meta.set("type", "1");
  x.meta.set("more", "{\"b\": 1.50}");
  const auto text = model::json_text(model::param_map{{"p", x}});
  CHECK(text == model::to_text(model::to_json(model::param_map{{"p", x}})));
  CHECK(text == R"({"p":{"value":"a","type":"STRING","source":"launch","more":{"b":1.50}}})");
}

TEST_CASE("texts that are no UTF-8 are repaired") {
  model::param x = model::make_param(model::value{std::string{"a\xFF\"\x01\xC3\xA9"}});
  CHECK(model::json_text(model::param_map{{"p", x}})
        == "{\"p\":{\"value\":\"a\xEF\xBF\xBD\\\"\\u0001\xC3\xA9\",\"type\":\"STRING\"}}");
}
