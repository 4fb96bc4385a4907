// Random faults, many lives, and laws that hold in all of them.

#include "test/unit/raft/group.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

using namespace tutti;
using namespace tutti::raft;
using namespace tutti::raft::test;

namespace {

using kind = conf_change::kind;

struct life {
  explicit life(std::uint64_t seed) : all(seed) {
    all.settings.tail_bytes = all.chance(2) == 0 ? 0 : 1 << 20;
    all.settings.batch_append = all.chance(2) == 0;
    all.settings.message_bytes = all.chance(2) == 0 ? 0 : 1 << 16;
    all.settings.ready_bytes = all.chance(2) == 0 ? 0 : 1 << 16;
    all.settings.inflight_max = 4;
    all.network = {static_cast<unsigned>(all.chance(200)), static_cast<unsigned>(all.chance(100)),
                   static_cast<unsigned>(all.chance(6)), static_cast<unsigned>(all.chance(5))};
    all.add_voters(1 + 2 * all.chance(3));
    next_id = all.peers.rbegin()->first + 1;
  }

  peer& any() {
    auto at = all.peers.begin();
    std::advance(at, all.chance(all.peers.size()));
    return *at->second;
  }

  void work(peer& at) {
    auto what = all.chance(4);
    if (what == 0)
      static_cast<void>(at.ask("r" + std::to_string(++count)));
    else
      static_cast<void>(at.raw().propose("x" + std::to_string(++count)));
    if (all.happens(50))
      static_cast<void>(at.raw().transfer(any().id()));
    if (all.happens(100))
      at.compact(all.chance(10));
  }

  void reconfigure(peer& at) {
    std::vector<conf_change> changes;
    auto members = at.members();
    for (auto& x : members)
      if (x.learner && all.chance(2) == 0)
        changes.push_back({kind::add_voter, x.id});
    if (members.size() > 3 || (members.size() > 1 && all.chance(4) == 0)) {
      auto goes = members[all.chance(members.size())].id;
      if (std::none_of(changes.begin(), changes.end(), [&](auto& x) { return x.node == goes; }))
        changes.push_back({kind::remove, goes});
    } else if (changes.empty() && all.peers.size() < 7) {
      changes.push_back({kind::add_learner, next_id});
      all.add(next_id++);
    }
    if (!changes.empty())
      static_cast<void>(at.raw().propose_conf(changes, all.chance(2) == 0));
  }

  void fault() {
    auto& who = any();
    switch (all.chance(4)) {
      case 0:
        if (who.up())
          who.crash(all.random());
        break;
      case 1:
        all.heal();
        break;
      case 2:
        all.isolate({any().id()});
        break;
      default:
        who.hold_syncs = !who.hold_syncs;
    }
  }

  void live(unsigned rounds) {
    for (unsigned i = 0; i < rounds; ++i) {
      for (auto& [id, x] : all.peers)
        if (!x->up() && all.happens(50))
          x->start();
      for (auto& [id, x] : all.peers)
        if (x->up() && all.happens(x->leads() ? 300 : 10))
          work(*x);
      if (auto at = all.leader(); at != 0 && all.happens(20))
        reconfigure(all[at]);
      if (all.happens(30))
        fault();
      all.round();
    }
  }

  /// Everybody who belongs to the group has all that anybody saw committed.
  void recover() {
    all.heal();
    all.network = {};
    for (auto& [id, x] : all.peers) {
      x->hold_syncs = false;
      if (!x->up())
        x->start();
    }
    auto at = all.elect();
    all.rounds(60);
    at = all.elect();
    auto members = all[at].members();
    // Who is in no configuration need not hear of anything.
    std::erase_if(all.peers, [&](auto& x) {
      return std::none_of(members.begin(), members.end(), [&](auto& y) { return y.id == x.first; });
    });
    REQUIRE_MESSAGE(all.level(2000), "the group does not come to rest");
    for (auto& [id, x] : all.peers)
      REQUIRE(x->rows() == all.peers.begin()->second->rows());
  }

  group all;
  node_no next_id = 0;
  std::uint64_t count = 0;
};

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const auto* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

} // namespace

TEST_CASE("no entry differs between replicas, none that was committed gets lost, a term has one "
          "leader") {
  auto first = number_from("TUTTI_RAFT_SEED", 1);
  auto count = number_from("TUTTI_RAFT_SEEDS", 500);
  std::uint64_t committed = 0;
  std::uint64_t terms = 0;
  std::uint64_t pictures = 0;
  std::uint64_t changes = 0;
  std::uint64_t reads = 0;
  for (auto seed = first; seed < first + count; ++seed) {
    CAPTURE(seed);
    life sut{seed};
    sut.live(250);
    sut.recover();
    committed += sut.all.seen.committed();
    terms += sut.all.seen.leader_count();
    pictures += sut.all.pictures_installed;
    changes += sut.all.conf_changes;
    for (auto& [id, x] : sut.all.peers)
      reads += x->reads_served;
  }
  MESSAGE(committed << " entries, " << terms << " terms, " << pictures << " snapshots, " << changes
                    << " applied conf changes, " << reads << " reads");
  // The faults let some work through, and all of it was tried.
  CHECK(committed > count * 20);
  CHECK(terms > count * 2);
  CHECK(pictures > count / 4);
  CHECK(changes > count * 2);
  CHECK(reads > count);
}
