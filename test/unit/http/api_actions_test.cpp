#include "test/unit/http/api_fixture.hpp"

using namespace tutti;
using test::api_fixture;

namespace {

const std::string base = "/api/v3/workflows";
const std::string manual = R"({"initiator":{"type":"manual"}})";
const std::string sleeper = R"({"id":"w","steps":[
  {"step":{"id":"a","type":"Sleep","params":{"sleep_seconds":{"value":5,"type":"LONG"}}}}]})";

const std::string uuid = "97a57978-803f-403e-9f9b-376d34689723";

} // namespace

TEST_CASE("a start answers ids, uuid and status") {
  api_fixture api;
  api.world.push(sleeper);
  auto got = api.send("POST", base + "/w/versions/latest/actions/start",
                      R"({"initiator":{"type":"manual"},"request_id":")" + uuid + "\"}");
  CHECK(got.status == 200);
  CHECK(got.body
        == R"({"workflow_id":"w","workflow_version_id":1,"workflow_instance_id":1,)"
           R"("workflow_run_id":1,"workflow_uuid":")"
             + uuid
             + R"(","status":"CREATED","timeline_event":{"timestamp":1700000000000,)"
               R"("type":"LOG","level":"INFO","message":"Manually run a new workflow instance by )"
               R"(a user [tester]"}})");
}

TEST_CASE("a repeated start is a duplicate without ids") {
  api_fixture api;
  api.world.push(sleeper);
  auto body = R"({"initiator":{"type":"manual"},"request_id":")" + uuid + "\"}";
  auto path = base + "/w/versions/latest/actions/start";
  api.send("POST", path, body);
  auto again = api.send("POST", path, body);
  CHECK(again.status == 200);
  CHECK(again.body.starts_with(
    R"({"workflow_id":"w","workflow_version_id":1,"workflow_instance_id":0,"workflow_run_id":0,)"));
  CHECK(again.body.find(R"("status":"DUPLICATED")") != std::string::npos);
}

TEST_CASE("the caller is the user of a manual start, whoever the body names") {
  api_fixture api;
  api.world.push(sleeper);
  api.send("POST", base + "/w/versions/latest/actions/start",
           R"({"initiator":{"type":"MANUAL","user":"someone"}})");
  auto& order = std::get<engine::start_run>(*api.asked_message);
  CHECK(order.request.initiator.user->name == "tester");
  CHECK(order.uuid.size() == 36);
}

TEST_CASE("a bad start is refused before the engine is asked") {
  auto refused = [](std::string body) {
    api_fixture api;
    api.world.push(sleeper);
    auto got = api.send("POST", base + "/w/versions/latest/actions/start", std::move(body),
                        "application/json");
    CHECK(got.status == 400);
    CHECK_FALSE(api.asked_message);
    return got.body;
  };
  CHECK(refused("").starts_with(
    R"({"status":"BAD_REQUEST","message":"Required request body is missing: )"));
  CHECK(refused("{}")
        == R"({"status":"BAD_REQUEST","message":"400 BAD_REQUEST \"Validation failure\"",)"
           R"("errors":["initiator may not be null"]})");
  CHECK(refused(R"({"initiator":{"type":"manual"},"what":1})")
          .starts_with(R"({"status":"BAD_REQUEST","message":"JSON parse error: )"));
  CHECK(refused(R"({"initiator":{"type":"manual"},"request_id":"x"})")
          .starts_with(R"({"status":"BAD_REQUEST","message":"JSON parse error: )"));
  CHECK(refused(R"({"initiator":{"type":"signal","trigger_uuid":"u"}})").find("not supported")
        != std::string::npos);
}

TEST_CASE("a start of an unknown workflow or version is not found") {
  api_fixture api;
  api.world.push(sleeper);
  CHECK(api.send("POST", base + "/no/versions/latest/actions/start", manual).status == 404);
  CHECK(api.send("POST", base + "/w/versions/9/actions/start", manual).status == 404);
  CHECK(api.send("POST", base + "/w/versions/zz/actions/start", manual).status == 400);
}

TEST_CASE("a stop of a running run is accepted, one of a queued run completed") {
  api_fixture api;
  api.world.push(sleeper);
  api.world.start("w");
  api.world.start("w");
  auto queued = api.send("PUT", base + "/w/instances/2/actions/stop");
  CHECK(queued.status == 200);
  CHECK(queued.body
        == R"({"workflow_id":"w","workflow_instance_id":2,"workflow_run_id":1,)"
           R"("workflow_instance_status":"STOPPED","info":"The action is completed.",)"
           R"("timeline_event":{"timestamp":1700000000000,"type":"LOG","level":"INFO",)"
           R"("message":"User [tester] take an action to STOP the running workflow instance )"
           R"(run"},"completed":true})");
  auto running = api.send("PUT", base + "/w/instances/1/runs/1/actions/kill");
  CHECK(running.status == 200);
  CHECK(running.body.find(R"("info":"The action is accepted and is still running. Please )"
                          R"(check it again.")")
        != std::string::npos);
  CHECK(running.body.ends_with(R"("completed":false})"));
  CHECK(api.object(base + "/w/instances/1")["status"] == "FAILED");
}

