#include "tools/ctl/answer.hpp"
#include "tools/ctl/pages.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::ctl;

namespace {

json_value parsed(std::string_view text) {
  return *read_json(text);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("active runs are a table") {
  const auto answer = parsed(R"({"elements":[{"workflow_id":"wf","workflow_instance_id":3,
    "workflow_run_id":1,"status":"IN_PROGRESS","create_time":1760000000000,
    "start_time":1760000001000,"message":"two\nlines"}]})");
  CHECK(active_runs_page(answer, 1'760'000'003'000, look{})
        == "STATUS       WORKFLOW  INSTANCE  RUN  CREATED              TIME  MESSAGE\n"
           "IN_PROGRESS  wf        3         1    2025-10-09 08:53:20  2.0s  two lines\n");
}

TEST_CASE("an empty list says what to do next") {
  CHECK(contains(active_runs_page(parsed("{}"), 0, look{}), "tutti ps --all"));
  CHECK(contains(workflows_page(parsed("{}"), look{}), "tutti push FILE"));
}

TEST_CASE("workflows that are not shown are counted") {
  const auto page = workflows_page(
    parsed(R"({"total_count":5,"elements":[{"workflow_id":"wf","owner":{"name":"ann"},
    "active_version_id":2,"latest_version_id":3,"latest_instance_id":7,
    "nonterminal_instances":1}]})"),
    look{});
  CHECK(contains(page, "wf        ann    2       3       7          1"));
  CHECK(contains(page, "Shown are 1 of 5"));
}

TEST_CASE("an instance shows the status over all runs, params, steps and the timeline") {
  const auto page = instance_page(parsed(R"({"workflow_id":"wf","workflow_instance_id":3,
    "workflow_run_id":2,"status":"SUCCEEDED","start_time":1000,"end_time":3000,
    "initiator":{"type":"MANUAL","user":"ann"},
    "params":{"n":{"value":1,"evaluated_result":2}, "e":{"expression":"1 + 1"}},
    "aggregated_info":{"workflow_instance_status":"FAILED","step_aggregated_views":
      {"a":{"workflow_run_id":1,"status":"STOPPED","start_time":1000,"end_time":2500}}},
    "timeline":[{"timestamp":1760000000000,"type":"LOG","level":"WARN","message":"hm"}]})"),
                                  5000, look{});
  CHECK(contains(page, "FAILED  wf/3 run 2\n"));
  CHECK(contains(page, "started by  MANUAL of ann\n"));
  CHECK(contains(page, "took        2.0s\n"));
  CHECK(contains(page, "n = 2\n"));
  CHECK(contains(page, "e = `1 + 1`\n"));
  CHECK(contains(page, "STOPPED  a     1.5s  1\n"));
  CHECK(contains(page, "2025-10-09 08:53:20  WARN  hm\n"));
}

TEST_CASE("a step shows its attempt, definition and retries") {
  const auto page = step_page(parsed(R"({"workflow_id":"wf","workflow_instance_id":3,
    "workflow_run_id":1,"step_id":"a","step_attempt_id":2,
    "definition":{"step":{"id":"a","type":"Sleep"}},"runtime_state":{"status":"RUNNING",
    "start_time":1000},"step_retry":{"error_retries":1,"error_retry_limit":2,
    "platform_retries":0,"platform_retry_limit":10}})"),
                              4000, look{});
  CHECK(contains(page, "RUNNING  wf/3 run 1 step a attempt 2\n"));
  CHECK(contains(page, "definition  a Sleep\n"));
  CHECK(contains(page, "took        3.0s\n"));
  CHECK(contains(page, "user errors 1 of 2, platform errors 0 of 10\n"));
}

TEST_CASE("reasons tell who waits for what, since when and until when") {
  const auto answer = parsed(R"({"workflow_id":"wf","workflow_instance_id":3,"workflow_run_id":1,
    "status":"IN_PROGRESS","reasons":[
    {"subject":"step","step_id":"a","waits_for":"retry","message":"backs off","since":1000,
     "until":61000},
    {"subject":"step","step_id":"b","waits_for":"permit","message":"gpu","since":0}]})");
  const auto all = why_page(answer, "", 2000, look{});
  CHECK(contains(all, "step a   retry      1.0s   in 59.0s  backs off\n"));
  CHECK(contains(all, "step b   permit"));
  const auto one = why_page(answer, "b", 2000, look{});
  CHECK_FALSE(contains(one, "step a"));
  CHECK(contains(why_page(answer, "c", 2000, look{}), "Nothing keeps it waiting"));
}

TEST_CASE("the state of a node is shown whatever is in it") {
  const auto page = node_page(parsed(R"({"version":"1.2","uptime_ms":90000,
    "counters":{"starts_total":5,"load":0.5,"lag_ms":1500}})"),
                              look{});
  CHECK(page
        == "node, version 1.2, up for 1m 30s\n"
           "  counters.starts_total = 5\n"
           "  counters.load = 0.5\n"
           "  counters.lag_ms = 1500 (1.5s)\n");
}

