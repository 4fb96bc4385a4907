#include "runtime/model/json.hpp"
#include "runtime/params/evaluate.hpp"
#include "test/support/places.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

/// Merges and evaluates what recorded runs were started with, and compares with their parameters.
namespace tutti::test {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using model::param_map;

const fs::path golden = test::in_sources("../shared/fixtures/golden");

std::vector<fs::path> answer_files() {
  std::vector<fs::path> out;
  std::error_code failed;
  for (const auto& x : fs::directory_iterator{golden, failed})
    if (fs::exists(x.path() / "responses.jsonl"))
      out.push_back(x.path() / "responses.jsonl");
  std::sort(out.begin(), out.end());
  if (out.empty())
    MESSAGE("skipped: there are no recorded conversations");
  return out;
}

std::string text_of(const json::object& x, std::string_view name) {
  const auto* found = x.if_contains(name);
  const auto* text = found ? found->if_string() : nullptr;
  return text ? std::string{text->data(), text->size()} : std::string{};
}

const json::object* object_of(const json::object& x, std::string_view name) {
  const auto* found = x.if_contains(name);
  return found ? found->if_object() : nullptr;
}

std::optional<param_map> params_of(const json::object& x, std::string_view name) {
  const auto* found = x.if_contains(name);
  if (!found || found->is_null())
    return std::nullopt;
  model::json_rules rules;
  rules.root = name;
  auto out = model::from_json<param_map>(*found, rules);
  REQUIRE_MESSAGE(out, (out ? "" : out.error().message));
  return *std::move(out);
}

/// The parameters as the API shows them, without the times.
std::string shown(json::value params) {
  for (auto& [name, x] : params.get_object())
    x.get_object().erase("evaluated_time");
  return model::to_text(params);
}

/// Fresh runs with a known time. Loop bodies are left out: they are made by other rules.
bool is_comparable(const json::object& run) {
  const auto* params = object_of(run, "params");
  const auto* run_ts = params ? object_of(*params, "RUN_TS") : nullptr;
  return run_ts && run_ts->contains("evaluated_result") && object_of(run, "runtime_workflow")
         && run.contains("initiator") && run.at("workflow_run_id") == 1
         && text_of(run, "workflow_id").find("maestro_") == std::string::npos;
}

std::string first_trigger_zone(const json::object& workflow) {
  const auto* triggers = workflow.if_contains("time_triggers");
  if (!triggers || !triggers->is_array() || triggers->get_array().empty())
    return {};
  return text_of(triggers->get_array()[0].get_object(), "timezone");
}

enum class outcome {
  same,
  beyond_evaluator, ///< an expression that the evaluator here does not know
};

outcome check_run(const json::object& run) {
  const auto& recorded = run.at("params").get_object();
  params::workflow_inputs in;
  auto workflow_id = text_of(run, "workflow_id");
  auto owner = text_of(run.at("run_properties").get_object(), "owner");
  const auto& initiator = run.at("initiator").get_object();
  in.instance.workflow_id = workflow_id;
  in.instance.owner = owner;
  in.instance.run_ts = recorded.at("RUN_TS").get_object().at("evaluated_result").get_int64();
  if (auto type = text_of(initiator, "type"); type != "MANUAL") {
    auto parsed = model::parse_initiator_type(type);
    REQUIRE(parsed);
    in.instance.initiator = *parsed;
  }
  const auto& workflow = run.at("runtime_workflow").get_object();
  auto trigger_zone = first_trigger_zone(workflow);
  in.instance.first_trigger_timezone = trigger_zone;
  auto definition = params_of(workflow, "params");
  auto run_params = params_of(run, "run_params");
  in.definition = definition ? &*definition : nullptr;
  in.run_params = run_params ? &*run_params : nullptr;
  INFO("workflow " << workflow_id);
  auto out = params::evaluate_workflow_params(in, in.instance.run_ts);
  if (!out && out.error().kind == "MaestroInvalidExpressionException")
    return outcome::beyond_evaluator;
  REQUIRE_MESSAGE(out, (out ? "" : out.error().message));
  CHECK(shown(model::to_json(*out)) == shown(recorded));
  return outcome::same;
}

} // namespace

TEST_CASE("recorded runs get the parameters that the original gave them") {
  int same = 0;
  int beyond = 0;
  std::set<std::string> seen;
  for (const auto& file : answer_files()) {
    std::ifstream in{file, std::ios::binary};
    for (std::string line; std::getline(in, line);) {
      auto parsed = model::parse_text(line);
      REQUIRE(parsed);
      const auto* run = object_of(parsed->get_object(), "body");
      if (!run || !is_comparable(*run) || !seen.insert(text_of(*run, "workflow_uuid")).second)
        continue;
      (check_run(*run) == outcome::same ? same : beyond) += 1;
    }
  }
  MESSAGE(same << " runs compared, " << beyond << " have expressions beyond the evaluator");
}

} // namespace tutti::test
