#include "runtime/params/evaluate.hpp"
#include "test/unit/params/builders.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tutti;
using namespace tutti::params;
using namespace tutti::params::test;
using model::param_map;
using model::param_mode;
using model::param_source;
using model::param_type;
using model::value;

namespace {

constexpr std::int64_t now = 1'795'424'771'578; // 2026-11-23T09:06:11.578Z

struct run {
  param_map definition;
  param_map run_params;
  workflow_inputs in;

  explicit run(param_map workflow_params = {}, param_map start_params = {})
    : definition(std::move(workflow_params)),
      run_params(std::move(start_params)) {
    in.instance.workflow_id = "wf";
    in.instance.owner = "ann";
    in.definition = &definition;
    in.run_params = &run_params;
  }

  run(const run&) = delete;
  run& operator=(const run&) = delete;

  result<param_map> evaluate() { return evaluate_workflow_params(in, now); }

  /// The result of a parameter as a text.
  std::string operator[](std::string_view name) {
    auto all = evaluate();
    REQUIRE_MESSAGE(all, (all ? "" : whole(all.error())));
    REQUIRE(all->find(name));
    return to_text(all->find(name)->evaluated_result.value_or(value{}));
  }
};

} // namespace

TEST_CASE("a run has the dates of its time in three zones") {
  run x;
  constexpr std::pair<const char*, const char*> expected[] = {
    {"DSL_DEFAULT_TZ", "UTC"},
    {"WORKFLOW_CRON_TIMEZONE", "UTC"},
    {"RUN_TS", "1795424771578"},
    {"TARGET_RUN_DATE", "20261123"},
    {"TARGET_RUN_HOUR", "09"},
    {"DERIVED_RUN_TS", "1795424400000"},
    {"DERIVED_RUN_DATE_US_PACIFIC", "20261123"},
    {"DERIVED_RUN_DATE_US_PACIFIC_MINUS_ONE", "20261122"},
    {"DERIVED_RUN_DATE_UTC", "20261123"},
    {"DERIVED_RUN_DATE_UTC_MINUS_ONE", "20261122"},
    {"DERIVED_RUN_DATE_UTC_PLUS_ONE", "20261124"},
    {"DERIVED_RUN_DATE_UTC_MINUS_ONE_HOUR", "20261123"},
    {"DERIVED_RUN_DATE_UTC_PLUS_ONE_HOUR", "20261123"},
    {"DERIVED_RUN_HOUR_US_PACIFIC", "01"},
    {"DERIVED_RUN_HOUR_UTC", "09"},
    {"DERIVED_RUN_HOUR_UTC_MINUS_ONE_HOUR", "08"},
    {"DERIVED_RUN_HOUR_UTC_PLUS_ONE_HOUR", "10"},
    {"LOCAL_RUN_DATE", "20261123"},
    {"RUN_DATE", "20261123"},
    {"RUN_DATE_MINUS_1", "20261122"},
    {"RUN_DATE_MINUS_7", "20261116"},
    {"owner", "ann"},
    {"workflow_id", "wf"},
  };
  auto all = x.evaluate();
  REQUIRE(all);
  CHECK(all->size() == std::size(expected));
  auto at = all->begin();
  for (const auto& [name, result] : expected) {
    CHECK(at->first == name);
    CHECK(to_text(at->second.evaluated_result.value_or(value{})) == result);
    CHECK(at->second.evaluated_time == now);
    CHECK(at->second.source == param_source::system_default);
    ++at;
  }
}

TEST_CASE("dates follow the zone of the trigger that started the run") {
  run x;
  x.in.instance.first_trigger_timezone = "Asia/Tokyo";
  CHECK(x["WORKFLOW_CRON_TIMEZONE"] == "Asia/Tokyo");
  CHECK(x["TARGET_RUN_HOUR"] == "18");
  CHECK(x["DERIVED_RUN_TS"] == "1795424400000");
  x.in.instance.initiator = model::initiator_type::time;
  x.in.instance.initiator_timezone = "America/Los_Angeles";
  CHECK(x["DSL_DEFAULT_TZ"] == "Asia/Tokyo");
  CHECK(x["WORKFLOW_CRON_TIMEZONE"] == "America/Los_Angeles");
  CHECK(x["TARGET_RUN_HOUR"] == "01");
}

TEST_CASE("a run parameter moves all dates that follow from it") {
  run x{{}, {{"TARGET_RUN_DATE", literal(text("20200101"))}}};
  CHECK(x["RUN_DATE"] == "20261123");
  CHECK(x["DERIVED_RUN_DATE_UTC_MINUS_ONE"] == "20191231");
  run y{{}, {{"RUN_TS", literal(number(0))}}};
  CHECK(y["RUN_DATE_MINUS_1"] == "19691231");
  auto all = y.evaluate();
  REQUIRE(all);
  CHECK(all->find("RUN_TS")->source == param_source::launch);
}

