#include "test/unit/raft/group.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace tutti::raft::test {

peer& group::add(node_no id, std::vector<node_no> voters) {
  auto mine = settings;
  mine.id = id;
  auto& slot = peers[id];
  slot = std::make_unique<peer>(*this, mine, std::move(voters));
  return *slot;
}

void group::add_voters(node_no n) {
  std::vector<node_no> voters;
  for (node_no id = 1; id <= n; ++id)
    voters.push_back(id);
  for (auto id : voters)
    add(id, voters);
}

/// Whoever carries rows has to say what became of them.
void group::lose(const letter& what) {
  auto from = peers.find(what.from);
  if (what.rows && from != peers.end() && from->second->up())
    REQUIRE(from->second->raw().report_snapshot(what.to, false).has_value());
}

void group::post(letter what) {
  ++letters_sent;
  if (cut.contains({what.from, what.to}) || happens(network.drop))
    return lose(what);
  auto delay = [&] { return network.delay_max == 0 ? 0 : chance(network.delay_max + 1); };
  if (happens(network.repeat))
    under_way_.emplace(now + delay(), what);
  under_way_.emplace(now + delay(), std::move(what));
}

void group::deliver() {
  for (auto i = 0; i < 10'000 && !under_way_.empty() && under_way_.begin()->first <= now; ++i) {
    auto what = std::move(under_way_.begin()->second);
    under_way_.erase(under_way_.begin());
    auto to = peers.find(what.to);
    if (to == peers.end() || !to->second->up() || cut.contains({what.from, what.to})) {
      lose(what);
      continue;
    }
    to->second->receive(what);
    to->second->drain();
  }
}

void group::round() {
  ++now;
  for (auto& [id, x] : peers)
    if (x->up()) {
      x->settle();
      x->tick();
      x->drain();
    }
  deliver();
  dismiss();
}

/// A removed replica stays and votes until the leader knows that the others can do without it.
void group::dismiss() {
  auto at = leader();
  if (at == 0)
    return;
  auto& lead = (*this)[at];
  auto members = lead.members();
  if (lead.conf_index == 0 || lead.state().quorum_commit < lead.conf_index)
    return;
  std::erase_if(peers, [&](auto& x) {
    return x.second->up() && !x.second->members().empty()
           && std::none_of(members.begin(), members.end(),
                           [&](const member& y) { return y.id == x.first; });
  });
}

void group::rounds(unsigned n) {
  for (unsigned i = 0; i < n; ++i)
    round();
}

node_no group::leader() {
  node_no out = 0;
  term_no newest = 0;
  for (auto& [id, x] : peers)
    if (x->leads() && x->state().lead.term > newest) {
      newest = x->state().lead.term;
      out = id;
    }
  return out;
}

node_no group::elect() {
  auto found = rounds_until([&] {
    auto id = leader();
    return id != 0 && (*this)[id].state().term_committed;
  });
  REQUIRE_MESSAGE(found, "no leader");
  return leader();
}

void group::commit(const std::string& data) {
  auto at = elect();
  auto where = (*this)[at].raw().propose(data);
  REQUIRE_MESSAGE(where.has_value(), (where ? "" : where.error().message));
  (*this)[at].drain();
  auto index = where->index;
  auto done = rounds_until([&] {
    return std::all_of(peers.begin(), peers.end(), [&](auto& x) {
      return !x.second->up() || x.second->position().applied >= index;
    });
  });
  REQUIRE_MESSAGE(done, "entry " << index << " is not applied everywhere");
}

bool group::level(unsigned max) {
  return rounds_until(
    [&] {
      return std::all_of(peers.begin(), peers.end(), [&](auto& x) {
        return !x.second->up() || x.second->position().applied == seen.committed();
      });
    },
    max);
}

void group::isolate(const std::set<node_no>& some) {
  for (auto& [a, x] : peers)
    for (auto& [b, y] : peers)
      if (some.contains(a) != some.contains(b))
        cut.insert({a, b});
}

} // namespace tutti::raft::test
