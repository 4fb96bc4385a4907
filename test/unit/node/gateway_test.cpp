#include "actors/run/gateway.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

using namespace tutti;

namespace {

struct config : caf::actor_system_config {
  config() { set("scheduler.policy", caf::atom("testing")); }
};

/// A gateway whose keeper only notes who asks.
struct gateway_world {
  config settings;
  caf::actor_system system{settings};
  caf::scheduler::test_coordinator& scheduler{
    dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())};
  engine::time_ms now = 1'800'000'000'000;
  std::vector<std::pair<cluster::node_no, std::uint64_t>> abroad;
  std::vector<result<engine::answer>> answers;
  wire::gateway_actor gateway;

  ~gateway_world() {
    if (gateway)
      end();
  }

  void begin(cluster::node_no node) {
    actors::gateway_deps deps;
    deps.now = [this] { return now; };
    deps.shards = 1;
    deps.peer = [](engine::shard_no) { return wire::shard_keeper_actor{}; };
    deps.node = node;
    deps.elsewhere = [](engine::shard_no) { return cluster::node_no{7}; };
    deps.carry = [this](cluster::node_no, std::uint64_t number, const engine::entity_id&,
                        const engine::message_ptr&, std::int64_t) {
      carried.push_back(number);
      return true;
    };
    deps.answer_abroad = [this](cluster::node_no to, const wire::reply& x) {
      abroad.emplace_back(to, x.client);
    };
    gateway = actors::spawn_gateway(system, std::move(deps));
  }

  void end() {
    caf::anon_send_exit(gateway, caf::exit_reason::user_shutdown);
    gateway = nullptr;
    scheduler.run();
  }

  void ask() {
    wire::ask asked;
    asked.to = engine::workflow_entity("w");
    asked.what = engine::make_message(engine::delete_workflow{"me"});
    asked.done = [this](result<engine::answer> x) { answers.push_back(std::move(x)); };
    caf::anon_send(gateway, std::move(asked));
    scheduler.run();
  }

  void reply(std::uint64_t client) {
    wire::reply word;
    word.client = client;
    word.bad = std::make_shared<const error>(error{ec::not_found, "no such workflow"});
    caf::anon_send(gateway, std::move(word));
    scheduler.run();
  }

  std::vector<std::uint64_t> carried;
};

} // namespace

TEST_CASE("clients of different nodes, and of two lives of one node, have different numbers") {
  gateway_world world;
  for (cluster::node_no node : {1, 2}) {
    world.begin(node);
    world.ask();
    world.end();
  }
  world.now += 1000;
  world.begin(1);
  world.ask();
  REQUIRE(world.carried.size() == 3);
  CHECK(world.carried[0] != world.carried[1]);
  CHECK(world.carried[0] != world.carried[2]);
}

TEST_CASE("the answer to a client of another node goes there") {
  gateway_world world;
  world.begin(2);
  world.ask();
  const auto number = world.carried.at(0);
  world.end();
  world.answers.clear();
  world.begin(1);
  world.ask();
  world.reply(number);
  CHECK(world.abroad == std::vector<std::pair<cluster::node_no, std::uint64_t>>{{2, number}});
  CHECK(world.answers.empty());
  world.reply(world.carried.at(1));
  CHECK(world.answers.size() == 1);
  CHECK(world.abroad.size() == 1);
}
