#include "runtime/engine/views.hpp"
#include "runtime/engine/views_page.hpp"
#include "test/support/engine_world.hpp"

using namespace tutti;
using namespace tutti::engine;
using test::engine_world;
namespace json = boost::json;

namespace {

using phase = job_update::phase_type;

const std::string chain = R"({"id":"chain","name":"A chain","steps":[
  {"step":{"id":"a","type":"NoOp","transition":{"successors":{"b":"true"}}}},
  {"step":{"id":"b","type":"Sleep","params":{"sleep_seconds":{"value":5,"type":"LONG"}}}}]})";

const std::string diamond = R"({"id":"diamond","steps":[
  {"step":{"id":"a","type":"NoOp","transition":{"successors":{"b":"true","c":"false"}}}},
  {"step":{"id":"b","type":"NoOp","transition":{"successors":{"d":"true"}}}},
  {"step":{"id":"c","type":"NoOp","transition":{"successors":{"d":"true"}}}},
  {"step":{"id":"d","type":"NoOp"}}]})";

const std::string loop = R"({"id":"loop","steps":[{"foreach":{"id":"f","concurrency":2,
  "params":{"loop_params":{"type":"MAP","value":{"i":{"value":[1,2,3,4,5],"type":"LONG_ARRAY"}}}},
  "steps":[{"step":{"id":"s","type":"Sleep",
    "params":{"sleep_seconds":{"value":1,"type":"LONG"}}}}]}}]})";

const std::string job_loop = R"({"id":"jl","steps":[{"foreach":{"id":"f",
  "params":{"loop_params":{"type":"MAP","value":{"i":{"value":[1,2,3],"type":"LONG_ARRAY"}}}},
  "steps":[{"step":{"id":"run","type":"Shell",
    "params":{"command":{"value":"make","type":"STRING"}},
    "retry_policy":{"error_retry_limit":1,"backoff":{"type":"FIXED_BACKOFF",
      "error_retry_backoff_in_secs":7}}}}]}}]})";

const std::string job = R"({"id":"job","steps":[
  {"step":{"id":"run","type":"Shell","transition":{"successors":{"after":"true"}},
    "params":{"command":{"value":"make","type":"STRING"}},
    "retry_policy":{"error_retry_limit":1,"backoff":{"type":"FIXED_BACKOFF",
      "error_retry_backoff_in_secs":7}}}},
  {"step":{"id":"after","type":"NoOp"}}]})";

json::object object(const views::json_result& x) {
  REQUIRE_MESSAGE(x, (x ? std::string{} : x.error().message));
  return x->as_object();
}

std::string text(const json::value& x) {
  return model::to_text(x);
}

std::vector<std::string> keys(const json::object& x) {
  std::vector<std::string> out;
  for (auto& member : x)
    out.emplace_back(member.key());
  return out;
}

using names = std::vector<std::string>;

std::vector<std::string> ids(const json::value& list, const char* member) {
  std::vector<std::string> out;
  for (auto& x : list.as_array())
    out.push_back(text(x.as_object().at(member)));
  return out;
}

std::string refusal(const views::json_result& x) {
  REQUIRE_FALSE(x);
  return std::string{to_string(x.error().code)} + " " + x.error().message;
}

} // namespace

// -- definitions ----------------------------------------------------------------------------------

TEST_CASE("a definition has the properties of the specification in their order") {
  engine_world world;
  world.push(chain);
  auto out = object(views::workflow_definition(world.reader(), "chain", "ACTIVE"));
  CHECK(keys(out)
        == names{"properties_snapshot", "metadata", "workflow", "is_active", "activate_time",
                 "activated_by", "is_latest", "is_default", "internal_id", "modify_time"});
  CHECK(text(out["properties_snapshot"])
        == R"({"workflow_id":"chain","create_time":1700000000000,"author":"tester",)"
           R"("owner":"tester","run_strategy":{"rule":"SEQUENTIAL","workflow_concurrency":1}})");
}

TEST_CASE("an unknown workflow, version and version text are told apart") {
  engine_world world;
  world.push(chain);
  auto ask = [&](const char* id, const char* version) {
    return refusal(views::workflow_definition(world.reader(), id, version));
  };
  CHECK(ask("no", "1") == "NOT_FOUND Workflow [no] has not been created yet or has been deleted.");
  CHECK(ask("chain", "2") == "NOT_FOUND Cannot find workflow [chain] with version [2]");
  CHECK(ask("chain", "0") == "BAD_REQUEST Invalid workflow version [0] for workflow [chain]");
  CHECK(ask("chain", "zz") == "BAD_REQUEST Invalid workflow version [zz] for workflow [chain]");
}

TEST_CASE("a page of versions is newest first") {
  engine_world world;
  world.push(chain);
  world.push(chain);
  world.push(chain);
  auto out = object(views::versions(world.reader(), "chain", {2, {}, {}}));
  CHECK(text(out["page_info"])
        == R"({"start_cursor":"3","end_cursor":"2","has_previous_page":false,)"
           R"("has_next_page":true,"start_index":1})");
  CHECK(out["total_count"] == 3);
  CHECK(out["elements"].as_array().size() == 2);
}