TEST_CASE("a stop of a run that is not the latest, or of none, is refused") {
  api_fixture api;
  api.world.push(sleeper);
  api.world.start("w");
  CHECK(api.send("PUT", base + "/w/instances/1/runs/5/actions/stop").status == 400);
  CHECK(api.send("PUT", base + "/w/instances/9/actions/stop").status == 404);
  auto mistyped = api.send("PUT", base + "/w/instances/zz/actions/stop");
  CHECK(mistyped.status == 400);
  CHECK(mistyped.content_type == "application/problem+json");
}

TEST_CASE("a stop of an iteration goes to the iteration") {
  api_fixture api;
  api.world.push(R"({"id":"l","steps":[{"foreach":{"id":"f",
    "params":{"loop_params":{"type":"MAP","value":{"i":{"value":[1,2],"type":"LONG_ARRAY"}}}},
    "steps":[{"step":{"id":"s","type":"Sleep"}}]}}]})");
  api.world.start("l");
  auto steps = api.object(base + "/l/instances/1/runs/1/progress")["steps"].as_array();
  std::string id{steps[0].as_object()["foreach"].as_object()["inline_workflow_id"].as_string()};
  auto got = api.send("PUT", base + "/" + id + "/instances/2/actions/stop");
  CHECK_MESSAGE(got.status == 200, got.body);
  CHECK(api.asked_entity == engine::instance_entity(id, 2, 1));
  CHECK(api.object(base + "/" + id + "/instances/2")["status"] == "STOPPED");
  CHECK(api.send("PUT", base + "/" + id + "/instances/9/actions/stop").status == 404);
}

TEST_CASE("a stop of a whole workflow answers 202 with the counts") {
  api_fixture api;
  api.world.push(sleeper);
  api.world.start("w");
  api.world.start("w");
  auto got = api.send("PUT", base + "/w/actions/stop");
  CHECK(got.status == 202);
  CHECK(got.body
        == R"({"timestamp":1700000000000,"type":"ACTION","action":"STOP","author":"tester",)"
           R"("message":"Terminated [1] queued instances and terminating [1] running instances",)"
           R"("reason":"All workflow instances of workflow id [w] are terminated to status )"
           R"([STOPPED] by the caller [tester]"})");
  auto unknown = api.send("PUT", base + "/no/actions/kill");
  CHECK(unknown.status == 202);
  CHECK(unknown.body.find("Terminated [0] queued") != std::string::npos);
}

TEST_CASE("versions are activated and deactivated") {
  api_fixture api;
  api.world.push(sleeper);
  auto off = api.send("PUT", base + "/w/actions/deactivate");
  CHECK(off.status == 200);
  CHECK(off.body.starts_with(R"({"workflow_id":"w","workflow_version_id":0,"timeline_event":)"));
  CHECK(api.get(base + "/w/versions/active").status == 404);
  auto on = api.send("PUT", base + "/w/versions/1/actions/activate");
  CHECK(on.body.starts_with(R"({"workflow_id":"w","workflow_version_id":1,"timeline_event":)"));
  CHECK(api.send("PUT", base + "/no/versions/1/actions/activate").status == 404);
}

TEST_CASE("a restart goes to the latest run of the instance") {
  api_fixture api;
  api.world.push(sleeper);
  api.world.start("w");
  api.world.pass(5000);
  auto got = api.send("POST", base + "/w/instances/1/actions/restart",
                      R"({"restart_policy":"RESTART_FROM_BEGINNING"})");
  CHECK_MESSAGE(got.status == 200, got.body);
  CHECK(api.asked_entity == engine::instance_entity("w", 1, 1));
  CHECK(got.body.find(R"("workflow_run_id":2)") != std::string::npos);
}

