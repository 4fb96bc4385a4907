#include "runtime/model/json.hpp"
#include "runtime/model/requests.hpp"

#include <doctest/doctest.h>

namespace tutti::model {

namespace {

template <class T>
std::string again(std::string_view text) {
  auto x = parse_json<T>(text);
  return x ? json_text(*x) : x.error().message;
}

constexpr auto parent = R"({"workflow_id":"p","instance_id":1,"run_id":1,"step_id":"s",)"
                        R"("step_attempt_id":1,"sync":false})";

} // namespace

TEST_CASE("an initiator has the members and the order of its type") {
  CHECK(again<initiator>(R"({"user":"u","type":"manual"})")
        == R"({"depth":0,"type":"MANUAL","user":"u"})");
  CHECK(again<initiator>(R"({"type":"TIME","timezone":"UTC","trigger_time":7,"trigger_uuid":"x"})")
        == R"({"trigger_uuid":"x","trigger_time":7,"timezone":"UTC","depth":0,"type":"TIME"})");
  CHECK(again<initiator>(R"({"type":"SIGNAL","trigger_uuid":"x","signal_id_map":{"s":1}})")
        == R"({"trigger_uuid":"x","depth":0,"type":"SIGNAL","signal_id_map":{"s":1}})");
  CHECK(!parse_json<initiator>(R"({"type":"MANUAL","timezone":"UTC"})"));
}

TEST_CASE("the depth of a child's initiator is the number of its ancestors") {
  auto ancestors = "[" + std::string{parent} + "]";
  CHECK(again<initiator>(R"({"type":"foreach","depth":9,"ancestors":)" + ancestors + "}")
        == R"({"ancestors":)" + ancestors + R"(,"depth":1,"type":"FOREACH"})");
  CHECK(again<initiator>(R"({"type":"SUBWORKFLOW"})")
        == "ancestors: expected at least one ancestor, found none");
}

TEST_CASE("a start request is written with its default members") {
  CHECK(again<workflow_start_request>(
          R"({"initiator":{"type":"manual"},"request_id":"97A57978-803f-403e-9f9b-376d34689723",
              "runtime_tags":["t"],"artifacts":{}})")
        == R"({"initiator":{"depth":0,"type":"MANUAL"},)"
           R"("request_id":"97a57978-803f-403e-9f9b-376d34689723",)"
           R"("runtime_tags":[{"name":"t"}],"persist_failed_run":false})");
}

TEST_CASE("a start request needs an initiator, a UUID and real booleans") {
  auto none = parse_json<workflow_start_request>("{}");
  REQUIRE(!none);
  CHECK(none.error().details == std::vector<std::string>{"initiator may not be null"});
  CHECK(again<workflow_start_request>(R"({"initiator":{"type":"manual"},"request_id":"x"})")
        == R"(request_id: expected a UUID of 36 characters, found "x")");
  CHECK(!parse_json<workflow_start_request>(
    R"({"initiator":{"type":"manual"},"persist_failed_run":"yes"})"));
}

TEST_CASE("a restart goes from the beginning or from what is incomplete") {
  CHECK(again<workflow_instance_restart_request>(R"({"restart_policy":"RESTART_FROM_BEGINNING"})")
        == R"({"restart_policy":"RESTART_FROM_BEGINNING"})");
  for (auto x : {R"({"restart_policy":"RESTART_FROM_SPECIFIC"})", R"({"restart_policy":"NOPE"})",
                 R"({"restart_policy":"restart_from_beginning"})"})
    CHECK_MESSAGE(!parse_json<workflow_instance_restart_request>(x), x);
}

TEST_CASE("a timeline event has the members of its type") {
  for (auto x : {R"({"timestamp":1,"type":"LOG","level":"WARN","message":"m"})",
                 R"({"timestamp":1,"type":"STATUS","status":"RUNNING"})",
                 R"({"timestamp":1,"type":"DETAILS","status":"INTERNAL_ERROR","message":"m",)"
                 R"("errors":["e"],"retryable":true})",
                 R"({"timestamp":1,"type":"ACTION","action":"STOP","author":"a",)"
                 R"("message":"m","reason":"r","info":5})",
                 R"({"timestamp":1,"type":"MILESTONE","status":"s","milestone_type":"CMB_JOB",)"
                 R"("source_id":"i","info":"t"})"})
    CHECK(again<timeline_event>(x) == x);
}

TEST_CASE("a runtime state leaves out times that are not known") {
  step_runtime_state x;
  x.status = step_status::running;
  x.create_time = 5;
  CHECK(json_text(x) == R"({"status":"RUNNING","create_time":5})");
}

TEST_CASE("retries are written with all counters and the backoff") {
  step_retry x;
  x.backoff.error_retry_backoff_in_secs = parsable_long{std::int64_t{60}};
  auto text = json_text(x);
  CHECK(text
        == R"({"error_retries":0,"error_retry_limit":2,"platform_retries":0,)"
           R"("platform_retry_limit":10,"timeout_retries":0,"timeout_retry_limit":0,)"
           R"("manual_retries":0,"retryable":true,"backoff":{"error_retry_backoff_in_secs":60,)"
           R"("type":"EXPONENTIAL_BACKOFF"}})");
  CHECK(again<step_retry>(text) == text);
}

} // namespace tutti::model