TEST_CASE("a page of nothing has nulls") {
  engine_world world;
  CHECK(text(*views::versions(world.reader(), "no", {1, {}, {}}))
        == R"({"page_info":{"start_cursor":null,"end_cursor":null,"has_previous_page":false,)"
           R"("has_next_page":false,"start_index":null},"total_count":0,"elements":[]})");
}

TEST_CASE("pages follow the recorded rules") {
  auto range = [](views::page_request asked, std::int64_t highest) {
    auto x = views::range_of(asked, highest);
    return x.empty ? std::pair<std::int64_t, std::int64_t>{0, 0} : std::pair{x.from, x.to};
  };
  using pair = std::pair<std::int64_t, std::int64_t>;
  CHECK(range({2, {}, 2}, 3) == pair{1, 1});
  CHECK(range({{}, 2, {}}, 3) == pair{2, 1});
  CHECK(range({{}, 1, 2}, 3) == pair{3, 3});
  CHECK(range({{}, 1, 0}, 1) == pair{1, 1});
  CHECK(range({1, {}, 100}, 1) == pair{0, 0});
  CHECK(range({5, {}, 4}, 2) == pair{2, 1});
  CHECK(range({1, {}, 1}, 3) == pair{0, 0});
  // A surprise that clients know: behind the newest, the newest comes again.
  CHECK(range({{}, 1, std::numeric_limits<std::int64_t>::max()}, 3) == pair{3, 3});
}

TEST_CASE("an overview counts what is queued and runs") {
  engine_world world;
  world.push(chain);
  world.start("chain");
  world.start("chain");
  auto out = object(views::overview(world.reader(), "chain"));
  CHECK(keys(out)
        == names{"workflow_id", "active_version_id", "latest_version_id", "default_version_id",
                 "properties_snapshot", "nonterminal_instances", "failed_instances",
                 "latest_instance_id"});
  CHECK(text(out["nonterminal_instances"]) == R"({"CREATED":1,"IN_PROGRESS":1,"PAUSED":0})");
}

TEST_CASE("a snapshot is found by its time") {
  engine_world world;
  world.push(chain);
  CHECK(object(views::snapshot(world.reader(), "chain", "Latest"))
        == object(views::snapshot(world.reader(), "chain", "1700000000000")));
  CHECK(refusal(views::snapshot(world.reader(), "chain", "5")).starts_with("NOT_FOUND"));
  CHECK(refusal(views::snapshot(world.reader(), "chain", "x")).starts_with("BAD_REQUEST"));
}

TEST_CASE("workflows of all shards are listed by id") {
  engine_world world;
  world.push(loop);
  world.push(chain);
  world.push(diamond);
  auto out = object(views::workflows(world.reader(), 2, ""));
  CHECK(ids(out["elements"], "workflow_id") == names{R"("chain")", R"("diamond")"});
  CHECK(out["total_count"] == 3);
  CHECK(out.at("page_info").as_object().at("has_next_page") == true);
  auto rest = object(views::workflows(world.reader(), 2, "diamond"));
  CHECK(ids(rest["elements"], "workflow_id") == names{R"("loop")"});
  CHECK(text(out["elements"].as_array()[0])
        == R"({"workflow_id":"chain","name":"A chain","owner":"tester","active_version_id":1,)"
           R"("latest_version_id":1,"nonterminal_instances":0})");
}

// -- runs -----------------------------------------------------------------------------------------

TEST_CASE("a run has the properties of the specification in their order") {
  engine_world world;
  world.push(chain);
  world.start("chain");
  world.pass(5000);
  auto out = object(views::instance(world.reader(), {"chain", 1, 0}, {true, true}));
  CHECK(keys(out)
        == names{"workflow_id",      "workflow_instance_id", "workflow_run_id",  "workflow_uuid",
                 "correlation_id",   "workflow_version_id",  "group_info",       "internal_id",
                 "execution_id",     "run_config",           "run_params",       "run_properties",
                 "runtime_workflow", "runtime_dag",          "params",           "initiator",
                 "status",           "request_time",         "create_time",      "start_time",
                 "end_time",         "modify_time",          "runtime_overview", "timeline",
                 "aggregated_info"});
  CHECK(text(out["status"]) == R"("SUCCEEDED")");
  CHECK(text(out["run_config"]) == R"({"policy":"START_FRESH_NEW_RUN"})");
  CHECK(text(out["runtime_dag"])
        == R"({"a":{"successors":{"b":"true"}},"b":{"predecessors":["a"]}})");
  CHECK(text(out["runtime_overview"])
        == R"({"total_step_count":2,"step_overview":{"SUCCEEDED":{"cnt":2,"steps":)"
           R"([[1,1700000000000,1700000000000],[2,1700000000000,1700000005000]]}},)"
           R"("rollup_overview":{"total_leaf_count":2,"overview":{"SUCCEEDED":{"cnt":2}}}})");
  CHECK(text(out["aggregated_info"])
        == R"({"workflow_instance_status":"SUCCEEDED","step_aggregated_views":{)"
           R"("a":{"workflow_run_id":1,"status":"SUCCEEDED","start_time":1700000000000,)"
           R"("end_time":1700000000000},"b":{"workflow_run_id":1,"status":"SUCCEEDED",)"
           R"("start_time":1700000000000,"end_time":1700000005000}}})");
  CHECK(text(out["initiator"]) == R"({"depth":0,"type":"MANUAL","user":"tester"})");
}

