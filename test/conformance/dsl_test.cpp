#include "runtime/dsl/dsl.hpp"
#include "runtime/model/json.hpp"
#include "test/support/places.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>

/// The DSL documents of Maestro's own tests, with the requests that Maestro makes of them.
namespace tutti::test {

namespace {

const std::string fixtures = test::in_sources("../shared/fixtures/maestro/");

std::optional<std::string> content_of(const std::string& name) {
  std::ifstream in{fixtures + name, std::ios::binary};
  if (!in) {
    MESSAGE("skipped: there is no " << name);
    return std::nullopt;
  }
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// As in the tests that the documents come from.
std::optional<model::step_type> find_template(std::string_view type, std::string_view version) {
  if (type == "spark" && version == "v1")
    return model::step_type::notebook;
  return std::nullopt;
}

/// `shell` is a step type of ours; there it is a template on Kubernetes.
void undo_shell(std::vector<model::step>& steps) {
  for (auto& x : steps) {
    if (x.type == model::step_type::shell) {
      x.type = model::step_type::kubernetes;
      x.sub_type = "shell";
    }
    if (x.steps)
      undo_shell(*x.steps);
  }
}

void check(const std::string& name) {
  auto yaml = content_of(name);
  auto json = content_of("derived/roundtrip/" + name + ".json");
  if (!yaml || !json)
    return;
  auto got = dsl::read_workflow(*yaml, find_template);
  REQUIRE_MESSAGE(got.has_value(), (got ? "" : got.error().message));
  undo_shell(got->workflow.steps);
  auto expected = model::parse_json<model::workflow_create_request>(*json);
  REQUIRE_MESSAGE(expected.has_value(), (expected ? "" : expected.error().message));
  CHECK(model::json_text(*got) == model::json_text(*expected));
}

} // namespace

TEST_CASE("Maestro's sample of the DSL gives the request that Maestro makes of it") {
  check("dsl/sample-dsl-wf-1.yaml");
}

TEST_CASE("Maestro's sample of HTTP steps gives the request that Maestro makes of it") {
  check("server/samples/yaml/sample-http-wf.yaml");
}

} // namespace tutti::test