TEST_CASE("a bad restart is refused") {
  api_fixture api;
  api.world.push(sleeper);
  api.world.start("w");
  auto path = base + "/w/instances/1/actions/restart";
  CHECK(api.send("POST", path, "{}").body
        == R"({"status":"BAD_REQUEST","message":"400 BAD_REQUEST \"Validation failure\"",)"
           R"("errors":["restartPolicy may not be null"]})");
  CHECK(api.send("POST", path, R"({"restart_policy":"NOPE"})")
          .body.starts_with(R"({"status":"BAD_REQUEST","message":"JSON parse error: )"));
  // It still runs.
  CHECK(api.send("POST", path, R"({"restart_policy":"RESTART_FROM_BEGINNING"})").status == 400);
  auto unknown = api.send("POST", base + "/w/instances/99/actions/restart",
                          R"({"restart_policy":"RESTART_FROM_BEGINNING"})");
  CHECK(unknown.status == 404);
  CHECK(unknown.body
        == R"({"status":"NOT_FOUND","message":"workflow instance [w][99][0] not found )"
           R"-((either not created or deleted)"})-");
}

TEST_CASE("a restart of a step makes a run, or an attempt in a run that goes on") {
  api_fixture api;
  api.world.push(R"({"id":"w","steps":[
    {"step":{"id":"a","type":"NoOp","transition":{"successors":{"slow":"true","f":"true"}}}},
    {"step":{"id":"slow","type":"Sleep","params":{"sleep_seconds":{"value":5,"type":"LONG"}}}},
    {"step":{"id":"f","type":"NoOp","params":{"x":{"expression":"throw \"no\";","type":"LONG"}}}}]})");
  api.world.start("w");
  auto path = base + "/w/instances/1/steps/f/actions/restart";
  auto body = R"({"restart_policy":"RESTART_FROM_INCOMPLETE",)"
              R"("step_run_params":{"x":{"value":1,"type":"LONG"}}})";
  auto placed = api.send("POST", path, body);
  CHECK(placed.status == 200);
  CHECK(placed.body
        == R"({"workflow_id":"w","workflow_version_id":1,"workflow_instance_id":1,)"
           R"("workflow_run_id":1,"step_id":"f","step_attempt_id":2,"status":"CREATED",)"
           R"("timeline_event":{"timestamp":1700000000000,"type":"LOG","level":"INFO",)"
           R"("message":"User [tester] take action [RESTART] on the step"}})");
  auto slow = api.send("POST", base + "/w/instances/1/steps/slow/actions/restart", body);
  CHECK(slow.status == 400);
  CHECK(
    slow.body.find("Cannot manually RESTART the step [w][1][1][slow] as its status [RUNNING] is "
                   "either non-terminal or complete while")
    != std::string::npos);
  api.world.pass(5000);
  auto next = api.send("POST", path + "?blocking=false", body);
  CHECK(next.body
        == R"({"workflow_id":"w","workflow_version_id":1,"workflow_instance_id":1,)"
           R"("workflow_run_id":2,"status":"CREATED","timeline_event":{"timestamp":1700000005000,)"
           R"("type":"LOG","level":"INFO",)"
           R"("message":"Manually run a new workflow instance by a user [tester]"}})");
}

TEST_CASE("a bad restart of a step is refused") {
  api_fixture api;
  api.world.push(sleeper);
  api.world.start("w");
  api.world.pass(5000);
  auto send = [&](const std::string& instance, const std::string& step, const std::string& body) {
    return api.send("POST",
                    base + "/w/instances/" + instance + "/steps/" + step + "/actions/restart",
                    body);
  };
  const std::string good = R"({"restart_policy":"RESTART_FROM_INCOMPLETE"})";
  CHECK(send("1", "zz", good).status == 400);
  CHECK(send("9", "zz", good).body
        == R"({"status":"NOT_FOUND","message":"workflow instance [w][9][0] not found )"
           R"-((either not created or deleted)"})-");
  CHECK(send("1", "zz", "{}").body
        == R"({"status":"BAD_REQUEST","message":"400 BAD_REQUEST \"Validation failure\"",)"
           R"("errors":["restartPolicy may not be null"]})");
  CHECK(send("1", "zz",
             R"({"restart_policy":"RESTART_FROM_INCOMPLETE",)"
             R"("step_run_params":{"util":{"value":1,"type":"LONG"}}})")
          .body.find("stepRunParams[util].name")
        != std::string::npos);
}