TEST_CASE("a running run tells its overview from the rows of its steps") {
  engine_world world;
  world.push(chain);
  world.start("chain");
  auto out = object(views::instance(world.reader(), {"chain", 1, 1}, {}));
  CHECK(text(out["status"]) == R"("IN_PROGRESS")");
  CHECK(text(out["runtime_overview"])
        == R"({"total_step_count":2,"step_overview":{"RUNNING":{"cnt":1,"steps":)"
           R"([[2,1700000000000,null]]},"SUCCEEDED":{"cnt":1,"steps":)"
           R"([[1,1700000000000,1700000000000]]}},"rollup_overview":{"total_leaf_count":2,)"
           R"("overview":{"RUNNING":{"cnt":1,"ref":{"chain:1":["1:b:1"]}},)"
           R"("SUCCEEDED":{"cnt":1}}}})");
  CHECK_FALSE(out.contains("end_time"));
  CHECK_FALSE(out.contains("aggregated_info"));
}

TEST_CASE("an enriched timeline has the statuses in order") {
  engine_world world;
  world.push(chain);
  world.start("chain");
  world.pass(5000);
  auto statuses = [&](bool enriched) {
    names out;
    auto run = object(views::instance(world.reader(), {"chain", 1, 1}, {enriched, false}));
    for (auto& x : run["timeline"].as_array())
      if (auto* status = x.as_object().if_contains("status"))
        out.push_back(text(*status));
    return out;
  };
  CHECK(statuses(true) == names{R"("CREATED")", R"("IN_PROGRESS")", R"("SUCCEEDED")"});
  CHECK(statuses(false).empty());
}

TEST_CASE("a queued run has no execution and no overview") {
  engine_world world;
  world.push(chain);
  world.start("chain");
  world.start("chain");
  auto out = object(views::instance(world.reader(), {"chain", 2, 0}, {true, true}));
  CHECK(text(out["status"]) == R"("CREATED")");
  CHECK_FALSE(out.contains("execution_id"));
  CHECK_FALSE(out.contains("runtime_overview"));
  CHECK(text(out["aggregated_info"])
        == R"({"workflow_instance_status":"CREATED","step_aggregated_views":{)"
           R"("a":{"status":"NOT_CREATED"},"b":{"status":"NOT_CREATED"}}})");
}

TEST_CASE("a run that its own shard has not heard of is told from its workflow's rows") {
  engine_world world;
  world.push(chain);
  world.post(workflow_entity("chain"), make_message(world.start_order()));
  world.settle(1);
  auto out = object(views::instance(world.reader(), {"chain", 1, 0}, {}));
  CHECK(text(out["status"]) == R"("CREATED")");
  CHECK(out["workflow_version_id"] == 1);
  CHECK(*views::status_of_run(world.reader(), {"chain", 1, 1}) == model::run_status::created);
  auto why = object(views::why(world.reader(), {"chain", 1, 1}, ""));
  CHECK(why["reasons"].as_array()[0].as_object()["waits_for"] == "queue");
  CHECK(ids(object(views::progress(world.reader(), {"chain", 1, 1}, 0))["steps"], "status")
        == names{R"("NOT_CREATED")", R"("NOT_CREATED")"});
}

TEST_CASE("an unknown run is not found") {
  engine_world world;
  world.push(chain);
  CHECK(refusal(views::instance(world.reader(), {"chain", 7, 0}, {}))
        == "NOT_FOUND workflow instance [chain][7][0] not found (either not created or deleted)");
  CHECK(refusal(views::instance(world.reader(), {"chain", 7, 3}, {}))
        == "NOT_FOUND workflow instance [chain][7][3] not found (either not created or deleted)");
}

TEST_CASE("the parameters that the system adds come first") {
  engine_world world;
  world.push(R"({"id":"p","params":{"x":{"value":"v","type":"STRING"}},
    "steps":[{"step":{"id":"a","type":"NoOp"}}]})");
  world.start("p");
  auto out = object(views::instance(world.reader(), {"p", 1, 1}, {}));
  auto all = keys(out["params"].as_object());
  REQUIRE(all.size() == 24);
  CHECK(all.front() == "DSL_DEFAULT_TZ");
  CHECK(names{all.end() - 3, all.end()} == names{"owner", "workflow_id", "x"});
  CHECK(text(out["params"].as_object()["owner"])
        == R"({"expression":"return params.getFromInstance(\"owner\");","type":"STRING",)"
           R"("tags":[],"mode":"CONSTANT","evaluated_result":"tester",)"
           R"("evaluated_time":1700000000000,"source":"SYSTEM_DEFAULT"})");
}

