#include "runtime/model/json.hpp"
#include "test/scenario/support/world.hpp"

/// Properties changed without a push (spec 01 §3.6, §3.7).
namespace tutti::scenario {

using namespace engine;

namespace {

/// The properties behind a change given as JSON, or the code of a refusal.
std::string change(world& w, const std::string& body) {
  auto request = model::parse_json<model::workflow_properties_update_request>(body);
  REQUIRE(request);
  auto got = w.ask(workflow_entity("wf"), change_properties{*request, {"tester", {}, false}});
  if (!got)
    return code(got.error());
  return model::json_text(std::get<properties_changed>(*got).snapshot.properties);
}

std::string tag(world& w, const std::string& text, const std::string& name = {}) {
  change_tag order;
  if (!text.empty())
    order.tag = *model::parse_json<model::tag>(text);
  order.name = name;
  order.author.name = "tester";
  auto got = w.ask(workflow_entity("wf"), order);
  if (!got)
    return code(got.error());
  auto& tags = std::get<properties_changed>(*got).snapshot.properties.tags;
  return tags ? model::json_text(*tags) : "none";
}

std::string strategy(const std::string& rule) {
  return "run_strategy: " + rule + "\n";
}

} // namespace

TEST_CASE("a change of properties keeps what it does not name") {
  world w;
  w.push(strategy("parallel") + one_noop());
  CHECK(change(w, R"({"description":"d"})")
        == R"({"owner":"tester","run_strategy":{"rule":"PARALLEL","workflow_concurrency":20},)"
           R"("step_concurrency":20,"description":"d"})");
  CHECK(change(w, R"({"owner":"other","step_concurrency":null})")
        == R"({"owner":"other","run_strategy":{"rule":"PARALLEL","workflow_concurrency":20},)"
           R"("step_concurrency":20,"description":"d"})");
}

TEST_CASE("the flags of a change set back what they name") {
  world w;
  w.push(one_noop());
  change(w, R"({"run_strategy":{"rule":"PARALLEL","workflow_concurrency":7}})");
  CHECK(change(w, R"({"reset_workflow_concurrency":true,"reset_step_concurrency":true})")
        == R"({"owner":"tester","run_strategy":{"rule":"PARALLEL","workflow_concurrency":20}})");
  CHECK(change(w, R"({"reset_run_strategy_rule":true})") == R"({"owner":"tester"})");
  // Without PARALLEL there is no concurrency to set back.
  CHECK(change(w, R"({"reset_workflow_concurrency":true})") == R"({"owner":"tester"})");
}

TEST_CASE("every change is a snapshot of its own, readable by its time") {
  world w;
  w.push(one_noop());
  auto time_of = [&] {
    auto got = views::snapshot(w.reader(), "wf", "latest");
    return got->as_object().at("create_time").as_int64();
  };
  auto first = time_of();
  change(w, "{}");
  auto second = time_of();
  CHECK(second > first);
  change(w, R"({"description":"new"})");
  auto old = views::snapshot(w.reader(), "wf", std::to_string(second));
  REQUIRE(old);
  CHECK_FALSE(old->as_object().contains("description"));
  CHECK_FALSE(views::snapshot(w.reader(), "wf", "1"));
}

TEST_CASE("the properties of an unknown workflow cannot be changed") {
  world w;
  CHECK(change(w, "{}") == "400");
  CHECK(tag(w, R"({"name":"a"})") == "400");
}

TEST_CASE("more concurrency lets queued runs begin") {
  world w;
  w.push(one_sleep(50));
  w.starts(3);
  CHECK(w.runs(3) == "IN_PROGRESS CREATED CREATED");
  change(w, R"({"run_strategy":{"rule":"PARALLEL","workflow_concurrency":2}})");
  CHECK(w.runs(3) == "IN_PROGRESS IN_PROGRESS CREATED");
}

TEST_CASE("a run strategy is refused while unfinished or failed runs contradict it") {
  world w;
  w.push(one_job());
  w.starts(2);
  CHECK(change(w, R"({"run_strategy":"first_only"})") == "412");
  CHECK(change(w, R"({"run_strategy":"last_only"})") == "412");
  w.kill(1);
  CHECK(change(w, R"({"run_strategy":"strict_sequential"})") == "412");
  CHECK(change(w, R"({"run_strategy":"first_only"})").find("FIRST_ONLY") != std::string::npos);
}

TEST_CASE("tags are added by name with who and when, and removed") {
  world w;
  w.push(one_noop());
  auto made = R"(,"namespace":"PLATFORM","creator":"tester",)";
  auto at = R"("created_at_milli":)" + std::to_string(w.now) + "}";
  CHECK(tag(w, R"({"name":"a","z":1,"creator":"me"})")
        == R"([{"name":"a")" + std::string{made} + R"("z":1,)" + at + "]");
  CHECK(tag(w, R"("b")")
        == R"([{"name":"a")" + std::string{made} + R"("z":1,)" + at + R"(,{"name":"b")" + made + at
             + "]");
  CHECK(tag(w, R"({"name":"a"})")
        == R"([{"name":"b")" + std::string{made} + at + R"(,{"name":"a")" + made + at + "]");
  CHECK(tag(w, {}, "b") == R"([{"name":"a")" + std::string{made} + at + "]");
  CHECK(tag(w, {}, "b") == "404");
  CHECK(tag(w, {}, "a") == "none");
}

} // namespace tutti::scenario
