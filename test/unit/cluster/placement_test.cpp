#include "runtime/base/overload.hpp"
#include "runtime/cluster/placement.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace tutti;
using namespace tutti::cluster;

namespace {

bool has(const std::vector<node_no>& all, node_no x) {
  return std::find(all.begin(), all.end(), x) != all.end();
}

void drop(std::vector<node_no>& from, node_no x) {
  from.erase(std::remove(from.begin(), from.end(), x), from.end());
}

/// A cluster that carries out moves at once, as far as a quorum of the shard is alive.
class world {
public:
  world(std::size_t nodes, shard_no shards) {
    for (node_no n = 1; n <= nodes; ++n)
      all.push_back({n});
    for (shard_no s = 0; s < shards; ++s)
      parts.push_back({s, 1, {1}, {}, {}, false, 0});
  }

  node_view& at(node_no n) {
    return *std::find_if(all.begin(), all.end(), [&](auto& x) { return x.node == n; });
  }

  bool alive(node_no n) const {
    return std::any_of(all.begin(), all.end(), [&](auto& x) { return x.node == n && x.reachable; });
  }

  bool has_quorum(const shard_view& x) const {
    const auto up = std::count_if(x.voters.begin(), x.voters.end(),
                                  [&](node_no n) { return alive(n); });
    return static_cast<std::size_t>(up) > x.voters.size() / 2;
  }

  void kill(node_no n, std::int64_t silent_ms) {
    at(n).reachable = false;
    at(n).silent_ms = silent_ms;
    elect();
  }

  void elect() {
    for (auto& x : parts) {
      if (has_quorum(x) && has(x.voters, x.leader) && alive(x.leader))
        continue;
      x.leader = 0;
      for (auto n : x.voters)
        if (has_quorum(x) && alive(n))
          x.leader = n;
    }
  }

  std::vector<move> plan() const { return plan_moves(all, parts, rules); }

  /// One plan, carried out; the number of moves in it.
  std::size_t step() {
    const auto moves = plan();
    std::set<shard_no> once;
    for (auto& m : moves)
      std::visit([&](auto& x) { REQUIRE(once.insert(x.shard).second); }, m);
    for (auto& m : moves)
      carry_out(m);
    elect();
    for (auto& x : parts)
      x.caught_up = [&] {
        std::vector<node_no> ready;
        for (auto n : x.learners)
          if (alive(n))
            ready.push_back(n);
        return ready;
      }();
    return moves.size();
  }

  /// Steps until nothing more is to be done.
  std::size_t settle() {
    std::size_t steps = 0;
    constexpr std::size_t far_too_many = 5000;
    while (step() > 0)
      REQUIRE(++steps < far_too_many);
    return steps;
  }

  std::map<node_no, int> replicas() const {
    std::map<node_no, int> found;
    for (auto& x : parts)
      for (auto n : x.voters)
        ++found[n];
    return found;
  }

  std::map<node_no, std::uint64_t> leaders() const {
    std::map<node_no, std::uint64_t> found;
    for (auto& x : parts)
      found[x.leader] += 1 + x.load;
    return found;
  }

  std::vector<node_view> all;
  std::vector<shard_view> parts;
  placement_rules rules;

private:
  shard_view& part(shard_no s) { return parts.at(s); }