TEST_CASE("a page of instances has the latest run of each, newest first") {
  engine_world world;
  world.push(diamond);
  world.start("diamond");
  world.start("diamond");
  world.start("diamond");
  auto out = object(views::instances(world.reader(), "diamond", {2, {}, {}}, true));
  CHECK(ids(out["elements"], "workflow_instance_id") == names{"3", "2"});
  CHECK(out["elements"].as_array()[0].as_object().contains("aggregated_info"));
  auto next = object(views::instances(world.reader(), "diamond", {2, {}, 2}, false));
  CHECK(ids(next["elements"], "workflow_instance_id") == names{"1"});
  CHECK(text(*views::instances(world.reader(), "no", {2, {}, {}}, true)).find("\"elements\":[]")
        != std::string::npos);
}

// -- steps ----------------------------------------------------------------------------------------

TEST_CASE("a step has the properties of the specification in their order") {
  engine_world world;
  world.push(chain);
  world.start("chain");
  world.pass(5000);
  auto out = object(views::step(world.reader(), {"chain", 1, 1}, "b", 1, true));
  CHECK(keys(out) == names{"workflow_id",      "workflow_instance_id",
                           "workflow_run_id",  "step_id",
                           "step_attempt_id",  "workflow_uuid",
                           "step_uuid",        "correlation_id",
                           "step_instance_id", "workflow_version_id",
                           "group_info",       "owner",
                           "definition",       "tags",
                           "params",           "transition",
                           "step_retry",       "runtime_state",
                           "signal_outputs",   "timeline"});
  CHECK(text(out["definition"])
        == R"({"step":{"id":"b","transition":{"predecessors":["a"]},"type":"Sleep",)"
           R"("failure_mode":"FAIL_AFTER_RUNNING","params":{"sleep_seconds":{"value":5,)"
           R"("type":"LONG"}}}})");
  CHECK(keys(out["params"].as_object())
        == names{"maestro_step_satisfied", "workflow_instance_id", "step_instance_uuid",
                 "step_attempt_id", "step_id", "sleep_seconds"});
  CHECK(out["step_instance_id"] == 4);
  CHECK_FALSE(out.contains("timeout_in_millis"));
}

TEST_CASE("the retry rules of a step without a policy are the defaults") {
  engine_world world;
  world.push(diamond);
  world.start("diamond");
  auto out = object(views::step(world.reader(), {"diamond", 1, 1}, "a", 0, false));
  CHECK(text(out["step_retry"])
        == R"({"error_retries":0,"error_retry_limit":2,"platform_retries":0,)"
           R"("platform_retry_limit":10,"timeout_retries":0,"timeout_retry_limit":0,)"
           R"("manual_retries":0,"retryable":true,"backoff":{"error_retry_backoff_in_secs":60,)"
           R"("error_retry_exponent":2,"error_retry_limit_in_secs":600,)"
           R"("platform_retry_backoff_in_secs":60,"platform_retry_exponent":2,)"
           R"("platform_retry_limit_in_secs":3600,"timeout_retry_backoff_in_secs":60,)"
           R"("timeout_retry_exponent":2,"timeout_retry_limit_in_secs":3600,)"
           R"("type":"EXPONENTIAL_BACKOFF"}})");
}

TEST_CASE("conditions are told with their results") {
  engine_world world;
  world.push(diamond);
  world.start("diamond");
  auto a = object(views::step(world.reader(), {"diamond", 1, 1}, "a", 0, true));
  CHECK(text(a["transition"])
        == R"({"successors":{"b":{"expression":"true","type":"BOOLEAN","evaluated_result":true,)"
           R"("evaluated_time":1700000000000},"c":{"expression":"false","type":"BOOLEAN",)"
           R"("evaluated_result":false,"evaluated_time":1700000000000}}})");
  auto c = object(views::step(world.reader(), {"diamond", 1, 1}, "c", 0, true));
  CHECK(text(c["runtime_state"].as_object()["status"]) == R"("UNSATISFIED")");
  CHECK(text(c["params"])
        == R"({"maestro_step_satisfied":{"value":false,"type":"BOOLEAN",)"
           R"("evaluated_result":false,"evaluated_time":1700000000000}})");
  auto d = object(views::step(world.reader(), {"diamond", 1, 1}, "d", 0, true));
  CHECK(text(d["transition"]) == R"({"predecessors":["b","c"]})");
}

TEST_CASE("steps that have not started are left out of lists and not found") {
  engine_world world;
  world.push(job);
  world.start("job");
  auto reader = world.reader();
  CHECK(ids(*views::latest_steps(reader, "job", 1), "step_id") == names{R"("run")"});
  CHECK(ids(*views::run_steps(reader, {"job", 1, 1}), "step_id") == names{R"("run")"});
  CHECK(text(*views::latest_steps(reader, "job", 9)) == "[]");
  CHECK(refusal(views::step(reader, {"job", 1, 1}, "after", 0, true))
        == "NOT_FOUND workflow instance [job][1][1]'s step instance [after][latest] not found "
           "(either not created or deleted)");
  CHECK(refusal(views::latest_step(reader, "job", 1, "after", true))
        == "NOT_FOUND step instance view for [job][1][after] not found (either not created or "
           "deleted)");
  CHECK(refusal(views::run_steps(reader, {"job", 1, 2}))
        == "NOT_FOUND Step instances of workflow instance [job][1][2] not found (either empty, "
           "not created, or deleted)");
}

