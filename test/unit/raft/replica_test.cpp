// A group of replicas over a simulated network and disks.

#include "test/unit/raft/group.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace tutti;
using namespace tutti::raft;
using namespace tutti::raft::test;

namespace {

using kind = conf_change::kind;

node_no other_than(group& of, node_no who) {
  for (auto& [id, x] : of.peers)
    if (id != who)
      return id;
  return 0;
}

/// Changes the conf and waits until every voter applied it.
void reconfigure(group& of, std::vector<conf_change> changes, bool joint = false) {
  auto at = of.elect();
  REQUIRE(of.rounds_until([&] { return !of[at].state().conf_pending; }));
  auto where = of[at].raw().propose_conf(changes, joint);
  REQUIRE_MESSAGE(where.has_value(), (where ? "" : where.error().message));
  of[at].drain();
  REQUIRE(of.rounds_until([&] {
    return std::all_of(of.peers.begin(), of.peers.end(), [&](auto& x) {
      return !x.second->up() || x.second->members().empty()
             || (x.second->position().applied >= where->index && !x.second->state().joint);
    });
  }));
}

std::vector<node_no> voters_of(group& of, node_no at) {
  std::vector<node_no> out;
  for (auto& x : of[at].members())
    if (x.voter)
      out.push_back(x.id);
  return out;
}

} // namespace

TEST_CASE("a single voter leads and commits by itself") {
  group sut{1};
  sut.add_voters(1);
  sut.commit("a");
  sut.commit("b");
  CHECK(sut[1].rows() == "00000003=a;00000004=b;");
  CHECK(sut[1].state().all_matched);
}

TEST_CASE("three voters elect one leader and replicate what it is given") {
  group sut{2};
  sut.add_voters(3);
  for (auto i = 0; i < 20; ++i)
    sut.commit("x" + std::to_string(i));
  CHECK(sut.seen.leader_count() == 1);
  CHECK(sut[1].rows() == sut[2].rows());
  CHECK(sut[1].rows() == sut[3].rows());
  CHECK(sut[1].state().commit == 22);
}

TEST_CASE("the same seed gives the same life") {
  auto live = [](std::uint64_t seed) {
    group sut{seed};
    sut.network = {50, 50, 3, 2};
    sut.add_voters(5);
    sut.rounds(200);
    return std::pair{sut.letters_sent, sut.leader()};
  };
  CHECK(live(7) == live(7));
  CHECK(live(8) != live(7));
}

TEST_CASE("a proposal where nobody leads is refused and changes nothing") {
  group sut{3};
  sut.add_voters(3);
  auto refused = sut[1].raw().propose("a");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ec::unavailable);
  auto at = sut.elect();
  auto follower = other_than(sut, at);
  refused = sut[follower].raw().propose("a");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ec::unavailable);
  CHECK(refused.error().message.find("leader: " + std::to_string(at)) != std::string::npos);
  CHECK(sut[follower].raw().propose_conf(std::vector<conf_change>{{kind::remove, at}}).error().code
        == ec::unavailable);
  CHECK(sut[follower].ask("r").error().code == ec::unavailable);
  CHECK(sut[follower].raw().transfer(follower).error().code == ec::unavailable);
  sut.rounds(5);
  CHECK(sut.seen.count("a") == 0);
}