  void carry_out(const move& m) {
    std::visit(overload{[&](const add_learner& x) {
                          REQUIRE_FALSE(has(part(x.shard).voters, x.node));
                          REQUIRE_FALSE(has(part(x.shard).learners, x.node));
                          part(x.shard).learners.push_back(x.node);
                        },
                        [&](const promote& x) {
                          auto& p = part(x.shard);
                          REQUIRE(has(p.caught_up, x.node));
                          drop(p.learners, x.node);
                          p.voters.push_back(x.node);
                          drop(p.voters, x.instead_of);
                          REQUIRE(has_quorum(p));
                        },
                        [&](const remove_replica& x) {
                          auto& p = part(x.shard);
                          drop(p.learners, x.node);
                          drop(p.voters, x.node);
                          REQUIRE_FALSE(p.voters.empty());
                          REQUIRE(has_quorum(p));
                        },
                        [&](const transfer_leader& x) {
                          auto& p = part(x.shard);
                          REQUIRE(has(p.voters, x.to));
                          REQUIRE(alive(x.to));
                          p.leader = x.to;
                        }},
               m);
  }
};

template <class Map>
auto spread(const Map& counts, std::size_t nodes) {
  using number = typename Map::mapped_type;
  REQUIRE(counts.size() == nodes);
  number least = counts.begin()->second;
  number most = least;
  for (auto& [node, n] : counts) {
    least = std::min(least, n);
    most = std::max(most, n);
  }
  return most - least;
}

} // namespace

TEST_CASE("the number of voters is odd and within the nodes that stay") {
  std::vector<node_view> nodes;
  const std::vector<std::size_t> wanted{1, 1, 1, 3, 3, 5};
  for (std::size_t n = 0; n <= 5; ++n) {
    CHECK(wanted_voters(nodes, {.replicas = 5}) == wanted[n]);
    nodes.push_back({n + 1});
  }
  CHECK(wanted_voters(nodes, {.replicas = 3}) == 3);
  nodes[0].mode = node_mode::leaving;
  nodes[1].reachable = false;
  CHECK(wanted_voters(nodes, {.replicas = 5}) == 5);
  nodes[1].mode = node_mode::leaving;
  CHECK(wanted_voters(nodes, {.replicas = 5}) == 3);
}

TEST_CASE("a single node has nothing to move") {
  world w{1, 64};
  CHECK(w.plan().empty());
}

TEST_CASE("a cluster that grows to three gets three copies of all, with leaders spread") {
  world w{3, 64};
  w.settle();
  for (auto& x : w.parts)
    CHECK(x.voters.size() == 3);
  CHECK(spread(w.leaders(), 3) <= 5);
}

TEST_CASE("a fourth node takes its share, and copies are never fewer on the way") {
  world w{3, 64};
  w.settle();
  w.all.push_back({4});
  while (w.step() > 0)
    for (auto& x : w.parts)
      REQUIRE(x.voters.size() == 3);
  CHECK(spread(w.replicas(), 4) <= 1);
  CHECK(spread(w.leaders(), 4) <= 5);
}

TEST_CASE("no more replicas are filled and no more leaders move at a time than the rules say") {
  world w{4, 64};
  w.rules.fills_max = 3;
  w.rules.transfers_max = 1;
  for (auto steps = 0; steps < 500; ++steps) {
    const auto moves = w.plan();
    CHECK(std::count_if(moves.begin(), moves.end(),
                        [](auto& m) { return std::holds_alternative<transfer_leader>(m); })
          <= 1);
    w.step();
    CHECK(std::count_if(w.parts.begin(), w.parts.end(), [](auto& x) { return !x.learners.empty(); })
          <= 3);
  }
  CHECK(w.plan().empty());
}

TEST_CASE("a dead node is replaced after the grace, not before") {
  world w{4, 16};
  w.settle();
  w.kill(2, w.rules.dead_after_ms - 1);
  w.settle();
  CHECK(w.replicas()[2] == 12);
  w.kill(2, w.rules.dead_after_ms);
  w.settle();
  CHECK(w.replicas()[2] == 0);
  for (auto& x : w.parts)
    CHECK(x.voters.size() == 3);
}

TEST_CASE("without a node to replace it, a dead node keeps its vote") {
  world w{3, 16};
  w.settle();
  w.kill(2, 10 * w.rules.dead_after_ms);
  w.settle();
  CHECK(w.replicas()[2] == 16);
}

TEST_CASE("a drained node loses its leaders, and its replicas only to a node that takes them") {
  world w{3, 16};
  w.settle();
  w.at(3).mode = node_mode::draining;
  w.settle();
  CHECK(w.leaders().count(3) == 0);
  CHECK(w.replicas()[3] == 16);
  w.all.push_back({4});
  w.settle();
  CHECK(w.replicas()[3] == 0);
  for (auto& x : w.parts)
    CHECK(x.voters.size() == 3);
}