// -- failure, retry, restart ----------------------------------------------------------------------

TEST_CASE("a failing job is told attempt by attempt") {
  engine_world world;
  world.push(job);
  world.start("job");
  auto step = step_entity("job", 1, 1, "run");
  auto reasons = [&](const std::string& id = {}) {
    return object(views::why(world.reader(), {"job", 1, 1}, id))["reasons"].as_array();
  };
  CHECK(reasons("run")[0].as_object()["message"].as_string().starts_with(
    "its process has not begun yet"));
  world.job(step, phase::started);
  CHECK(reasons()[0].as_object()["waits_for"] == "process");
  CHECK(text(reasons()[1])
        == R"({"subject":"step","step_id":"after","waits_for":"predecessors",)"
           R"("message":"not complete yet: [run] is RUNNING"})");
  world.job(step, phase::ended, 2);
  auto waits = reasons("run")[0].as_object();
  CHECK(waits["waits_for"] == "retry");
  CHECK(waits["until"] == world.now + 7000);
  CHECK(waits["message"]
        == "attempt 1 ended as USER_FAILED: The process ended with exit code 2; 1 try is left");
  world.pass(7000);
  world.job(step, phase::ended, 3);
  auto ended = reasons();
  CHECK(ended[0].as_object()["subject"] == "run");
  CHECK(ended[0].as_object()["waits_for"] == "nothing");
  CHECK(ended[0].as_object()["message"] == "it ended as FAILED: [run] is FATALLY_FAILED");
  CHECK(ended[1].as_object()["message"]
        == "it ended as FATALLY_FAILED: The process ended with exit code 3");
  CHECK(ended[2].as_object()["message"] == "it never started: [run] is FATALLY_FAILED");

  auto first = object(views::step(world.reader(), {"job", 1, 1}, "run", 1, true));
  CHECK(text(first["runtime_state"].as_object()["status"]) == R"("USER_FAILED")");
  auto second = object(views::step(world.reader(), {"job", 1, 1}, "run", 0, true));
  CHECK(second["step_attempt_id"] == 2);
  CHECK(second["step_retry"].as_object()["retryable"] == false);
  auto run = object(views::instance(world.reader(), {"job", 1, 1}, {}));
  CHECK(text(run["runtime_overview"].as_object()["rollup_overview"])
        == R"({"total_leaf_count":1,"overview":{"FATALLY_FAILED":{"cnt":1,)"
           R"("ref":{"job:1":["1:run:2"]}}}})");
}

TEST_CASE("progress names the failure of a step") {
  engine_world world;
  world.push(job);
  world.start("job");
  world.job(step_entity("job", 1, 1, "run"), phase::started);
  world.job(step_entity("job", 1, 1, "run"), phase::ended, 2, "no rule");
  auto out = object(views::progress(world.reader(), {"job", 1, 0}, world.now));
  CHECK(keys(out)
        == names{"workflow_id", "workflow_instance_id", "workflow_run_id", "status", "create_time",
                 "start_time", "now", "steps"});
  auto& step = out["steps"].as_array()[0].as_object();
  CHECK(keys(step)
        == names{"step_id", "type", "status", "attempt", "start_time", "end_time", "message"});
  CHECK(step["status"] == "USER_FAILED");
  CHECK(text(out["steps"].as_array()[1])
        == R"({"step_id":"after","type":"NoOp","status":"NOT_CREATED"})");
}

TEST_CASE("a restarted run shows its part, and the aggregate shows the whole") {
  engine_world world;
  world.push(R"({"id":"r","steps":[
    {"step":{"id":"a","type":"NoOp","transition":{"successors":{"b":"true"}}}},
    {"step":{"id":"b","type":"Shell","params":{"command":{"value":"x","type":"STRING"}},
      "retry_policy":{"error_retry_limit":1,"backoff":{"type":"FIXED_BACKOFF",
        "error_retry_backoff_in_secs":1}}}}]})");
  world.start("r");
  world.job(step_entity("r", 1, 1, "b"), phase::ended, 1);
  world.pass(1000);
  world.job(step_entity("r", 1, 1, "b"), phase::ended, 1);
  restart_instance order;
  order.caller = "tester";
  order.uuid = world.make_uuid();
  REQUIRE(world.ask(instance_entity("r", 1, 1), order));
  auto running = object(views::instance(world.reader(), {"r", 1, 0}, {true, true}));
  CHECK(running["workflow_run_id"] == 2);
  CHECK(text(running["run_config"])
        == R"({"policy":"RESTART_FROM_INCOMPLETE","restart_config":{"restart_path":[)"
           R"({"workflow_id":"r","instance_id":1,"step_id":null}],)"
           R"("restart_policy":"RESTART_FROM_INCOMPLETE",)"
           R"("downstream_policy":"RESTART_FROM_INCOMPLETE","restart_params":{}}})");
  CHECK(text(running["runtime_dag"]) == R"({"b":{}})");
  world.job(step_entity("r", 1, 2, "b"), phase::ended, 0);
  auto out = object(views::instance(world.reader(), {"r", 1, 0}, {true, true}));
  CHECK(out["status"] == "SUCCEEDED");
  auto& overview = out["runtime_overview"].as_object();
  CHECK(overview["total_step_count"] == 1);
  CHECK(overview["rollup_overview"].as_object()["total_leaf_count"] == 2);
  auto& views_of = out["aggregated_info"].as_object()["step_aggregated_views"].as_object();
  CHECK(views_of["a"].as_object()["workflow_run_id"] == 1);
  CHECK(views_of["b"].as_object()["workflow_run_id"] == 2);
  CHECK(ids(*views::latest_steps(world.reader(), "r", 1), "workflow_run_id") == names{"1", "2"});
  CHECK(ids(object(views::progress(world.reader(), {"r", 1, 2}, 0))["steps"], "status")
        == names{R"("SUCCEEDED")", R"("SUCCEEDED")"});
  auto runs = object(views::runs(world.reader(), "r", 1, {5, {}, {}}));
  CHECK(ids(runs["elements"], "workflow_run_id") == names{"2", "1"});
}

