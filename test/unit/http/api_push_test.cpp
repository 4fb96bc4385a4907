#include "test/unit/http/api_fixture.hpp"

using namespace tutti;
using test::api_fixture;

namespace {

const std::string base = "/api/v3/workflows";

std::string with_steps(const std::string& steps, const std::string& more = {}) {
  return R"({"properties":{"owner":"tester"},"workflow":{"id":"w",)" + more + R"("steps":[)" + steps
         + "]}}";
}

const std::string noop = R"({"step":{"id":"a","type":"NoOp"}})";

std::string why_refused(const std::string& body) {
  api_fixture api;
  auto got = api.send("POST", base, body);
  CHECK(got.status == 400);
  CHECK_FALSE(api.asked_message);
  return got.body;
}

bool has(const std::string& text, std::string_view part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a push answers the definition") {
  api_fixture api;
  auto got = api.send("POST", base, with_steps(noop));
  CHECK(got.status == 200);
  CHECK(got.content_type == "application/json");
  CHECK(got.body.starts_with(
    R"({"workflow_definition":{"properties_snapshot":{"workflow_id":"w","create_time":)"));
  CHECK(has(got.body, R"("workflow":{"id":"w","steps":[{"step":{"id":"a","transition":{},)"
                      R"("type":"NoOp"}}]},"is_active":true,"activate_time":1700000000000,)"
                      R"("activated_by":"tester","is_latest":true,"is_default":true,)"));
  CHECK(api.asked_entity == engine::workflow_entity("w"));
}

TEST_CASE("a push in YAML is the same push") {
  api_fixture api;
  auto got = api.send("POST", base + "/yaml",
                      "workflow:\n  id: w\n  owner: tester\n  jobs:\n"
                      "    - job:\n        id: a\n        type: NoOp\n",
                      "application/yaml");
  CHECK_MESSAGE(got.status == 200, got.body);
  CHECK(api.get(base + "/w/versions/1").status == 200);
}

TEST_CASE("a YAML mistake is told with its place") {
  api_fixture api;
  auto got = api.send("POST", base + "/yaml", "workflow:\n  id: [", "application/yaml");
  CHECK(got.status == 400);
  CHECK(has(got.body, R"("message":"line )"));
}

TEST_CASE("a body that is missing, broken or of another shape is told apart") {
  auto refused = [](std::string body) {
    api_fixture api;
    return api.send("POST", base, std::move(body), "application/json").body;
  };
  CHECK(refused("").starts_with(
    R"({"status":"BAD_REQUEST","message":"Required request body is missing: )"));
  CHECK(refused("null").starts_with(
    R"({"status":"BAD_REQUEST","message":"Required request body is missing: )"));
  CHECK(refused("{broken").starts_with(R"({"status":"BAD_REQUEST","message":"JSON parse error: )"));
  CHECK(refused("[]").starts_with(R"({"status":"BAD_REQUEST","message":"JSON parse error: )"));
  CHECK(refused("{}")
        == R"({"status":"BAD_REQUEST","message":"400 BAD_REQUEST \"Validation failure\"",)"
           R"("errors":["workflow [workflow definition] cannot be null"]})");
}

TEST_CASE("violations are listed with their paths") {
  CHECK(why_refused(R"({"workflow":{"id":"","steps":[{"step":{"id":"a","type":"NoOp"}}]}})")
        == R"({"status":"BAD_REQUEST","message":"400 BAD_REQUEST \"Validation failure\"",)"
           R"("errors":["workflow.id [maestro id] cannot be null or empty"]})");
}

TEST_CASE("a definition over the size limit is refused without details") {
  auto big = R"("description":")" + std::string(300'000, 'x') + R"(",)";
  CHECK(why_refused(with_steps(noop, big))
        == R"({"status":"BAD_REQUEST","message":"400 BAD_REQUEST \"Validation failure\""})");
}

TEST_CASE("a cycle is refused") {
  CHECK(has(why_refused(with_steps(
              R"({"step":{"id":"a","type":"NoOp","transition":{"successors":{"a":"true"}}}})")),
            "DAG contains cycle"));
}

TEST_CASE("what this version cannot run is refused with its place") {
  CHECK(has(why_refused(with_steps(R"({"step":{"id":"k","type":"Kubernetes"}})")),
            "step [k] has the type Kubernetes"));
  CHECK(has(why_refused(
              with_steps(R"({"step":{"id":"s","type":"NoOp","signal_outputs":[{"name":"sig"}]}})")),
            "step [s] has signal_outputs"));
  CHECK(has(why_refused(with_steps(
              R"-({"step":{"id":"a","type":"NoOp","transition":{"successors":{"b":"x.y("}}}},)-"
              R"({"step":{"id":"b","type":"NoOp"}})")),
            "step [a], condition of successor [b]: the expression [x.y(] is not readable"));
  CHECK(has(why_refused(with_steps(
              noop, R"-("params":{"p":{"expression":"new DateTime(","type":"LONG"}},)-")),
            "workflow [w], param [p]: the expression [new DateTime(] is not readable"));
}

TEST_CASE("loop bodies and loop parameters are checked too") {
  auto loop = [](const std::string& param, const std::string& body) {
    return with_steps(R"({"foreach":{"id":"f","params":{"loop_params":{"type":"MAP","value":{"i":)"
                      + param + R"(}}},"steps":[)" + body + "]}}");
  };
  auto good = R"({"value":[1],"type":"LONG_ARRAY"})";
  CHECK(has(why_refused(loop(good, R"({"step":{"id":"s","type":"Http"}})")),
            "step [s] has the type Http"));
  CHECK(has(why_refused(loop(R"-({"expression":"a.b(","type":"LONG_ARRAY"})-", noop)),
            "step [f], param [loop_params], param [i]: the expression [a.b(]"));
}

TEST_CASE("a shell step has either a command or a script") {
  auto shell = [](const std::string& params) {
    return with_steps(R"({"step":{"id":"s","type":"Shell","params":{)" + params + "}}}");
  };
  const std::string command = R"("command":{"value":"x","type":"STRING"})";
  const std::string script = R"("script":{"value":"x","type":"STRING"})";
  CHECK(has(why_refused(shell("")), "neither of the params command and script"));
  CHECK(has(why_refused(shell(command + "," + script)), "both of the params"));
  api_fixture api;
  CHECK(api.send("POST", base, shell(script)).status == 200);
}

TEST_CASE("the content type of a push is demanded") {
  api_fixture api;
  auto got = api.send("POST", base, with_steps(noop), "text/plain");
  CHECK(got.status == 415);
  CHECK(got.content_type == "application/problem+json");
  CHECK(api.send("POST", base + "/yaml", "workflow:", "application/json").status == 415);
}

TEST_CASE("the caller of a push is demanded") {
  api_fixture api;
  api.user.reset();
  auto got = api.send("POST", base, with_steps(noop));
  CHECK(got.status == 400);
  CHECK(got.body == R"({"status":"BAD_REQUEST","message":"the user name cannot be null"})");
}

TEST_CASE("the validate action stores nothing") {
  api_fixture api;
  auto got = api.send("PUT", base + "/actions/validate", with_steps(noop));
  CHECK(got.status == 200);
  CHECK(got.body
        == R"({"timestamp":1700000000000,"type":"ACTION","action":"VALIDATE","author":"tester",)"
           R"("message":"the workflow definition is valid."})");
  CHECK_FALSE(api.asked_message);
  auto bad = api.send("PUT", base + "/actions/validate",
                      with_steps(R"({"step":{"id":"k","type":"Http"}})"));
  CHECK(bad.status == 400);
  CHECK(bad.body.starts_with(
    R"({"status":"BAD_REQUEST","message":"Invalid workflow create request","errors":["step [k])"));
}

TEST_CASE("an error of the engine has its status") {
  auto status_of = [](ec code) {
    api_fixture api;
    api.answers = error{code, "no"};
    return api.send("POST", base, with_steps(noop)).status;
  };
  CHECK(status_of(ec::bad_request) == 400);
  CHECK(status_of(ec::precondition_failed) == 412);
  CHECK(status_of(ec::conflict) == 409);
  CHECK(status_of(ec::timeout) == 408);
  CHECK(status_of(ec::overloaded) == 429);
  CHECK(status_of(ec::unavailable) == 503);
}
