#include "runtime/engine/views_rows.hpp"
#include "test/scenario/support/world.hpp"

/// Deletion of workflows (spec 04a §13).
namespace tutti::scenario {

using namespace engine;

namespace {

const std::string loop_of_two = R"(
jobs:
  - foreach:
      id: f
      loop_params: {i: [1, 2]}
      jobs:
        - job: {id: a, type: NoOp, x: 1}
)";

std::string remove(world& w, const std::string& id = "wf") {
  auto got = w.ask(workflow_entity(id), delete_workflow{"tester"});
  return got ? "deleted" : code(got.error());
}

/// Until the rows are gone.
void finish(world& w) {
  w.pass(60);
}

/// Other workflows for comparison.
void push_other(world& w, const std::string& keys) {
  beyond_yaml other;
  other.workflow = "wf2";
  w.push(keys, other);
}

} // namespace

TEST_CASE("a deleted workflow is gone at once, its runs can be read a little longer") {
  world w;
  w.push(one_noop());
  w.start();
  CHECK(remove(w) == "deleted");
  CHECK_FALSE(views::workflow_definition(w.reader(), "wf", "latest"));
  CHECK_FALSE(views::overview(w.reader(), "wf"));
  CHECK(w.run() == "SUCCEEDED");
  CHECK(said(w.start_with(w.start_order())) == "404");
  CHECK(w.restart(run_policy::restart_from_beginning) == "404");
  finish(w);
  CHECK(w.run() == "NC");
}

TEST_CASE("what is running or queued keeps a workflow from being deleted") {
  world w;
  w.push(one_sleep(5));
  w.starts(2);
  CHECK(remove(w) == "400");
  w.pass(6);
  CHECK(remove(w) == "400");
  w.pass(6);
  CHECK(remove(w) == "deleted");
  finish(w);
}

TEST_CASE("an unknown workflow cannot be deleted, nor one whose deletion goes on") {
  world w;
  CHECK(remove(w) == "404");
  w.push(one_noop());
  remove(w);
  CHECK(remove(w) == "400");
  finish(w);
  CHECK(remove(w) == "404");
}

TEST_CASE("an id cannot be used while its old rows are deleted, and then begins with version 1") {
  world w;
  w.push(one_noop());
  w.push(one_noop());
  w.start();
  remove(w);
  CHECK(w.try_push(one_noop()) == "409");
  finish(w);
  w.push(one_noop());
  auto definition = views::workflow_definition(w.reader(), "wf", "latest");
  REQUIRE(definition);
  auto& metadata = definition->as_object().at("metadata").as_object();
  CHECK(metadata.at("workflow_version_id") == 1);
  // The numbers of instances go on (a surprise that clients know).
  CHECK(w.start() == 2);
  auto timeline = views::workflow_timeline(w.reader(), "wf");
  CHECK(timeline->as_object().at("timeline_events").as_array().size() == 1);
  auto page = views::instances(w.reader(), "wf", {5, std::nullopt, std::nullopt}, true);
  REQUIRE(page);
  CHECK(page->as_object().at("total_count") == 1);
}

TEST_CASE("nothing of a deleted workflow stays but the numbers of its instances") {
  world w;
  w.options().deletion_rows_max = 3;
  w.push(loop_of_two);
  w.starts(2);
  CHECK(w.runs(2) == "SUCCEEDED SUCCEEDED");
  w.restart(run_policy::restart_from_beginning);
  CHECK(w.row_count() > 40);
  remove(w);
  finish(w);
  CHECK(w.row_count() == 1);
}

TEST_CASE("other workflows keep everything, also one that has the same internal id") {
  world w;
  push_other(w, loop_of_two);
  w.start("wf2");
  auto before = w.row_count();
  w.push(loop_of_two);
  w.start();
  remove(w);
  finish(w);
  CHECK(w.row_count() == before + 1);
  CHECK(w.run({1, 1, "wf2"}) == "SUCCEEDED");

  // Both ids are made of the id and the time; an order by hand stands for a collision.
  auto other = views::read_workflow(w.reader(), "wf2");
  REQUIRE(other);
  for (shard_no shard = 0; shard < w.options().shards; ++shard)
    w.post(purge_entity("wf", shard), make_message(purge_shard{(*other)->internal_id}));
  w.settle();
  finish(w);
  CHECK(w.row_count() == before + 1);
}

TEST_CASE("the folders of the processes of deleted steps go too") {
  world w;
  w.push(one_job());
  w.start();
  w.done("a");
  remove(w);
  finish(w);
  CHECK(w.erased_jobs.size() == 1);
}

} // namespace tutti::scenario