// -- queue ----------------------------------------------------------------------------------------

TEST_CASE("a queued run knows its place and what it waits for") {
  engine_world world;
  world.push(chain);
  world.start("chain");
  world.start("chain");
  world.start("chain");
  auto why = object(views::why(world.reader(), {"chain", 3, 0}, ""));
  CHECK(keys(why)
        == names{"workflow_id", "workflow_instance_id", "workflow_run_id", "status", "reasons"});
  CHECK(text(why["reasons"])
        == R"([{"subject":"run","waits_for":"queue","message":"run strategy SEQUENTIAL lets 1 )"
           R"(run go on at a time; 1 run is running, and this one has place 2 of 2 in the )"
           R"(queue","since":1700000000000}])");
  auto active = object(views::active_runs(world.reader(), 10))["elements"];
  CHECK(ids(active, "workflow_instance_id") == names{"1", "2", "3"});
  CHECK(ids(active, "status") == names{R"("IN_PROGRESS")", R"("CREATED")", R"("CREATED")"});
  CHECK(active.as_array()[2].as_object()["message"] == "waits in the queue at place 2");
  CHECK(object(views::active_runs(world.reader(), 2))["elements"].as_array().size() == 2);
}

TEST_CASE("a sleeping step says until when") {
  engine_world world;
  world.push(chain);
  world.start("chain");
  auto why = object(views::why(world.reader(), {"chain", 1, 1}, ""));
  CHECK(text(why["reasons"])
        == R"([{"subject":"step","step_id":"b","waits_for":"timer","message":"it sleeps",)"
           R"("since":1700000000000,"until":1700000005000}])");
  CHECK(refusal(views::why(world.reader(), {"chain", 1, 1}, "zz")).starts_with("NOT_FOUND step"));
}

// -- loops ----------------------------------------------------------------------------------------

TEST_CASE("a loop tells its window while it runs") {
  engine_world world;
  world.push(loop);
  world.start("loop");
  world.pass(1000);
  auto step = object(views::step(world.reader(), {"loop", 1, 1}, "f", 0, true));
  auto& artifact = step["artifacts"].as_object()["maestro_foreach"].as_object();
  CHECK(keys(artifact)
        == names{"foreach_workflow_id", "foreach_identity", "foreach_run_id", "run_policy",
                 "run_id", "total_loop_count", "next_loop_index", "foreach_overview", "type"});
  CHECK(text(artifact["foreach_overview"])
        == R"({"checkpoint":3,"stats":{"SUCCEEDED":2},"running_stats":{"IN_PROGRESS":2},)"
           R"("rollup":{"total_leaf_count":2,"overview":{"SUCCEEDED":{"cnt":2}}},)"
           R"("details":{"IN_PROGRESS":[[3,4]],"SUCCEEDED":[[1,2]]}})");
  auto progress = object(views::progress(world.reader(), {"loop", 1, 1}, 0));
  auto shown = progress["steps"].as_array()[0].as_object()["foreach"].as_object();
  CHECK(shown["total"] == 5);
  CHECK(shown["launched"] == 4);
  CHECK(text(shown["counts"]) == R"({"IN_PROGRESS":2,"SUCCEEDED":2})");
  auto why = object(views::why(world.reader(), {"loop", 1, 1}, ""));
  CHECK(why["reasons"].as_array()[0].as_object()["message"]
        == "2 iterations run, 1 of 5 are left to begin; at most 2 run at a time");
}

/// The id under which the iterations of a running loop are instances.
std::string inline_id_of(const engine_world& world, const std::string& id) {
  auto progress = object(views::progress(world.reader(), {id, 1, 1}, 0));
  return std::string{progress["steps"]
                       .as_array()[0]
                       .as_object()["foreach"]
                       .as_object()["inline_workflow_id"]
                       .as_string()};
}

