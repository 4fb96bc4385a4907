#include "test/unit/http/api_fixture.hpp"

using namespace tutti;
using test::api_fixture;

namespace {

const std::string base = "/api/v3/job-templates";

std::string body(const std::string& version, const std::string& more = {}) {
  return R"({"owner":"tester","status":"alpha","support":"s","team":7,"definition":{)"
         R"("job_type":"hello","step_type":"shell","version":")"
         + version + "\"" + more + "}}";
}

} // namespace

TEST_CASE("a job template is stored by type and version, and read back") {
  api_fixture api;
  auto made = api.send("POST", base,
                       body("default", R"(,"params":{"script":{"value":"x","type":"STRING"}})"));
  CHECK(made.status == 200);
  CHECK(made.body
        == R"({"metadata":{"owner":"tester","version_author":"tester","status":"alpha",)"
           R"("support":"s","create_time":1700000000000,"team":7},"definition":{"job_type":)"
           R"("hello","step_type":"Shell","version":"default","params":{"script":{"value":"x",)"
           R"("type":"STRING"}}}})");
  CHECK(api.get(base + "/hello").body == made.body);
  CHECK(api.get(base).body == "[" + made.body + "]");
  CHECK(api.get(base + "?version=v2").body == "[]");
  CHECK(api.get(base + "/hello?version=v2").body
        == R"({"status":"NOT_FOUND","message":"No job template found for job_type [hello] and )"
           R"(version [v2]"})");
}

TEST_CASE("versions of a job template are removed one by one or all, and told in a sentence") {
  api_fixture api;
  for (auto version : {"default", "v1", "v2"})
    api.send("POST", base, body(version));
  CHECK(api.send("DELETE", base + "/hello?version=v1").body
        == "Removed [1] job template versions for job type: [hello][v1]");
  CHECK(api.send("DELETE", base + "/hello").body
        == "Removed [2] job template versions for job type: [hello][null]");
  CHECK(api.get(base + "/hello").status == 404);
}

TEST_CASE("a job template without its parts is refused with all violations") {
  api_fixture api;
  CHECK(api.send("POST", base, "{}").body
        == R"({"status":"BAD_REQUEST","message":"400 BAD_REQUEST \"Validation failure\"",)"
           R"("errors":["owner may not be null","status may not be null","support may not be )"
           R"(null","definition may not be null"]})");
  CHECK(api.send("POST", base, body("a b")).body.find("definition.version [maestro id or name")
        != std::string::npos);
}

TEST_CASE("a job template may be YAML, and jobs in YAML may name it") {
  api_fixture api;
  auto made = api.send(
    "POST", base + "/yaml",
    "owner: t\nstatus: a\nsupport: s\ndefinition:\n  job_type: hello\n"
    "  step_type: Shell\n  version: v1\n  params:\n    script: {value: run, type: STRING}\n",
    "application/yaml");
  CHECK_MESSAGE(made.status == 200, made.body);
  auto workflow = [](const std::string& version) {
    return "workflow:\n  id: w\n  owner: t\n  jobs:\n    - job: {id: a, type: hello, "
           "type_version: "
           + version + "}\n";
  };
  auto push = [&](const std::string& text) {
    return api.send("POST", "/api/v3/workflows/yaml", text, "application/yaml");
  };
  CHECK(push(workflow("v9")).status == 400);
  auto pushed = push(workflow("v1"));
  CHECK(pushed.status == 200);
  CHECK(pushed.body.find(R"("type":"Shell","sub_type":"hello")") != std::string::npos);
}

TEST_CASE("an enriched definition holds defaults and templates, a plain one does not") {
  api_fixture api;
  api.send("POST", base, body("default", R"(,"params":{"script":{"value":"x","type":"STRING"}})"));
  api.world.push(R"({"id":"w","params":{"p":{"value":1,"type":"LONG"}},"steps":[
    {"step":{"id":"a","type":"Shell","sub_type":"hello"}}]})");
  auto path = std::string{"/api/v3/workflows/w/versions/1"};
  CHECK_FALSE(api.object(path).contains("enriched_extras"));
  auto extras = api.object(path + "?enriched=true")["enriched_extras"].as_object();
  auto& params = extras["workflow_params"].as_object();
  CHECK(params.contains("RUN_TS"));
  CHECK(params["p"].as_object()["source"] == "DEFINITION");
  auto& step = extras["step_params"].as_object()["a"].as_object();
  CHECK(step["script"].as_object()["source"] == "TEMPLATE_SCHEMA");
}

TEST_CASE("what a template requires is missed at the push") {
  api_fixture api;
  api.send("POST", base,
           body("default", R"(,"params":{"n":{"type":"LONG","internal_mode":"REQUIRED"}})"));
  auto push = [&](const std::string& params) {
    return api.send("POST", "/api/v3/workflows",
                    R"({"properties":{"owner":"t"},"workflow":{"id":"w","steps":[{"step":{"id":)"
                    R"("a","type":"shell","sub_type":"hello","params":)"
                      + params + "}}]}}");
  };
  CHECK(push("{}").body.find("[n] is a required parameter") != std::string::npos);
  CHECK(push(R"({"n":{"value":1,"type":"LONG"}})").status == 200);
}