TEST_CASE("a node that leaves takes nothing with it, even if fewer copies remain") {
  world w{3, 16};
  w.settle();
  w.at(1).mode = node_mode::leaving;
  w.settle();
  CHECK(w.replicas()[1] == 0);
  for (auto& x : w.parts)
    CHECK(x.voters.size() == 1);
  CHECK(spread(w.replicas(), 2) <= 1);
}

TEST_CASE("a cordoned node keeps what it has and gets no new replica") {
  world w{4, 16};
  w.at(4).mode = node_mode::cordoned;
  w.settle();
  CHECK(w.replicas()[4] == 0);
  w.at(4).mode = node_mode::active;
  w.settle();
  const auto had = w.replicas()[4];
  CHECK(had > 0);
  w.at(4).mode = node_mode::cordoned;
  w.settle();
  CHECK(w.replicas()[4] == had);
}

TEST_CASE("busy shards are spread by their load, and small changes of load move nothing") {
  world w{3, 30};
  w.settle();
  for (auto& x : w.parts)
    x.load = x.leader == 1 ? 100 : 0;
  w.settle();
  std::uint64_t sum = 0;
  for (auto& [node, weight] : w.leaders())
    sum += weight;
  for (auto& [node, weight] : w.leaders())
    CHECK(weight <= sum / 3 + 101 + sum / 15);
  std::mt19937_64 random{1};
  for (auto& x : w.parts)
    x.load += x.load * (random() % 5) / 100;
  CHECK(w.plan().empty());
}

TEST_CASE("a node whose disk takes nothing gets neither leads nor copies, and keeps what it has") {
  world w{4, 24};
  w.settle();
  const auto copies = w.replicas();
  for (auto& x : w.parts)
    if (x.leader == 2)
      x.leader = *std::find_if(x.voters.begin(), x.voters.end(), [](auto n) { return n != 2; });
  w.at(2).read_only = true;
  w.settle();
  CHECK(!w.leaders().contains(2));
  CHECK(w.replicas() == copies);
  // No other node leaves a shard that needs its vote.
  w.at(3).mode = node_mode::draining;
  w.settle();
  for (auto& x : w.parts)
    CHECK(std::count_if(x.voters.begin(), x.voters.end(), [](auto n) { return n != 2; }) >= 2);
  w.at(2).read_only = false;
  w.settle();
  CHECK(w.leaders().contains(2));
}

TEST_CASE("whatever happens, moves are safe, and they come to an end") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    world w{1 + random() % 5, static_cast<shard_no>(1 + random() % 24)};
    node_no last = w.all.size();
    for (auto event = 0; event < 40; ++event) {
      auto& one = w.all[random() % w.all.size()];
      switch (random() % 8) {
        case 0:
          if (w.all.size() < 8)
            w.all.push_back({++last});
          break;
        case 1: {
          // Only as many die as a quorum can bear everywhere.
          const auto was = one;
          w.kill(one.node, static_cast<std::int64_t>(random() % 2) * w.rules.dead_after_ms);
          if (std::any_of(w.parts.begin(), w.parts.end(), [](auto& x) { return x.leader == 0; }))
            one = was;
          w.elect();
          break;
        }
        case 2:
          one.reachable = true;
          one.silent_ms = 0;
          break;
        case 3:
          one.mode = static_cast<node_mode>(random() % 3);
          break;
        default:
          for (auto n = random() % 20; n > 0; --n)
            w.step();
      }
    }
    for (auto& x : w.all) {
      x.reachable = true;
      x.mode = node_mode::active;
    }
    w.elect();
    w.settle();
    for (auto& x : w.parts)
      REQUIRE(x.voters.size() == wanted_voters(w.all, w.rules));
    REQUIRE(spread(w.replicas(), std::min(w.all.size(), w.replicas().size())) <= 1);
  }
}