/// Ends the process of one iteration.
void end_iteration(engine_world& world, const std::string& inline_id, std::int64_t number,
                   std::int32_t exit_code, const std::string& uuid) {
  job_update news;
  news.step_uuid = uuid;
  news.phase = phase::ended;
  news.time = world.now;
  news.exit_code = exit_code;
  news.message = exit_code == 0 ? "" : "boom";
  world.post(step_entity(inline_id, number, 1, "run"), make_message(std::move(news)));
  world.settle();
}

void end_iteration(engine_world& world, const std::string& inline_id, std::int64_t number,
                   std::int32_t exit_code) {
  auto attempt = views::attempt(world.reader(), {inline_id, number, 1}, "run", 0);
  REQUIRE(attempt);
  end_iteration(world, inline_id, number, exit_code, attempt->step_uuid);
}

TEST_CASE("a loop tells which iterations wait for a retry, and until when") {
  engine_world world;
  world.push(job_loop);
  world.start("jl");
  auto id = inline_id_of(world, "jl");
  end_iteration(world, id, 2, 5);
  auto first_retry = world.now + 7000;
  world.pass(1000);
  end_iteration(world, id, 3, 6);
  auto reason
    = object(views::why(world.reader(), {"jl", 1, 1}, ""))["reasons"].as_array()[0].as_object();
  CHECK(reason["waits_for"] == "iterations");
  CHECK(reason["until"] == first_retry);
  CHECK(reason["message"]
        == "3 iterations run, 0 of 3 are left to begin; at most 20 run at a time; 2 iterations "
           "wait for a retry, the next one at the time told; iteration 2, step [run] is "
           "USER_FAILED: The process ended with exit code 5: boom");
}

TEST_CASE("a loop that failed tells which iterations and why") {
  engine_world world;
  world.push(job_loop);
  world.start("jl");
  auto id = inline_id_of(world, "jl");
  end_iteration(world, id, 1, 0);
  end_iteration(world, id, 2, 5);
  end_iteration(world, id, 3, 5);
  world.pass(7000);
  end_iteration(world, id, 2, 4);
  end_iteration(world, id, 3, 4);
  auto reasons = object(views::why(world.reader(), {"jl", 1, 1}, ""))["reasons"].as_array();
  CHECK(reasons[0].as_object()["message"] == "it ended as FAILED: [f] is FATALLY_FAILED");
  CHECK(reasons[1].as_object()["message"]
        == "it ended as FATALLY_FAILED: 2 iterations have failed: 2-3 of 3; iteration 2, step "
           "[run] is FATALLY_FAILED: The process ended with exit code 4: boom");
}

TEST_CASE("a step without a process says so when it is asked for its log") {
  engine_world world;
  world.push(chain);
  world.start("chain");
  auto none = views::why_no_log(world.reader(), {"chain", 1, 0}, "a", 0);
  CHECK_FALSE(none.may_come);
  CHECK(none.why.code == ec::not_found);
  CHECK(none.why.message == "step [a] is of type NoOp: it has no process and no logs");
  world.push(job_loop);
  world.start("jl");
  auto loop_says = views::why_no_log(world.reader(), {"jl", 1, 1}, "f", 0).why.message;
  CHECK(loop_says.find(inline_id_of(world, "jl")) != std::string::npos);
}

TEST_CASE("the log of a process that has not begun may come") {
  engine_world world;
  world.push(job);
  world.start("job");
  auto none = views::why_no_log(world.reader(), {"job", 1, 1}, "run", 0);
  CHECK(none.may_come);
  CHECK(none.why.message.find("has not begun") != std::string::npos);
}

TEST_CASE("a run that was ended by an action tells the action") {
  engine_world world;
  world.push(chain);
  world.start("chain");
  terminate_run kill{stop_kind::kill, "ann", false, {}};
  REQUIRE(world.ask(instance_entity("chain", 1, 1), kill));
  auto reasons = object(views::why(world.reader(), {"chain", 1, 1}, ""))["reasons"].as_array();
  CHECK(reasons[0].as_object()["message"].as_string().find("ann") != json::string::npos);
}

