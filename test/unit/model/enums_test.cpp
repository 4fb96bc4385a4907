#include "runtime/model/definition.hpp"
#include "runtime/model/instance.hpp"
#include "runtime/model/responses.hpp"
#include "runtime/model/summaries.hpp"

#include <doctest/doctest.h>

namespace tutti::model {

namespace {

template <class E, class Parse>
void check_names(std::uint8_t count, Parse parse) {
  for (std::uint8_t i = 0; i < count; ++i) {
    auto x = static_cast<E>(i);
    CAPTURE(to_string(x));
    CHECK(parse(to_string(x)) == x);
  }
  CHECK(to_string(static_cast<E>(count)) == "UNKNOWN");
}

} // namespace

TEST_CASE("each name of an enum reads back as its value") {
  check_names<step_type>(12, parse_step_type);
  check_names<step_kind>(5, parse_step_kind);
  check_names<failure_mode>(3, parse_failure_mode);
  check_names<criticality>(4, parse_criticality);
  check_names<run_rule>(6, parse_run_rule);
  check_names<backoff_type>(2, parse_backoff_type);
  check_names<param_type>(10, parse_param_type);
  check_names<param_mode>(5, parse_param_mode);
  check_names<internal_param_mode>(4, parse_internal_param_mode);
  check_names<param_source>(15, parse_param_source);
  check_names<step_status>(22, parse_step_status);
  check_names<run_status>(7, parse_run_status);
  check_names<run_policy>(6, parse_run_policy);
  check_names<initiator_type>(7, parse_initiator_type);
  check_names<timeline_type>(5, parse_timeline_type);
  check_names<log_level>(5, parse_log_level);
  check_names<time_trigger_type>(3, parse_time_trigger_type);
  check_names<predefined_schedule>(5, parse_predefined_schedule);
  check_names<signal_operator>(5, parse_signal_operator);
  check_names<signal_match_status>(5, parse_signal_match_status);
  check_names<alert_type>(8, parse_alert_type);
  check_names<alert_action>(4, parse_alert_action);
  check_names<alert_granularity>(3, parse_alert_granularity);
  check_names<pagerduty_severity>(4, parse_pagerduty_severity);
  check_names<step_instance_action>(8, parse_step_instance_action);
  check_names<workflow_instance_action>(4, parse_workflow_instance_action);
  check_names<upstream_restart_mode>(2, parse_upstream_restart_mode);
  check_names<instance_run_status>(4, parse_instance_run_status);
  check_names<action_entity>(4, parse_action_entity);
  check_names<db_operation>(3, parse_db_operation);
}

TEST_CASE("step types have the spelling of the API and any letter case is read") {
  CHECK(to_string(step_type::noop) == "NoOp");
  CHECK(to_string(step_type::shell) == "Shell");
  CHECK(to_string(step_type::foreach) == "foreach");
  CHECK(parse_step_type("KUBERNETES") == step_type::kubernetes);
  CHECK(parse_step_type("SHELL") == step_type::shell);
  CHECK(!parse_step_type("nope"));
}

TEST_CASE("a predefined schedule may lack its sign") {
  CHECK(parse_predefined_schedule("Daily") == predefined_schedule::daily);
  CHECK(parse_predefined_schedule("@WEEKLY") == predefined_schedule::weekly);
  CHECK(!parse_predefined_schedule("@@daily"));
}

TEST_CASE("run policies are read in their exact spelling only") {
  CHECK(parse_run_policy("RESTART_FROM_INCOMPLETE") == run_policy::restart_from_incomplete);
  CHECK(!parse_run_policy("restart_from_incomplete"));
}

TEST_CASE("any run status that begins with FAILED means FAILED") {
  CHECK(parse_run_status("FAILED_1") == run_status::failed);
  CHECK(parse_run_status("failed") == run_status::failed);
  CHECK(!parse_run_status("FAIL"));
}

TEST_CASE("terminal, complete and retryable step statuses are told apart") {
  CHECK(!is_terminal(step_status::finishing));
  CHECK(is_terminal(step_status::disabled));
  CHECK(is_terminal(step_status::user_failed));
  CHECK(is_complete(step_status::completed_with_error));
  CHECK(!is_complete(step_status::user_failed));
  CHECK(!is_complete(step_status::running));
  CHECK(is_retryable(step_status::timeout_failed));
  CHECK(!is_retryable(step_status::timed_out));
}

TEST_CASE("terminal run statuses and fresh policies are told apart") {
  CHECK(!is_terminal(run_status::paused));
  CHECK(is_terminal(run_status::timed_out));
  CHECK(is_terminal(run_status::succeeded));
  CHECK(is_fresh(run_policy::start_customized_run));
  CHECK(!is_fresh(run_policy::restart_from_incomplete));
}

TEST_CASE("an event that repeats the last one at another time is dropped") {
  std::vector<timeline_event> timeline;
  append_timeline(timeline, log_event(1, log_level::info, "a"));
  append_timeline(timeline, log_event(2, log_level::info, "a"));
  append_timeline(timeline, log_event(3, log_level::warn, "a"));
  append_timeline(timeline, log_event(4, log_level::info, "a"));
  REQUIRE(timeline.size() == 3);
  CHECK(timeline[0].timestamp == 1);
}

TEST_CASE("a timeline keeps the last 32 events") {
  std::vector<timeline_event> timeline;
  for (auto i = 0; i < 40; ++i)
    append_timeline(timeline, log_event(i, log_level::info, std::to_string(i)));
  REQUIRE(timeline.size() == 32);
  CHECK(timeline.front().message == "8");
  CHECK(timeline.back().message == "39");
}

TEST_CASE("a made param has the type of its value") {
  CHECK(make_param(value{std::string{"x"}}).type == param_type::text);
  CHECK(make_param(value{std::int64_t{1}}).type == param_type::integer);
  CHECK(make_param(value{true}).type == param_type::boolean);
  CHECK(make_param(value{int_seq{{1, 2}}}).type == param_type::long_array);
  CHECK(make_param(value{std::vector<bool>{true}}).type == param_type::boolean_array);
  CHECK(!make_param(value{}).literal);
}

TEST_CASE("a made param keeps a double as its shortest decimal") {
  auto x = make_param(value{1.5});
  CHECK(x.type == param_type::decimal);
  CHECK(x.literal == value{decimal{"1.5"}});
}

TEST_CASE("a made param turns a raw map into definitions") {
  value_map raw;
  raw.set("a", value{std::int64_t{1}});
  auto x = make_param(value{raw});
  CHECK(x.type == param_type::map);
  const auto* entries = x.literal->as<param_map>();
  REQUIRE(entries);
  CHECK(entries->find("a")->type == param_type::integer);
}

} // namespace tutti::model