TEST_CASE("what is not committed is bounded in bytes") {
  group sut{4};
  sut.settings.uncommitted_bytes = 1 << 20;
  sut.add_voters(3);
  auto at = sut.elect();
  sut.isolate({at});
  auto taken = 0;
  for (; taken < 100; ++taken)
    if (auto ok = sut[at].raw().propose(std::string(100'000, 'x')); !ok) {
      CHECK(ok.error().code == ec::unavailable);
      break;
    }
  CHECK(taken == 10);
  CHECK(sut[at].raw().propose(std::string(RAFTC_MAX_ENTRY_BYTES + 1, 'x')).error().code
        == ec::unprocessable);
}

TEST_CASE("after a power cut of all, everything that was committed is there") {
  group sut{5};
  sut.network.sync_delay_max = 3;
  sut.add_voters(3);
  for (auto i = 0; i < 10; ++i)
    sut.commit("x" + std::to_string(i));
  for (auto& [id, x] : sut.peers)
    x->crash(id);
  for (auto& [id, x] : sut.peers)
    x->start();
  sut.commit("last");
  REQUIRE(sut.level());
  CHECK(sut[1].rows() == sut[3].rows());
  CHECK(sut[1].rows().find("x9") != std::string::npos);
}

TEST_CASE("no vote and no acknowledgement leaves before it is durable") {
  group sut{6};
  sut.add_voters(3);
  auto at = sut.elect();
  auto follower = other_than(sut, at);
  sut.isolate({at, follower});
  sut[follower].hold_syncs = true;
  auto where = sut[at].raw().propose("a");
  REQUIRE(where.has_value());
  sut[at].drain();
  sut.rounds(3);
  CHECK(sut[follower].position().last == where->index);
  CHECK(sut[at].state().commit < where->index);
  sut[follower].hold_syncs = false;
  sut.rounds(2);
  CHECK(sut[at].state().commit >= where->index);
}

TEST_CASE("leadership is handed over at once") {
  group sut{7};
  sut.add_voters(3);
  auto at = sut.elect();
  auto next = other_than(sut, at);
  REQUIRE(sut[at].raw().transfer(next).has_value());
  sut[at].drain();
  sut.rounds(3);
  CHECK(sut.leader() == next);
  CHECK_FALSE(sut[at].leads());
  CHECK(sut[next].raw().transfer(next).error().code == ec::unprocessable);
  CHECK(sut[next].raw().transfer(77).error().code == ec::not_found);
}

TEST_CASE("while leadership is handed over, proposals are refused, and later taken again") {
  group sut{8};
  sut.add_voters(3);
  auto at = sut.elect();
  auto next = other_than(sut, at);
  sut.isolate({next});
  REQUIRE(sut[at].raw().transfer(next).has_value());
  CHECK(sut[at].state().transferee == next);
  CHECK(sut[at].raw().propose("a").error().code == ec::unavailable);
  REQUIRE(sut.rounds_until([&] { return sut[at].state().transferee == 0; }));
  sut.heal();
  sut.commit("b");
}

TEST_CASE("a follower that was away catches up from the log") {
  group sut{9};
  sut.settings.tail_bytes = 0;
  sut.add_voters(3);
  auto at = sut.elect();
  auto away = other_than(sut, at);
  sut[away].crash(1);
  for (auto i = 0; i < 50; ++i)
    sut.commit("x" + std::to_string(i));
  sut[away].start();
  CHECK(sut[away].position().truncated == 1);
  REQUIRE(sut.level());
  CHECK(sut[away].position().truncated == 1);
  CHECK(sut[away].rows() == sut[at].rows());
}

TEST_CASE("a follower whose entries are gone at the leader gets a snapshot") {
  group sut{10};
  sut.add_voters(3);
  auto at = sut.elect();
  auto away = other_than(sut, at);
  sut[away].crash(1);
  for (auto i = 0; i < 50; ++i)
    sut.commit("x" + std::to_string(i));
  sut[at].compact(5);
  sut[away].start();
  REQUIRE(sut.level());
  CHECK(sut[away].position().truncated > 1);
  CHECK(sut[away].rows() == sut[at].rows());
  sut.commit("after");
  CHECK(sut[away].rows() == sut[at].rows());
}

TEST_CASE("a snapshot that got lost is sent again") {
  group sut{11};
  sut.add_voters(3);
  auto at = sut.elect();
  auto away = other_than(sut, at);
  sut[away].crash(1);
  for (auto i = 0; i < 20; ++i)
    sut.commit("x" + std::to_string(i));
  sut[at].compact(2);
  sut.network.drop = 500;
  sut[away].start();
  CHECK(sut.level(4000));
}

TEST_CASE("an uncommitted suffix of an old leader is replaced") {
  group sut{12};
  sut.add_voters(3);
  auto old = sut.elect();
  sut.isolate({old});
  for (auto i = 0; i < 5; ++i)
    REQUIRE(sut[old].raw().propose("lost").has_value());
  sut[old].drain();
  auto sticks_out = sut[old].position().last;
  REQUIRE(sut.rounds_until([&] { return sut.leader() != 0 && sut.leader() != old; }));
  auto next = sut.elect();
  REQUIRE(sut[next].raw().propose("kept").has_value());
  sut[next].drain();
  sut.rounds(5);
  sut.heal();
  REQUIRE(sut.level());
  CHECK(sut[old].position().last < sticks_out);
  CHECK(sut.seen.count("lost") == 0);
  sut[old].crash(3);
  sut[old].start();
  REQUIRE(sut.level());
  CHECK(sut[old].rows() == sut[next].rows());
}

TEST_CASE("a learner is filled by snapshot and becomes a voter in a joint change") {
  group sut{13};
  sut.add_voters(3);
  for (auto i = 0; i < 20; ++i)
    sut.commit("x" + std::to_string(i));
  auto at = sut.elect();
  sut[at].compact(0);
  sut.add(4);
  reconfigure(sut, {{kind::add_learner, 4}});
  REQUIRE(sut.rounds_until(
    [&] { return sut[at].raw().peer_match(4) && sut[4].rows() == sut[at].rows(); }));
  CHECK(*sut[at].raw().peer_match(4) > 1);
  CHECK_FALSE(sut[4].state().voter);
  auto goes = other_than(sut, at);
  reconfigure(sut, {{kind::add_voter, 4}, {kind::remove, goes}});
  auto voters = voters_of(sut, at);
  CHECK(voters.size() == 3);
  CHECK(std::count(voters.begin(), voters.end(), 4) == 1);
  CHECK(std::count(voters.begin(), voters.end(), goes) == 0);
  sut.commit("after");
  CHECK(sut[4].rows() == sut[at].rows());
}

TEST_CASE("a voter is removed, and learns it or not") {
  group sut{14};
  sut.add_voters(3);
  auto at = sut.elect();
  auto goes = other_than(sut, at);
  reconfigure(sut, {{kind::remove, goes}});
  CHECK(voters_of(sut, at).size() == 2);
  sut.commit("after");
  // Whoever was removed does not disturb the others, even if it never learned.
  sut.rounds(60);
  CHECK(sut.seen.leader_count() == 1);
}

TEST_CASE("a leader that removes itself steps down, and the others go on") {
  group sut{15};
  sut.add_voters(3);
  auto old = sut.elect();
  auto where = sut[old].raw().propose_conf(std::vector<conf_change>{{kind::remove, old}});
  REQUIRE(where.has_value());
  sut[old].drain();
  REQUIRE(sut.rounds_until([&] { return !sut.peers.contains(old); }));
  sut.commit("after");
  CHECK(voters_of(sut, sut.leader()).size() == 2);
}

TEST_CASE("one conf change at a time, and only one that can be applied") {
  group sut{16};
  sut.add_voters(3);
  auto at = sut.elect();
  REQUIRE(sut.rounds_until([&] { return !sut[at].state().conf_pending; }));
  auto& leader = sut[at].raw();
  auto change = [&](std::vector<conf_change> x) {
    auto done = leader.propose_conf(x);
    return done ? ec::ok : done.error().code;
  };
  CHECK(change({}) == ec::unprocessable);
  CHECK(change({{kind::add_voter, 0}}) == ec::unprocessable);
  CHECK(change({{kind::add_voter, 9}, {kind::remove, 9}}) == ec::unprocessable);
  CHECK(change({{kind::remove, 1}, {kind::remove, 2}, {kind::remove, 3}}) == ec::unprocessable);
  CHECK(leader.leave_joint().error().code == ec::unavailable);
  auto last = sut[at].state().last;
  CHECK(change({{kind::add_learner, 9}}) == ec::ok);
  CHECK(change({{kind::add_learner, 10}}) == ec::unavailable);
  CHECK(sut[at].state().last == last + 1);
}

TEST_CASE("a joint change is left by itself after the leader that began it is gone") {
  group sut{17};
  sut.add_voters(3);
  sut.add(4);
  auto old = sut.elect();
  REQUIRE(sut.rounds_until([&] { return !sut[old].state().conf_pending; }));
  auto where = sut[old].raw().propose_conf(std::vector<conf_change>{{kind::add_voter, 4}}, true);
  REQUIRE(where.has_value());
  sut[old].drain();
  for (auto i = 0; i < 20 && sut[old].state().commit < where->index; ++i)
    sut.round();
  sut[old].crash(1);
  REQUIRE(sut.rounds_until([&] { return sut.leader() != 0 && !sut[sut.leader()].state().joint; }));
  sut[old].start();
  sut.commit("after");
  CHECK(voters_of(sut, old).size() == 4);
  CHECK_FALSE(sut[old].state().joint);
}

TEST_CASE("a read index covers everything that was committed when it was asked") {
  group sut{18};
  sut.add_voters(3);
  auto at = sut.elect();
  sut.commit("a");
  REQUIRE(sut[at].ask("first").has_value());
  sut[at].drain();
  sut.rounds(3);
  CHECK(sut[at].reads_served == 1);
  CHECK(sut[at].ask("").error().code == ec::unprocessable);
  CHECK(sut[at].ask(std::string(2000, 'x')).error().code == ec::unprocessable);
}

TEST_CASE("a leader that was cut off serves no reads") {
  group sut{19};
  sut.add_voters(3);
  auto old = sut.elect();
  sut.isolate({old});
  REQUIRE(sut[old].ask("stale").has_value());
  sut[old].drain();
  REQUIRE(sut.rounds_until([&] { return sut.leader() != 0 && sut.leader() != old; }));
  sut.heal();
  REQUIRE(sut.level());
  CHECK(sut[old].reads_served == 0);
}

TEST_CASE("a new leader refuses reads until an entry of its term is committed") {
  group sut{20};
  sut.add_voters(3);
  auto first = sut.elect();
  sut[first].crash(1);
  sut.network.delay_max = 4;
  REQUIRE(sut.rounds_until([&] { return sut.leader() != 0; }));
  auto next = sut.leader();
  if (!sut[next].state().term_committed)
    CHECK(sut[next].ask("r").error().code == ec::unavailable);
  sut.elect();
  CHECK(sut[next].ask("s").has_value());
}

TEST_CASE("with pre-vote, a replica that was cut off does not disturb when it comes back") {
  group sut{21};
  sut.add_voters(3);
  auto at = sut.elect();
  auto away = other_than(sut, at);
  auto term = sut[at].state().lead.term;
  sut.isolate({away});
  sut.rounds(200);
  CHECK(sut[away].state().lead.term == term);
  sut.heal();
  sut.rounds(50);
  CHECK(sut.leader() == at);
  CHECK(sut[at].state().lead.term == term);
}

TEST_CASE("with check-quorum, a leader that hears of no majority steps down") {
  group sut{22};
  sut.add_voters(3);
  auto at = sut.elect();
  sut.isolate({at});
  CHECK(sut.rounds_until([&] { return !sut[at].leads(); }, 25));
}

TEST_CASE("a single voter tells its learner of no term that is not durable") {
  group sut{23};
  sut.add_voters(1);
  sut.commit("a");
  sut.add(2);
  reconfigure(sut, {{kind::add_learner, 2}});
  REQUIRE(sut.level());
  // It leads a new term, is heard, and forgets it in a power cut: then it would lead it again.
  for (auto i = 0U; i < 5; ++i) {
    sut[1].crash(0);
    sut[1].start();
    sut[1].hold_syncs = true;
    REQUIRE(sut.rounds_until([&] { return sut[1].leads(); }));
    auto before = sut.letters_sent;
    auto where = sut[1].raw().propose("lost" + std::to_string(i));
    REQUIRE(where.has_value());
    sut[1].drain();
    sut.rounds(5);
    CHECK(sut[2].position().last < where->index);
    // Only the learner's own words, if any.
    CHECK(sut.letters_sent == before);
    sut[1].hold_syncs = false;
  }
  sut.commit("b");
  CHECK(sut[1].rows() == sut[2].rows());
}

TEST_CASE("the rows of a node without replicas become a group of one voter") {
  auto disk = std::make_shared<storage::memory_disk>();
  auto store = storage::open_memory_store(disk);
  REQUIRE(store.has_value());
  // As the log writer of one voter leaves it.
  storage::shard_write part;
  part.shard = 3;
  part.apply = {storage::put_row("a", "1")};
  part.applied = 41;
  part.applied_term = 6;
  part.truncate_prefix_to = 41;
  part.state = storage::hard_state{6, 1, 41};
  REQUIRE((*store)->write({part}, true).has_value());
  auto at = (*store)->position(3);
  REQUIRE(at.has_value());
  std::vector<node_no> three{1, 2, 3};
  CHECK(first_write(3, *at, three).error().code == ec::precondition_failed);
  std::vector<node_no> one{1};
  auto first = first_write(3, *at, one);
  REQUIRE(first.has_value());
  REQUIRE(first->has_value());
  REQUIRE((*store)->write({**first}, true).has_value());
  at = (*store)->position(3);
  CHECK_FALSE(first_write(3, *at, one)->has_value());
  shard_log log{**store, 3};
  replica_settings settings;
  settings.id = 1;
  auto sut = replica::open(settings, *at, log);
  REQUIRE_MESSAGE(sut.has_value(), (sut ? "" : sut.error().message));
  REQUIRE(sut->campaign().has_value());
  auto where = sut->propose("b");
  REQUIRE(where.has_value());
  CHECK(*where == proposed{43, 7});
}
