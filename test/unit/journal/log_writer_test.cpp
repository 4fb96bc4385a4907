// The log as an actor: three of them in one process, with a virtual clock.

#include "actors/journal/log_writer.hpp"
#include "storage/memory/memory_store.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <doctest/doctest.h>

#include <array>
#include <set>

using namespace tutti;
using namespace tutti::actors;
using namespace std::chrono_literals;

namespace {

/// What a keeper was told.
struct heard {
  storage::term_no term = 0; ///< in which it leads; 0: it does not
  std::set<std::uint64_t> committed;
  std::set<std::uint64_t> refused;
};

wire::shard_keeper_actor::behavior_type keeper(wire::shard_keeper_actor::pointer, heard* into) {
  return {
    [](const wire::begin&) {},
    [](const wire::request&) {},
    [](const wire::commit&) {},
    [into](const wire::committed& x) { into->committed.insert(x.batch); },
    [into](const wire::not_committed& x) { into->refused.insert(x.batch); },
    [into](const wire::lead& x) { into->term = x.term; },
    [into](const wire::step_down&) { into->term = 0; },
    [](const wire::letters&) {},
    [](const wire::letters_received&) {},
    [](const wire::letters_wanted&) {},
    [](const wire::flush&) {},
    [](const wire::tick&) {},
    [](const wire::sweep&) {},
    [](const wire::post_check&) {},
  };
}

struct config : caf::actor_system_config {
  config() { set("scheduler.policy", caf::atom("testing")); }
};

/// Nodes 1 to n of one process; a letter reaches its node unless that is cut off.
class log_cluster {
public:
  log_cluster(std::size_t count, disk_mode mode) : mode_(mode) {
    for (std::size_t i = 1; i <= count; ++i)
      voters_.push_back(i);
    for (std::size_t i = 1; i <= count; ++i) {
      nodes[i].disk = std::make_shared<storage::memory_disk>();
      nodes[i].keeper = system_.spawn(keeper, &nodes[i].told);
      start(i);
    }
  }

  ~log_cluster() {
    for (auto& x : nodes)
      if (x.log)
        caf::anon_send_exit(x.log, caf::exit_reason::kill);
    for (auto& x : nodes)
      if (x.keeper)
        caf::anon_send_exit(x.keeper, caf::exit_reason::kill);
    nodes = {};
    scheduler_.run();
  }

  void start(std::size_t id) {
    auto& x = nodes[id];
    auto opened = storage::open_memory_store(x.disk);
    REQUIRE(opened);
    x.store = std::move(*opened);
    log_writer_deps deps;
    deps.store = x.store;
    deps.counters = std::make_shared<log_counters>();
    deps.steady_us = [] { return std::uint64_t{0}; };
    deps.on_health = [](const error*) {};
    deps.groups.node = id;
    deps.groups.voters = voters_;
    deps.disk = mode_;
    deps.peer_sender = [this](wire::raft_mail letter) {
      auto& to = nodes[letter.to];
      auto picture = static_cast<bool>(letter.picture);
      wire::picture_sent sent{letter.shard, letter.to, to.log && letter.to != cut};
      auto& from = nodes[letter.from];
      if (to.log && letter.to != cut && letter.from != cut)
        caf::anon_send(to.log, std::move(letter));
      if (picture)
        caf::anon_send(from.log, sent);
    };
    x.log = spawn_log_writer(system_, std::move(deps), false);
    caf::anon_send(x.log, wire::campaign{0}, x.keeper);
  }

  void kill(std::size_t id) {
    auto& x = nodes[id];
    caf::anon_send_exit(x.log, caf::exit_reason::kill);
    x.log = nullptr;
    scheduler_.run();
    x.store.reset();
    x.disk->crash(1);
    x.told.term = 0;
  }

  template <class Condition>
  bool until(Condition done, int steps = 200) {
    for (auto i = 0; i < steps; ++i) {
      scheduler_.run();
      if (done())
        return true;
      scheduler_.clock().advance_time(50ms);
    }
    return done();
  }

