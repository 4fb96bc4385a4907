// Groups at rest: no signs of life while nothing happens, and none is missed when something does.

#include "test/unit/journal/groups_world.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::actors;
using namespace tutti::actors::test;

namespace {

/// Three nodes that rest, behind one row.
raft::node_no rested(world& all) {
  all.add_voters(3);
  all.commit("a", "1");
  REQUIRE(all.rest());
  return all.leader();
}

std::map<storage::shard_id, std::uint64_t> nothing_led() {
  return {};
}

} // namespace

TEST_CASE("a quiet group says nothing, and needs no ticks") {
  world all{21};
  const auto leader = rested(all);
  for (auto& [id, x] : all.nodes)
    CHECK(!x->groups->needs_ticks());
  const auto said = all.letters;
  for (auto i = 0; i < 500; ++i)
    all.round();
  CHECK(all.letters == said);
  CHECK(all.leader() == leader);
}

TEST_CASE("a group that rests commits what comes, and rests again") {
  world all{22};
  const auto leader = rested(all);
  all.commit("b", "2");
  CHECK(all.leader() == leader);
  CHECK(all.level());
  CHECK(all.rest());
  CHECK(all[1].rows() == "a=1;b=2;");
}

TEST_CASE("a group does not rest while one of its nodes cannot be heard") {
  world all{23};
  all.add_voters(3);
  all.commit("a", "1");
  all.see(1, true);
  all.see(2, true);
  const auto away = all.leader() == 3 ? raft::node_no{1} : raft::node_no{3};
  all.see(away, false);
  for (auto i = 0; i < 100; ++i)
    all.round();
  CHECK(all[all.leader()].groups->needs_ticks());
}

TEST_CASE("when the node of a leader dies, another one leads within a few ticks") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    world all{seed};
    const auto old = rested(all);
    all[old].crash(seed);
    all.see(old, false);
    CHECK(all.rounds_until([&] { return all.leader() != 0; }, group_rest::repeat_ticks));
    all.commit("b", "2");
    all[old].start(1);
    CHECK(all.rest());
    CHECK(all[old].rows() == "a=1;b=2;");
  }
}

TEST_CASE("the election waits for the voter that notices last, not for a timeout") {
  world all{24};
  const auto old = rested(all);
  all[old].crash(1);
  const auto first = old == 1 ? raft::node_no{2} : raft::node_no{1};
  const auto second = 6 - old - first;
  all[first].groups->see_peer(old, false);
  all.round();
  all.round();
  CHECK(all.leader() == 0);
  all[second].groups->see_peer(old, false);
  CHECK(all.rounds_until([&] { return all.leader() != 0; }, 2 * group_rest::repeat_ticks));
}

TEST_CASE("a live leader is not dethroned by one that cannot hear it") {
  world all{25};
  const auto leader = rested(all);
  const auto deaf = leader == 1 ? raft::node_no{2} : raft::node_no{1};
  const auto term = all[leader].told.leads[0];
  all[deaf].groups->see_peer(leader, false);
  all.cut = {deaf};
  for (auto i = 0; i < 100; ++i)
    all.round();
  all.cut.clear();
  CHECK(all.rest());
  CHECK(all.leader() == leader);
  CHECK(all[leader].told.leads[0] == term);
}

TEST_CASE("a member that did not hear of the rest wakes the leader, which keeps its lead") {
  world all{26};
  all.add_voters(3);
  all.commit("a", "1");
  const auto leader = all.leader();
  const auto term = all[leader].told.leads[0];
  all.lose_rests = true;
  for (raft::node_no id = 1; id <= 3; ++id)
    all.see(id, true);
  for (auto i = 0; i < 250; ++i)
    all.round();
  CHECK(all.leader() == leader);
  CHECK(all[leader].told.leads[0] == term);
  all.lose_rests = false;
  CHECK(all.rest());
}

TEST_CASE("a node that starts while the others rest finds their leader") {
  world all{27};
  const auto leader = rested(all);
  const auto restarted = leader == 1 ? raft::node_no{2} : raft::node_no{1};
  all[restarted].crash(1);
  all.see(restarted, false);
  all[restarted].start(1);
  CHECK(all.rest());
  CHECK(all.leader() == leader);
  CHECK(all[restarted].groups->leader_of(0) == leader);
}

TEST_CASE("members that rest under a leader that knows nothing of it elect another one") {
  world all{28};
  const auto old = rested(all);
  // Its group is gone, but the node is not.
  all[old].groups->halt({ec::unavailable, "the disk is full"});
  all[old].told.leads.clear();
  all.round();
  for (auto& [id, x] : all.nodes)
    if (id != old)
      x->groups->check_leads({old, nothing_led()});
  CHECK(all.rounds_until([&] { return all.leader() != 0; }));
  CHECK(all.leader() != old);
}

TEST_CASE("a word of a leader that still leads wakes nobody") {
  world all{29};
  const auto leader = rested(all);
  for (auto& [id, x] : all.nodes)
    x->groups->check_leads({leader, {{0, all[leader].told.leads[0]}}});
  for (auto& [id, x] : all.nodes)
    CHECK(!x->groups->needs_ticks());
}
