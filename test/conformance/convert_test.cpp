#include "runtime/dsl/dsl.hpp"
#include "runtime/dsl/write.hpp"
#include "runtime/model/json.hpp"
#include "test/support/places.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// Definitions of Maestro's own tests and the examples, from one form into the other and back.
namespace tutti::test {

namespace {

namespace fs = std::filesystem;
using request = model::workflow_create_request;

std::vector<fs::path> files(const fs::path& ending) {
  std::vector<fs::path> out;
  for (auto folder : {"/examples", "/../shared/fixtures/maestro"}) {
    const fs::path place = test::in_sources(folder);
    if (!fs::exists(place)) {
      MESSAGE("skipped: there is no " << folder);
      continue;
    }
    for (const auto& x : fs::recursive_directory_iterator{place})
      if (x.path().extension() == ending)
        out.push_back(x.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string content_of(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::optional<model::step_type> any_template(std::string_view, std::string_view) {
  return model::step_type::notebook;
}

} // namespace

TEST_CASE("documents come back from JSON as they were read") {
  std::size_t count = 0;
  for (const auto& path : files(".yaml")) {
    const auto read = dsl::read_workflow(content_of(path), any_template);
    if (!read)
      continue; // A job template.
    INFO(path.filename().string());
    ++count;
    const auto json = model::json_text(*read);
    const auto back = model::parse_json<request>(json);
    REQUIRE(back);
    const auto written = dsl::write_workflow(*back);
    REQUIRE(written);
    CHECK(written->lost == std::vector<std::string>{});
    CHECK(written->added == std::vector<std::string>{});
    const auto again = dsl::read_workflow(written->yaml, any_template);
    REQUIRE(again);
    CHECK(model::json_text(*again) == json);
  }
  CHECK(count > 0);
}

TEST_CASE("definitions in JSON become documents that lose only what is told") {
  std::size_t count = 0;
  std::size_t whole = 0;
  for (const auto& path : files(".json")) {
    const auto read = model::parse_json<request>(content_of(path));
    if (!read || read->workflow.steps.empty())
      continue;
    INFO(path.filename().string());
    const auto written = dsl::write_workflow(*read);
    REQUIRE_MESSAGE(written, (written ? std::string{} : written.error().message));
    ++count;
    whole += written->lost.empty() ? 1 : 0;
    const auto once = dsl::read_workflow(written->yaml, any_template);
    REQUIRE(once);
    // What reading fills in stays from then on.
    const auto again = dsl::write_workflow(*once);
    REQUIRE(again);
    CHECK(again->lost == std::vector<std::string>{});
    CHECK(again->added == std::vector<std::string>{});
    const auto twice = dsl::read_workflow(again->yaml, any_template);
    REQUIRE(twice);
    CHECK(model::json_text(*twice) == model::json_text(*once));
  }
  MESSAGE(count << " definitions, " << whole << " of them whole");
}

} // namespace tutti::test
