#include "runtime/dsl/keys.hpp"
#include "test/unit/dsl/reading.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::dsl;

namespace {

/// A value that a key takes, as YAML.
std::string sample(const key_decl& x) {
  switch (x.form) {
    case value_form::text:
    case value_form::strict_text:
      return x.words.empty() ? "some_text" : std::string{x.words.front()};
    case value_form::number_text:
      return "12";
    case value_form::integer:
      return "3";
    case value_form::boolean:
      return "true";
    case value_form::word:
      return std::string{x.words.back()};
    case value_form::tags:
    case value_form::jobs:
    case value_form::transitions:
      return "[]";
    case value_form::params:
      return "{a: b}";
    case value_form::ranges:
      return "{i: {from: 1, to: 2}}";
    case value_form::dag:
      return std::string{x.words.front()};
  }
  return {};
}

/// A value that no key but a param takes.
std::string wrong_sample(const key_decl& x) {
  switch (x.form) {
    case value_form::tags:
    case value_form::jobs:
    case value_form::transitions:
    case value_form::dag:
    case value_form::params:
    case value_form::ranges:
      return "12.5";
    default:
      return "{a: 12.5}";
  }
}

using row = std::vector<std::pair<std::string, std::string>>;

std::string flow_map(const row& members) {
  std::string out = "{";
  for (const auto& [key, value] : members)
    out += (out.size() > 1 ? ", " : "") + key + ": " + value;
  return out + "}";
}

/// A map with the required keys and one more.
std::string map_with(std::span<const key_decl> some, std::span<const key_decl> more,
                     const std::string& key, const std::string& value) {
  row members;
  for (auto keys : {some, more})
    for (const auto& x : keys)
      if (x.required && x.name != key)
        members.emplace_back(x.name, sample(x));
  members.emplace_back(key, value);
  return flow_map(members);
}

std::string job_with(const job_kind& kind, const std::string& key, const std::string& value) {
  return "workflow: {id: w, jobs: [" + std::string{kind.name} + ": "
         + map_with(job_keys(), keys_of(kind.kind), key, value) + "]}";
}

std::string with_key(const std::string& key, const std::string& value) {
  return "workflow: " + map_with(workflow_keys(), {}, key, value);
}

bool has_param(const std::optional<model::param_map>& params, const std::string& name) {
  return params && params->contains(name);
}

} // namespace

TEST_CASE("each key of the tables is a key of a workflow, and takes its form") {
  for (const auto& x : workflow_keys()) {
    const std::string name{x.name};
    INFO(name);
    const auto read = read_workflow(with_key(name, sample(x)));
    REQUIRE_MESSAGE(read, (read ? "" : read.error().message));
    CHECK(!has_param(read->workflow.params, name));
    CHECK(!read_workflow(with_key(name, wrong_sample(x))));
  }
}

TEST_CASE("each key of the tables is a key of its kind of job, and takes its form") {
  for (const auto& kind : job_kinds)
    for (auto keys : {job_keys(), keys_of(kind.kind)})
      for (const auto& x : keys) {
        const std::string name{x.name};
        INFO(kind.name << "." << name);
        const auto read = read_workflow(job_with(kind, name, sample(x)));
        REQUIRE_MESSAGE(read, (read ? "" : read.error().message));
        const auto loop = kind.kind == model::step_kind::foreach
                          || kind.kind == model::step_kind::while_;
        // These two keys make a param of the same name.
        if (name != "subworkflow_id" && name != "subworkflow_version"
            && !(loop && name == "loop_params"))
          CHECK(!has_param(read->workflow.steps.front().params, name));
        CHECK(!read_workflow(job_with(kind, name, wrong_sample(x))));
      }
}

TEST_CASE("keys that are required are missed") {
  for (const auto& x : workflow_keys())
    if (x.required)
      CHECK_MESSAGE(!read_workflow("workflow: {other: 1"
                                   + std::string{x.name == "id" ? ", jobs: []" : ", id: w"} + "}"),
                    x.name);
  for (const auto& kind : job_kinds)
    for (auto keys : {job_keys(), keys_of(kind.kind)})
      for (const auto& x : keys)
        if (x.required)
          CHECK_MESSAGE(!read_workflow(job_with(kind, std::string{x.name}, "~")), x.name);
}

TEST_CASE("keys of other kinds of jobs are params") {
  const auto read = read_workflow(job_with(job_kinds[0], "condition", "x"));
  REQUIRE(read);
  CHECK(has_param(read->workflow.steps.front().params, "condition"));
}
