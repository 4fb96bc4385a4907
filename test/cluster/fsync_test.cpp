#include "actors/node/node.hpp"
#include "storage/rocks/fault_env.hpp"
#include "storage/rocks/rocks_store.hpp"
#include "test/support/process.hpp"

#include <doctest/doctest.h>

#include <future>
#include <set>

using namespace tutti;
using namespace std::chrono_literals;

namespace {

result<engine::answer> ask(actors::node& node, engine::entity_id to, engine::message_ptr what) {
  std::promise<result<engine::answer>> done;
  node.ask(std::move(to), std::move(what),
           [&](result<engine::answer> x) { done.set_value(std::move(x)); });
  return done.get_future().get();
}

result<engine::answer> push(actors::node& node) {
  engine::push_definition order;
  order.request.workflow.id = "w";
  order.request.properties.emplace();
  order.request.properties->owner = model::user{"test", {}, false};
  model::step only;
  only.id = "only";
  order.request.workflow.steps.push_back(only);
  order.author = model::user{"test", {}, false};
  return ask(node, engine::workflow_entity("w"), engine::make_message(std::move(order)));
}

result<engine::answer> start(actors::node& node, int number) {
  engine::start_run order;
  order.version = "active";
  order.uuid = "request-" + std::to_string(number);
  order.request.initiator.user = model::user{"test", {}, false};
  return ask(node, engine::workflow_entity("w"), engine::make_message(std::move(order)));
}

} // namespace

TEST_CASE("a failing fsync acknowledges nothing, reads go on, and a restart knows what was said") {
  test::temporary_folder data;
  config::node_options options;
  options.data = data.path();
  options.shards = 4;
  auto faults = std::make_shared<storage::disk_faults>();
  std::set<int> acknowledged;
  {
    auto node = actors::node::start(
      options, [&](storage::rocks_options& tuning) { tuning.faults = faults; });
    REQUIRE(node);
    REQUIRE((*node)->wait_until_serving(20s));
    REQUIRE(push(**node));
    for (auto i = 0; i < 10; ++i)
      if (start(**node, i))
        acknowledged.insert(i);
    CHECK(acknowledged.size() == 10);
    faults->syncs_until_failure = 0;
    for (auto i = 10; i < 15; ++i) {
      auto refused = start(**node, i);
      REQUIRE_FALSE(refused);
      CHECK(refused.error().code == ec::unavailable);
      CHECK_MESSAGE(refused.error().message.find("until it is restarted") != std::string::npos,
                    refused.error().message);
    }
    CHECK((*node)->trouble());
    auto shard = engine::shard_of(engine::workflow_entity("w"), 4);
    auto row = (*node)->rows()->get(shard, std::string{"Ww\0", 3});
    REQUIRE(row);
    CHECK(row->has_value());
  }
  auto node = actors::node::start(options);
  REQUIRE(node);
  REQUIRE((*node)->wait_until_serving(20s));
  for (auto i = 0; i < 15; ++i) {
    auto again = start(**node, i);
    REQUIRE(again);
    auto how = std::get<engine::started>(*again).status;
    // What was refused may have reached the disk or not; what was acknowledged did.
    if (acknowledged.contains(i))
      CHECK(how == engine::start_status::duplicated);
  }
  // None was doubled: fifteen requests are fifteen instances.
  auto last = start(**node, 99);
  REQUIRE(last);
  CHECK(std::get<engine::started>(*last).instance_id == 16);
}
