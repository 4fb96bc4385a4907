#include "runtime/model/json.hpp"
#include "test/scenario/support/world.hpp"

/// Job templates as steps use them (spec 02 §6.6, 04b §10.6).
namespace tutti::scenario {

using namespace engine;

namespace {

/// `members` is JSON behind job type and step type.
void put(world& w, const std::string& job_type, const std::string& members,
         const std::string& step_type = "Shell") {
  auto read = model::parse_json<model::job_template>(
    R"({"metadata":{"owner":"t","create_time":1},"definition":{"job_type":")" + job_type
    + R"(","step_type":")" + step_type + R"(",)" + members + "}}");
  REQUIRE_MESSAGE(read, (read ? "" : read.error().message));
  REQUIRE(w.ask(template_entity(job_type), put_job_template{*read}));
}

/// A workflow of one shell step `a` with a job template.
void push_step(world& w, const std::string& step, const std::string& workflow = {}) {
  w.test::engine_world::push(R"({"id":"wf",)" + workflow + R"("steps":[{"step":{"id":"a",)"
                             + R"("type":"Shell","sub_type":"hello",)" + step + "}}]}");
}

std::string argument(world& w, std::int64_t instance = 1) {
  for (auto& [name, job] : w.jobs)
    if (name == "[wf][" + std::to_string(instance) + "][1][a]")
      return job.argv.empty() ? job.script : job.argv.back();
  return "no job";
}

const std::string greeting
  = R"("version":"default","params":{"who":{"type":"STRING","value":"world"},)"
    R"("script":{"type":"STRING","value":"echo ${who}"}})";

} // namespace

TEST_CASE("a step takes the params of its template, its own go before") {
  world w;
  put(w, "hello", greeting);
  push_step(w, R"("params":{})");
  w.start();
  CHECK(argument(w).find("echo world") != std::string::npos);
  CHECK(w.step_param("a", "who") == "\"world\"");
  push_step(w, R"("params":{"who":{"type":"STRING","value":"me"}})");
  w.stop();
  w.start();
  CHECK(argument(w, 2).find("echo me") != std::string::npos);
  w.stop(2);
}

TEST_CASE("params of the workflow go before those of the template, by name") {
  world w;
  put(w, "hello", greeting);
  push_step(w, R"("params":{})", R"("params":{"who":{"type":"STRING","value":"wf"},
    "other":{"type":"STRING","value":"x"}},)");
  w.start();
  CHECK(w.step_param("a", "who") == "\"wf\"");
  CHECK_FALSE(w.step_view("a").at("params").as_object().contains("other"));
  w.stop();
}

TEST_CASE("a changed template reaches the next step of every workflow") {
  world w;
  put(w, "hello", greeting);
  push_step(w, R"("params":{})");
  w.start();
  w.stop();
  put(w, "hello", R"("version":"default","params":{"script":{"type":"STRING","value":"true"}})");
  w.start();
  CHECK(argument(w, 2).find("true") != std::string::npos);
  w.stop(2);
}

TEST_CASE("a step names the version of its template, or its workflow does") {
  world w;
  put(w, "hello", greeting);
  put(w, "hello", R"("version":"v2","params":{"script":{"type":"STRING","value":"two"}})");
  put(w, "hello", R"("version":"v3","params":{"script":{"type":"STRING","value":"three"}})");
  push_step(w, R"("sub_type_version":"v2","params":{})");
  w.start();
  CHECK(argument(w).find("two") != std::string::npos);
  w.stop();
  push_step(w, R"("params":{})",
            R"("params":{"job_template_version":{"type":"STRING","value":"v3"}},)");
  w.start();
  CHECK(argument(w, 2).find("three") != std::string::npos);
  w.stop(2);
}

TEST_CASE("a template is what its ancestors say, then itself") {
  world w;
  put(w, "base", R"("version":"v1","params":{"a":{"type":"STRING","value":"base"},
    "script":{"type":"STRING","value":"run ${a} ${b}"},"b":{"type":"STRING","value":"base"}})");
  put(w, "hello", R"("version":"default","inherit_from":{"base":"v1"},
    "params":{"b":{"type":"STRING","value":"own"}})");
  push_step(w, R"("params":{})");
  w.start();
  CHECK(argument(w).find("run base own") != std::string::npos);
  w.stop();
}