  std::size_t leader() const {
    std::size_t found = 0;
    for (std::size_t i = 1; i < nodes.size(); ++i)
      if (nodes[i].log && i != cut && nodes[i].told.term > nodes[found].told.term)
        found = i;
    return found;
  }

  void commit(const std::string& key, const std::string& value) {
    REQUIRE(until([&] { return leader() != 0; }));
    auto& x = nodes[leader()];
    auto batch = ++last_batch_;
    caf::anon_send(x.log, wire::proposal{x.told.term, batch, 0, {storage::put_row(key, value)}},
                   x.keeper);
    REQUIRE(until([&] { return x.told.committed.contains(batch); }));
  }

  bool has(std::size_t id, const std::string& key, const std::string& value) {
    return until([&] {
      auto row = nodes[id].store->get(0, key);
      return row && *row == value;
    });
  }

  struct node {
    std::shared_ptr<storage::memory_disk> disk;
    std::shared_ptr<storage::node_store> store;
    heard told;
    wire::shard_keeper_actor keeper;
    wire::log_actor log;
  };

  /// Cut off from the others; 0: nobody.
  std::size_t cut = 0;

private:
  disk_mode mode_;
  config config_;
  caf::actor_system system_{config_};
  caf::scheduler::test_coordinator& scheduler_
    = dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  std::vector<raft::node_no> voters_;
  std::uint64_t last_batch_ = 0;

public:
  std::array<node, 4> nodes;
};

constexpr std::array<disk_mode, 2> modes{disk_mode::inside, disk_mode::beside};

} // namespace

TEST_CASE("a log alone leads at once, commits, and asks for no time") {
  for (auto mode : modes) {
    log_cluster one{1, mode};
    REQUIRE(one.until([&] { return one.leader() == 1; }, 1));
    one.commit("a", "1");
    CHECK(one.has(1, "a", "1"));
    // An old term is refused.
    caf::anon_send(one.nodes[1].log, wire::proposal{1, 99, 0, {}}, one.nodes[1].keeper);
    CHECK(one.until([&] { return one.nodes[1].told.refused.contains(99); }));
  }
}

TEST_CASE("three logs agree on a leader, and on another one when it dies") {
  for (auto mode : modes) {
    log_cluster all{3, mode};
    all.commit("a", "1");
    auto old = all.leader();
    all.kill(old);
    all.commit("b", "2");
    CHECK(all.leader() != old);
    all.start(old);
    CHECK(all.has(old, "b", "2"));
    CHECK(all.has(old, "a", "1"));
  }
}

TEST_CASE("a log that is cut off tells its keeper to step down") {
  for (auto mode : modes) {
    log_cluster all{3, mode};
    all.commit("a", "1");
    auto old = all.leader();
    all.cut = old;
    CHECK(all.until([&] { return all.nodes[old].told.term == 0; }));
    all.commit("b", "2");
    all.cut = 0;
    CHECK(all.has(old, "b", "2"));
  }
}

TEST_CASE("a log whose disk is full steps down, and serves again when there is room") {
  for (auto mode : modes) {
    log_cluster one{1, mode};
    one.commit("a", "1");
    auto term = one.nodes[1].told.term;
    storage::memory_faults faults;
    faults.full = true;
    one.nodes[1].disk->set_faults(faults);
    caf::anon_send(one.nodes[1].log, wire::proposal{term, 77, 0, {storage::put_row("b", "2")}},
                   one.nodes[1].keeper);
    CHECK(one.until([&] { return one.nodes[1].told.term == 0; }));
    one.nodes[1].disk->set_faults({});
    CHECK(one.until([&] { return one.nodes[1].told.term > term; }));
    CHECK(!one.nodes[1].told.committed.contains(77));
    one.commit("c", "3");
    CHECK(!one.has(1, "b", "2"));
  }
}