TEST_CASE("pages do not trust the shape of answers") {
  for (auto text : {"null", "[]", "7", R"({"elements":7,"steps":{},"params":[],"timeline":"x"})",
                    R"({"elements":[1,null],"reasons":[[]],"runtime_state":4})"}) {
    CAPTURE(text);
    const auto answer = parsed(text);
    CHECK_FALSE(active_runs_page(answer, 0, look{}).empty());
    CHECK_FALSE(workflows_page(answer, look{}).empty());
    CHECK_FALSE(instance_page(answer, 0, look{}).empty());
    CHECK_FALSE(step_page(answer, 0, look{}).empty());
    CHECK_FALSE(definition_page(answer, look{}).empty());
    CHECK_FALSE(why_page(answer, "", 0, look{}).empty());
    CHECK_FALSE(node_page(answer, look{}).empty());
  }
}

TEST_CASE("JSON is printed with indentation and reads back") {
  const auto value = parsed(R"({"a":[1,{"b":"x\ny"}],"c":{},"d":[]})");
  CHECK(pretty(value)
        == "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x\\ny\"\n    }\n  ],\n"
           "  \"c\": {},\n  \"d\": []\n}\n");
  CHECK(parsed(pretty(value)) == value);
}

TEST_CASE("a refusal carries the server's words and findings") {
  auto why = refusal_of(400, R"({"status":"BAD_REQUEST","message":"no","errors":["a","b"]})");
  CHECK(why.code == ec::bad_request);
  CHECK(why.message == "the server refused (400 BAD_REQUEST): no");
  CHECK(why.details == std::vector<std::string>{"a", "b"});
}

TEST_CASE("the other shapes of errors are understood too") {
  CHECK(refusal_of(404, R"({"title":"Not Found","status":404,"detail":"No route"})").message
        == "the server refused (404 Not Found): No route");
  CHECK(refusal_of(500, R"({"status":500,"error":"Internal Server Error","path":"/x"})").message
        == "the server failed (500 Internal Server Error): /x");
  CHECK(
    refusal_of(400, R"({"status":"BAD_REQUEST","message":"400 BAD_REQUEST \"Bad thing\""})").message
    == "the server refused (400 BAD_REQUEST): Bad thing");
  CHECK(refusal_of(503, "").code == ec::internal);
}

TEST_CASE("an answer that no Tutti server gives says so, without its page") {
  CHECK(refusal_of(502, "<html>").message
        == "the server failed (502): the answer is no JSON; is there a Tutti server?");
  CHECK(refusal_of(404, "not here\n").message
        == "the server refused (404): not here (the answer is no JSON; is there a Tutti server?)");
}

TEST_CASE("decimals are written without an exponent where that can be read") {
  CHECK(decimal_text(0.5) == "0.5");
  CHECK(decimal_text(5) == "5.0");
  CHECK(decimal_text(-1.25) == "-1.25");
  CHECK(decimal_text(1e10) == "10000000000.0");
  CHECK(decimal_text(0.1) == "0.1");
  CHECK(decimal_text(0) == "0.0");
  CHECK(decimal_text(1e300) == "1e+300");
  CHECK(decimal_text(1e-9) == "1e-09");
  CHECK(param_text(parsed(R"({"evaluated_result":[0.5,1E3]})")) == "[0.5,1000.0]");
  CHECK(compact(parsed(R"({"a":[0.5,{"b":null}],"c":[]})")) == R"({"a":[0.5,{"b":null}],"c":[]})");
  CHECK(parsed(pretty(parsed("[1E300,5E-1,1E-9]"))) == parsed("[1E300,0.5,1E-9]"));
}

TEST_CASE("lines of a timeline have no blanks at their end") {
  auto page = instance_page(
    parsed(
      R"({"workflow_id":"w","timeline":[{"type":"STATUS","timestamp":1000,"status":"CREATED"}]})"),
    0, look{});
  CHECK(page.find("00:00:01  CREATED\n") != std::string::npos);
}

TEST_CASE("reasons are wrapped on a terminal, not cut") {
  const auto answer = parsed(R"({"workflow_id":"w","status":"FAILED","reasons":[{"subject":"step",
    "step_id":"a","waits_for":"nothing","message":"it ended as FATALLY_FAILED: disk full"}]})");
  const look how{true, false, 72, 24};
  CHECK(why_page(answer, "", 0, how)
        == "FAILED  w/\n"
           "SUBJECT  WAITS FOR  SINCE  UNTIL  MESSAGE\n"
           "step a   nothing                  it ended as FATALLY_FAILED: disk full\n");
  const look narrow{true, false, 65, 24};
  CHECK(why_page(answer, "", 0, narrow)
        == "FAILED  w/\n"
           "SUBJECT  WAITS FOR  SINCE  UNTIL  MESSAGE\n"
           "step a   nothing                  it ended as FATALLY_FAILED:\n"
           "                                  disk full\n");
}
