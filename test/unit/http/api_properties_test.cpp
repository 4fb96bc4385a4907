#include "test/unit/http/api_fixture.hpp"

using namespace tutti;
using test::api_fixture;

namespace {

const std::string base = "/api/v3/workflows";
const std::string noop = R"({"id":"w","steps":[{"step":{"id":"a","type":"NoOp"}}]})";

std::string failure(const std::string& violation) {
  return R"({"status":"BAD_REQUEST","message":"400 BAD_REQUEST \"Validation failure\"","errors":[")"
         + violation + "\"]}";
}

} // namespace

TEST_CASE("a change of properties answers the new snapshot") {
  api_fixture api;
  api.world.push(noop);
  api.world.now += 5;
  auto got = api.send("POST", base + "/w/properties", R"({"step_concurrency":9})");
  CHECK(got.status == 200);
  CHECK(
    got.body
    == R"({"workflow_id":"w","create_time":1700000000005,"author":"tester","owner":"tester",)"
       R"("run_strategy":{"rule":"SEQUENTIAL","workflow_concurrency":1},"step_concurrency":9})");
  CHECK(api.send("POST", base + "/w/properties", R"({"properties":{"description":"d"}})")
          .body.ends_with(R"("step_concurrency":9,"description":"d"})"));
}

TEST_CASE("a bad change of properties is refused before the engine is asked") {
  api_fixture api;
  api.world.push(noop);
  api.asked_message = nullptr;
  auto refused = [&](const std::string& body) {
    auto got = api.send("POST", base + "/w/properties", body);
    CHECK(got.status == 400);
    CHECK_FALSE(api.asked_message);
    return got.body;
  };
  CHECK(refused(R"({"step_concurrency":5000})")
        == failure("properties.stepConcurrency [workflow properties] step_concurrency should be "
                   "positive and no greater than 1000 - rejected value is [5000]"));
  CHECK(refused(R"({"run_strategy":{"rule":"PARALLEL","workflow_concurrency":0}})")
          .find("properties.runStrategy.workflowConcurrency")
        != std::string::npos);
  CHECK(refused(R"({"tags":["x"]})").find("JSON parse error: ") != std::string::npos);
  CHECK(refused(R"({"step_concurrency":1,"reset_step_concurrency":true})")
          .find("Setting and resetting the same workflow property in one request is not allowed")
        != std::string::npos);
}

TEST_CASE("properties of an unknown workflow are a bad request, not a missing thing") {
  api_fixture api;
  auto got = api.send("POST", base + "/no/properties", R"({"owner":"x"})");
  CHECK(got.status == 400);
  CHECK(got.body
        == R"({"status":"BAD_REQUEST","message":"Cannot update workflow properties while the )"
           R"(workflow [no] does not exist"})");
}

TEST_CASE("tags of properties are added as objects or texts, and removed") {
  api_fixture api;
  api.world.push(noop);
  auto path = base + "/w/properties/tag";
  CHECK(api.send("POST", path, R"("blue")")
          .body.ends_with(R"("tags":[{"name":"blue","namespace":"PLATFORM","creator":"tester",)"
                          R"("created_at_milli":1700000000000}]})"));
  CHECK(api.send("POST", path, R"({"name":""})").body
        == failure("name [maestro name] cannot be null or empty or blank spaces"));
  CHECK(api.send("DELETE", path + "/red").status == 404);
  auto gone = api.send("DELETE", path + "/blue");
  CHECK(gone.status == 200);
  CHECK(gone.body.find("tags") == std::string::npos);
}

TEST_CASE("a deletion answers its event, and then the workflow is unknown") {
  api_fixture api;
  api.world.push(noop);
  auto got = api.send("DELETE", base + "/w");
  CHECK(got.status == 200);
  CHECK(got.body
        == R"({"timestamp":1700000000000,"type":"LOG","level":"INFO","message":"The workflow is )"
           R"(deleted by [tester]. All associated workflow data (e.g. versions and instances) )"
           R"(will be deleted shortly."})");
  CHECK(api.get(base + "/w/overview").status == 404);
  CHECK(api.object(base)["total_count"] == 0);
  CHECK(api.send("POST", base, R"({"properties":{"owner":"t"},"workflow":)" + noop + "}").status
        == 409);
}

TEST_CASE("inline workflows and unknown ones cannot be deleted") {
  api_fixture api;
  CHECK(api.send("DELETE", base + "/maestro_foreach_1_11_x").status == 422);
  CHECK(api.send("DELETE", base + "/no").status == 404);
}

TEST_CASE("failed runs are unblocked one by one or all at once") {
  api_fixture api;
  api.world.push(R"({"id":"w","steps":[{"step":{"id":"a","type":"Sleep"}}]})");
  for (auto i = 1; i <= 2; ++i) {
    api.world.start("w");
    api.send("PUT", base + "/w/instances/" + std::to_string(i) + "/actions/kill");
  }
  auto one = api.send("PUT", base + "/w/instances/1/actions/unblock");
  CHECK(one.status == 200);
  CHECK(one.body
        == R"({"workflow_id":"w","workflow_instance_id":1,"workflow_run_id":1,)"
           R"("workflow_instance_status":"FAILED","info":"The action is done.","timeline_event":)"
           R"({"timestamp":1700000000000,"type":"ACTION","action":"UNBLOCK","author":"tester",)"
           R"("message":"Unblocked the workflow instance.","reason":"[API] call to UNBLOCK a )"
           R"(failed workflow instance run."},"completed":true})");
  CHECK(api.send("PUT", base + "/w/instances/1/runs/1/actions/unblock")
          .body.find("without any operation")
        != std::string::npos);
  auto all = api.send("PUT", base + "/w/actions/unblock");
  CHECK(all.status == 200);
  CHECK(all.body
        == R"({"timestamp":1700000000000,"type":"ACTION","action":"UNBLOCK","author":"tester",)"
           R"("message":"Unblocked [1] failed workflow instances.","reason":"Unblock workflow )"
           R"([w]"})");
  CHECK(api.send("PUT", base + "/w/instances/0/actions/unblock").status == 404);
}

TEST_CASE("an iteration tells its path, and a path tells the inline id") {
  api_fixture api;
  api.world.push(R"({"id":"l","steps":[{"foreach":{"id":"f",
    "params":{"loop_params":{"type":"MAP","value":{"i":{"value":[1,2],"type":"LONG_ARRAY"}}}},
    "steps":[{"step":{"id":"s","type":"NoOp"}}]}}]})");
  api.world.start("l");
  auto path = base + "/instances/inline-workflow-id";
  auto nodes = std::string{R"([{"workflow_id":"l","instance_id":1,"step_id":"f"},)"
                           R"({"instance_id":2,"step_id":"s"}])"};
  auto got = api.send("GET", path, nodes);
  CHECK(got.status == 200);
  CHECK(got.body.starts_with("maestro_foreach_"));
  CHECK(api.get(base + "/" + got.body + "/instances/2/inline-path").body
        == R"([{"workflow_id":"l","instance_id":1,"run_id":1,"step_id":"f","step_attempt_id":1},)"
           R"({"workflow_id":")"
             + got.body + R"(","instance_id":2,"run_id":0,"step_attempt_id":0}])");
  CHECK(api.get(base + "/l/instances/1/inline-path").status == 400);
  CHECK(api.get(base + "/l/instances/9/inline-path").status == 404);
  CHECK(api.send("GET", path, R"([{"workflow_id":"l","instance_id":1,"step_id":"s"}])").status
        == 400);
  CHECK(api.get(path).status == 415);
}