TEST_CASE("a template that inherits from itself, or is for another type, fails the step") {
  world w;
  put(w, "base", R"("version":"v1","inherit_from":{"hello":"default"})");
  put(w, "hello", R"("version":"default","inherit_from":{"base":"v1"})");
  push_step(w, R"("params":{})");
  w.start();
  CHECK(w.steps() == "a#1 INTERNALLY_FAILED");
  CHECK(w.step_tells("a", "inherits from itself"));
  put(w, "hello", R"("version":"default")", "Http");
  w.start();
  CHECK(w.steps(2) == "a#1 INTERNALLY_FAILED");
  CHECK(w.step_tells("a", "is for Http", 2));
}

TEST_CASE("a required param of a template that nobody sets fails the step") {
  world w;
  put(w, "hello", R"("version":"default","params":{
    "need":{"type":"STRING","internal_mode":"REQUIRED"},
    "may":{"type":"STRING","internal_mode":"OPTIONAL"},
    "script":{"type":"STRING","value":"x","internal_mode":"PROVIDED"}})");
  push_step(w, R"("params":{})");
  w.start();
  CHECK(w.steps() == "a#1 INTERNALLY_FAILED");
  CHECK(w.step_tells("a", "[need] is a required parameter"));
  push_step(w, R"("params":{"need":{"type":"STRING","value":"1"}})");
  w.start();
  CHECK(w.step_param("a", "need", 2) == "\"1\"");
  CHECK_FALSE(w.step_view("a", 0, 2).at("params").as_object().contains("may"));
  w.stop(2);
}

TEST_CASE("validators of a template are checked with the values in force") {
  world w;
  put(w, "hello", R"("version":"default","params":{
    "n":{"type":"LONG","value":5,"validator":"param > 3"},
    "t":{"type":"STRING","value":"x","validator":"@NotEmpty"},
    "script":{"type":"STRING","value":"x"}})");
  push_step(w, R"("params":{})");
  w.start();
  CHECK(w.has_job("a"));
  w.stop();
  push_step(w, R"("params":{"n":{"type":"LONG","value":2}})");
  w.start();
  CHECK(w.step_tells("a", "the value of param [n] breaks the validator [param > 3]", 2));
  push_step(w, R"("params":{"t":{"type":"STRING","value":""}})");
  w.start();
  CHECK(w.step_tells("a", "the value of param [t] breaks the validator [@NotEmpty]", 3));
}

TEST_CASE("the tags of a template stand behind those of the step, as they were at the attempt") {
  world w;
  put(w, "hello",
      R"("version":"default","tags":["shared","mine"],)"
      R"("params":{"script":{"type":"STRING","value":"x"}})");
  push_step(w, R"("tags":["mine"],"params":{})");
  w.start();
  put(w, "hello", R"("version":"default")");
  CHECK(model::to_text(w.step_view("a").at("tags")) == R"([{"name":"mine"},{"name":"shared"}])");
  w.stop();
}

TEST_CASE("a template that does not exist gives nothing, and neither do other step types") {
  world w;
  push_step(w, R"("params":{"script":{"type":"STRING","value":"own"}})");
  w.start();
  CHECK(argument(w).find("own") != std::string::npos);
  w.stop();
  put(w, "hello", R"("version":"default","params":{"x":{"type":"LONG","value":1}})", "NoOp");
  w.test::engine_world::push(
    R"({"id":"wf","steps":[{"step":{"id":"a","type":"NoOp","sub_type":"hello"}}]})");
  w.start();
  CHECK(w.run(2) == "SUCCEEDED");
  CHECK_FALSE(w.step_view("a", 0, 2).at("params").as_object().contains("x"));
}

TEST_CASE("every shard has a copy of a template, until it is removed") {
  world w;
  put(w, "hello", greeting);
  put(w, "hello", R"("version":"v2")");
  CHECK(w.row_count() == 2U * w.options().shards);
  CHECK(views::job_templates(w.reader(), "v2")->as_array().size() == 1);
  auto remove = [&](std::optional<std::string> version) {
    auto got = w.ask(template_entity("hello"), remove_job_template{std::move(version)});
    return std::get<templates_removed>(*got).count;
  };
  CHECK(remove("v2") == 1);
  CHECK(remove("v2") == 0);
  CHECK(w.row_count() == 1U * w.options().shards);
  CHECK(remove(std::nullopt) == 1);
  CHECK(w.row_count() == 0);
}

} // namespace tutti::scenario