TEST_CASE("without stored defaults the same dates can be mentioned") {
  run x{{{"p", literal(text("$RUN_DATE_MINUS_7 $DERIVED_RUN_HOUR_US_PACIFIC"))}}};
  x.in.with_defaults = false;
  CHECK(x["p"] == "20261116 01");
  auto all = x.evaluate();
  REQUIRE(all);
  CHECK(all->size() == 1);
}

TEST_CASE("a date that cannot be read fails as its expression would") {
  run x{{}, {{"TARGET_RUN_DATE", literal(text("zz"))}}};
  auto out = x.evaluate();
  REQUIRE(!out);
  CHECK(contains(out.error().message, "for expr=[ DateTimeFormatter tz_dateint_hour_formatter"));
  run y{{}, {{"DSL_DEFAULT_TZ", literal(text("zz"))}}};
  auto zone = y.evaluate();
  REQUIRE(!zone);
  CHECK(contains(zone.error().message, "for expr=[ DateTime utcNow = new DateTime(RUN_TS)"));
}

TEST_CASE("defaults cannot be made stricter than on start, and reserved ones not changed") {
  auto refusal = [](param_map definition) {
    auto out = run{std::move(definition)}.evaluate();
    REQUIRE(!out);
    return out.error().message;
  };
  CHECK(refusal({{"RUN_TS", literal(number(1), param_mode::constant)}})
        == "Cannot modify param with mode [CONSTANT] for parameter [RUN_TS]");
  CHECK(refusal({{"workflow_id", literal(text("x"))}})
        == "Cannot modify param with mode [CONSTANT] for parameter [workflow_id]");
  CHECK(refusal({{"RUN_TS", literal(text("zz"))}})
        == "BAD_REQUEST - ParameterDefinition type mismatch name [RUN_TS] from [STRING] != to "
           "[LONG]");
}

TEST_CASE("the version of job templates is dropped unless somebody sets it") {
  auto enriched = enriched_workflow_params(nullptr);
  REQUIRE(enriched);
  REQUIRE(enriched->find("job_template_version"));
  CHECK(enriched->find("job_template_version")->internal_mode
        == model::internal_param_mode::optional);
  CHECK(enriched->size() == 24);
  run x{{{"job_template_version", literal(text("v2"))}}};
  CHECK(x["job_template_version"] == "v2");
}

TEST_CASE("enriched step params have the defaults of the step and of its type") {
  param_map definition{{"subworkflow_id", literal(text("child"))}, {"p", literal(number(1))}};
  auto out = enriched_step_params(&definition, nullptr, model::step_type::subworkflow);
  REQUIRE(out);
  std::string names;
  for (const auto& [name, x] : *out)
    names += name + " ";
  CHECK(names
        == "workflow_instance_id step_instance_uuid step_attempt_id step_id subworkflow_id "
           "subworkflow_version p ");
  CHECK(out->find("step_id")->internal_mode == model::internal_param_mode::reserved);
  CHECK(!out->find("step_id")->evaluated_result);
}

TEST_CASE("a dry run has dates for the parameters that ask for them") {
  param_map definition{{"FROM_DATE", literal(text("x"))}, {"TO_DATE", literal(number(1))}};
  auto out = dry_run_params(&definition);
  CHECK(out.size() == 1);
  REQUIRE(out.find("FROM_DATE"));
  CHECK(out.find("FROM_DATE")->literal == text("20210101"));
  CHECK(dry_run_params(nullptr).empty());
}

TEST_CASE("what the operator sets replaces whole defaults") {
  param_map changed{{"RUN_DATE", literal(text("never"))}, {"site", literal(text("here"))}};
  run x{{{"p", literal(text("$RUN_DATE $site"))}}};
  x.in.overrides.workflow = &changed;
  x.in.with_defaults = false;
  CHECK(x["p"] == "never here");
  CHECK(x["RUN_DATE_MINUS_1"] == "20261122");
}

TEST_CASE("in a gap of half an hour the hour of a run may not exist") {
  run x;
  x.in.instance.first_trigger_timezone = "Australia/Lord_Howe";
  x.in.instance.run_ts = 1'759'591'800'000 + 5'400'000; // 2025-10-04T17:00Z, 04:00 local
  CHECK(x["TARGET_RUN_HOUR"] == "04");
  x.in.instance.run_ts = 1'759'591'800'000; // 2025-10-04T15:30Z, the first instant behind the gap
  auto out = x.evaluate();
  REQUIRE(!out);
  CHECK(contains(out.error().message, "for expr=[ DateTimeFormatter tz_dateint_hour_formatter"));
}