TEST_CASE("a loop that ended tells its leaves in the run") {
  engine_world world;
  world.push(loop);
  world.start("loop");
  world.pass(10'000);
  auto run = object(views::instance(world.reader(), {"loop", 1, 1}, {}));
  CHECK(text(run["runtime_overview"].as_object()["rollup_overview"])
        == R"({"total_leaf_count":5,"overview":{"SUCCEEDED":{"cnt":5}}})");
  auto step = object(views::step(world.reader(), {"loop", 1, 1}, "f", 0, true));
  CHECK(text(step["artifacts"].as_object()["maestro_foreach"].as_object()["foreach_overview"])
        == R"({"checkpoint":6,"stats":{"SUCCEEDED":5},"rollup":{"total_leaf_count":5,)"
           R"("overview":{"SUCCEEDED":{"cnt":5}}},"details":{"SUCCEEDED":[[1,5]]}})");
}

TEST_CASE("an iteration is a run of the inline workflow") {
  engine_world world;
  world.push(loop);
  world.start("loop");
  world.pass(10'000);
  auto progress = object(views::progress(world.reader(), {"loop", 1, 1}, 0));
  std::string inline_id{progress["steps"]
                          .as_array()[0]
                          .as_object()["foreach"]
                          .as_object()["inline_workflow_id"]
                          .as_string()};
  auto run = object(views::instance(world.reader(), {inline_id, 4, 0}, {true, true}));
  CHECK(run["status"] == "SUCCEEDED");
  CHECK(text(run["run_config"])
        == R"({"runtime_tags":[{"name":"maestro_foreach"}],"correlation_id":"loop:1:1",)"
           R"("policy":"START_FRESH_NEW_RUN"})");
  CHECK(run["params"].as_object()["i"].as_object()["evaluated_result"] == 4);
  CHECK(run["run_params"].as_object()["i"].as_object()["value"] == 4);
  CHECK(text(run["initiator"])
        == R"({"ancestors":[{"workflow_id":"loop","instance_id":1,"run_id":1,"step_id":"f",)"
           R"("step_attempt_id":1}],"depth":1,"type":"FOREACH"})");
  CHECK(ids(*views::run_steps(world.reader(), {inline_id, 4, 1}), "step_id") == names{R"("s")"});
  auto page = object(views::instances(world.reader(), inline_id, {2, {}, {}}, true));
  CHECK(ids(page["elements"], "workflow_instance_id") == names{"5", "4"});
  auto overview = object(views::overview(world.reader(), inline_id));
  CHECK(overview["latest_instance_id"] == 5);
  CHECK(refusal(views::instance(world.reader(), {inline_id, 9, 0}, {})).starts_with("NOT_FOUND"));
}

TEST_CASE("the timeline of a workflow has who changed what, newest first") {
  engine_world world;
  world.push(chain);
  world.push(chain);
  auto activate = [&](const std::string& version) {
    REQUIRE(world.ask(workflow_entity("chain"), change_activation{version, "ann"}));
  };
  activate("1");
  activate("1");
  activate("");
  auto out = object(views::workflow_timeline(world.reader(), "chain"));
  CHECK(ids(out["timeline_events"], "log")
        == names{
          R"("Caller [ann] deactivated workflow [chain], whose last active version is [1]")",
          R"("Caller [ann] do nothing as workflow version [chain][1] is already active")",
          R"("Caller [ann] activates workflow version [chain][1], previous active version is [2]")",
          R"("Created a new workflow version [2] for workflow id [chain]")",
          R"("Created a new workflow version [1] for workflow id [chain]")"});
  CHECK(text(*views::workflow_timeline(world.reader(), "nosuch"))
        == R"({"workflow_id":"nosuch","timeline_events":[]})");
}

TEST_CASE("the timeline of a workflow keeps its newest 300 entries") {
  engine_world world;
  world.push(chain);
  for (auto i = 0; i < 320; ++i)
    REQUIRE(world.ask(workflow_entity("chain"), change_activation{"1", "u" + std::to_string(i)}));
  auto out = object(views::workflow_timeline(world.reader(), "chain"));
  auto& events = out["timeline_events"].as_array();
  CHECK(events.size() == 300);
  CHECK(events[0].as_object()["author"] == "u319");
  CHECK(events[299].as_object()["author"] == "u20");
}

TEST_CASE("a restarted run and its loops keep the moment and the dates of the first run") {
  engine_world world;
  auto failing = true;
  world.exit_code_of = [&](const entity_id&) { return failing ? 1 : 0; };
  world.push(R"({"id":"w","steps":[{"foreach":{"id":"f","params":{"loop_params":{"type":"MAP",
    "value":{"i":{"value":[1],"type":"LONG_ARRAY"}}}},"steps":[{"step":{"id":"s","type":"Shell",
    "params":{"command":{"value":"run ${RUN_DATE} ${RUN_TS}","type":"STRING"}},
    "retry_policy":{"error_retry_limit":0}}}]}}]})");
  world.start("w");
  auto first = object(views::instance(world.reader(), {"w", 1, 1}, {}))["params"].as_object();
  auto command_of = [&](const std::string& run) {
    for (auto& [name, job] : world.jobs)
      if (name.ends_with("[1][" + run + "][s]"))
        return job.argv;
    return std::vector<std::string>{};
  };
  REQUIRE_FALSE(command_of("1").empty());
  world.pass(3 * 24 * 3600 * 1000LL);
  failing = false;
  restart_instance order;
  order.caller = "tester";
  order.uuid = world.make_uuid();
  REQUIRE(world.ask(instance_entity("w", 1, 1), order));
  auto second = object(views::instance(world.reader(), {"w", 1, 2}, {}))["params"].as_object();
  for (auto* name : {"RUN_TS", "RUN_DATE", "TARGET_RUN_DATE"})
    CHECK(second[name].as_object()["evaluated_result"]
          == first[name].as_object()["evaluated_result"]);
  CHECK(second["RUN_TS"].as_object().contains("value"));
  CHECK(command_of("2") == command_of("1"));
}
