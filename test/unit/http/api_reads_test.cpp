#include "test/unit/http/api_fixture.hpp"

using namespace tutti;
using test::api_fixture;

namespace {

const std::string base = "/api/v3/workflows";
const std::string run = base + "/w/instances/1/runs/1";
const std::string sleeper = R"({"id":"w","steps":[
  {"step":{"id":"a","type":"Sleep","params":{"sleep_seconds":{"value":5,"type":"LONG"}}}}]})";

struct running_api : api_fixture {
  running_api() {
    world.push(sleeper);
    world.start("w");
  }
};

} // namespace

TEST_CASE("every read of a known run answers JSON") {
  running_api api;
  for (auto& path : {base,
                     base + "/w/versions/latest",
                     base + "/w/versions/pagination?first=1",
                     base + "/w/overview",
                     base + "/w/properties-snapshot/latest",
                     base + "/w/instances?first=1",
                     base + "/w/instances/1",
                     base + "/w/instances/1/runs?last=1",
                     run,
                     run + "?aggregated=yes",
                     base + "/w/instances/1/runs/LATEST",
                     base + "/w/instances/1/steps",
                     base + "/w/instances/1/steps/a",
                     run + "/steps",
                     run + "/steps/a/attempts/1",
                     run + "/steps/a/attempts/latest",
                     run + "/progress",
                     run + "/why",
                     run + "/steps/a/why",
                     std::string{"/api/v3/instances"},
                     std::string{"/api/v3/node"},
                     std::string{"/livez"},
                     std::string{"/readyz"},
                     std::string{"/actuator/health"}}) {
    INFO(path);
    auto got = api.get(path);
    CHECK(got.status == 200);
    CHECK(got.content_type == "application/json");
    CHECK(model::parse_text(got.body));
  }
}

TEST_CASE("unknown names give what clients know") {
  running_api api;
  auto body = [&](const std::string& path) { return api.get(base + path).body; };
  auto missing = [](const std::string& text) {
    return R"({"status":"NOT_FOUND","message":")" + text + "\"}";
  };
  CHECK(body("/no/overview")
        == missing("Cannot find workflow [no], which is either not created or has been deleted."));
  CHECK(body("/no/properties-snapshot/latest")
        == missing("Cannot find workflow [no]'s current properties-snapshot. It has not been "
                   "created yet or has been deleted."));
  CHECK(body("/no/instances/1/runs/latest")
        == missing("workflow instance [no][1][0] not found (either not created or deleted)"));
  CHECK(body("/no/instances/1/steps") == "[]");
  CHECK(body("/no/instances?first=1")
        == R"({"page_info":{"start_cursor":null,"end_cursor":null,"has_previous_page":false,)"
           R"("has_next_page":false,"start_index":null},"total_count":0,"elements":[]})");
  CHECK(body("/w/instances/-1")
        == missing("workflow instance [w][-1][0] not found (either not created or deleted)"));
}

TEST_CASE("texts that are no numbers give the two shapes that clients know") {
  running_api api;
  auto body = [&](const std::string& path) { return api.get(base + path).body; };
  const std::string no_number = R"({"status":"BAD_REQUEST","message":"For input string: \"zz\""})";
  CHECK(body("/w/instances/1/runs/zz") == no_number);
  CHECK(body("/w/instances/1/runs/1/steps/a/attempts/zz") == no_number);
  CHECK(body("/w/instances?first=1&cursor=zz") == no_number);
  CHECK(body("/w/instances/zz")
          .find(R"("detail":"Failed to convert 'workflowInstanceId' with )"
                R"(value: 'zz'")")
        != std::string::npos);
  CHECK(body("/w/instances/1/runs/latest/steps")
          .find(R"("detail":"Failed to convert 'workflowRunId' with value: 'latest'")")
        != std::string::npos);
  CHECK(body("/w/instances/1?enriched=zz").find("Failed to convert 'enriched'")
        != std::string::npos);
}

TEST_CASE("a page needs exactly one size within its bounds") {
  running_api api;
  auto message = [&](const std::string& query) {
    auto got = api.get(base + "/w/instances" + query);
    CHECK(got.status == 400);
    return std::string{model::parse_text(got.body)->as_object()["message"].as_string()};
  };
  CHECK(message("") == "Either first or last need to be provided, both cannot be null");
  CHECK(message("?first=1&last=1") == "Either first or last need to be provided, but not both");
  CHECK(message("?first=0") == "400 BAD_REQUEST \"Validation failure\"");
  CHECK(message("?last=201") == "400 BAD_REQUEST \"Validation failure\"");
}

TEST_CASE("action maps are served in the declared order") {
  api_fixture api;
  CHECK(api.get(base + "/instances/action-map").body
        == R"({"CREATED":["STOP","KILL"],"IN_PROGRESS":["STOP","KILL"],"PAUSED":["STOP","KILL"],)"
           R"("TIMED_OUT":["RESTART"],"STOPPED":["RESTART"],"FAILED":["RESTART","UNBLOCK"],)"
           R"("SUCCEEDED":["RESTART"]})");
  auto steps = api.get(base + "/steps/instances/action-map").body;
  CHECK(steps.starts_with(R"({"CREATED":["PAUSE","STOP","KILL"],"INITIALIZED":["PAUSE",)"));
  CHECK(
    steps.ends_with(R"("TIMEOUT_FAILED":["STOP","KILL","SKIP"],"TIMED_OUT":["RESTART","SKIP"]})"));
}

TEST_CASE("an answer that the client does not accept is refused") {
  running_api api;
  api.accept = "text/html";
  CHECK(api.get(run).status == 406);
}

TEST_CASE("unknown routes and methods have the shape of the framework") {
  api_fixture api;
  CHECK(api.get("/api/v3/nosuch").status == 404);
  CHECK(api.send("PUT", base).status == 405);
}

TEST_CASE("a node that is not ready says why") {
  api_fixture api;
  api.not_ready = error{ec::unavailable, "the disk is full"};
  auto got = api.get("/readyz");
  CHECK(got.status == 503);
  CHECK(got.body.find("the disk is full") != std::string::npos);
  CHECK(api.get("/livez").status == 200);
}

TEST_CASE("lists of ours take a size and a cursor") {
  running_api api;
  CHECK(api.get(base + "?first=500").status == 400);
  CHECK(api.object(base + "?first=1&cursor=w")["elements"].as_array().empty());
  CHECK(api.object("/api/v3/instances?first=1")["elements"].as_array().size() == 1);
}
