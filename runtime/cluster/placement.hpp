#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

/// Where replicas and leaders of shards should be: what to change next, from what is there now.
namespace tutti::cluster {

using node_no = std::uint64_t;
using shard_no = std::uint16_t;

/// What an operator wants of a node. Stored: append only.
enum class node_mode : std::uint8_t {
  active = 0,
  /// Keeps what it has, gets nothing new.
  cordoned = 1,
  /// Leaders and work leave it. Replicas leave too where another node can take them; where none can
  /// they stay, since fewer copies would be worse.
  draining = 2,
  /// Goes for ever: replicas leave it even if fewer remain.
  leaving = 3,
};

struct node_view {
  node_no node = 0;
  node_mode mode = node_mode::active;
  /// Reached at present. `silent_ms` is for how long it has not been.
  bool reachable = true;
  std::int64_t silent_ms = 0;
  /// Its disk takes nothing: it can neither lead nor acknowledge.
  bool read_only = false;
};

/// A shard as its leader sees it.
struct shard_view {
  shard_no shard = 0;
  node_no leader = 0; ///< 0: nobody leads, so nothing can be changed
  std::vector<node_no> voters;
  std::vector<node_no> learners;
  std::vector<node_no> caught_up; ///< learners that can become voters
  bool changing = false;          ///< a change of members is on its way
  std::uint64_t load = 0;         ///< work of its leader, in any unit that is the same for all
};

struct placement_rules {
  std::size_t replicas = 3;
  /// A node that is silent for longer is replaced.
  std::int64_t dead_after_ms = 600'000;
  /// Replicas that are filled at one time: each costs the network and two disks.
  std::size_t fills_max = 2;
  /// Leaders that move at one time.
  std::size_t transfers_max = 2;
  /// Leaders move for balance only if the heavier node has so much more than the lighter one, in
  /// percent of the average; against moving to and fro.
  std::uint64_t leader_slack_percent = 20;
};

/// Begin to fill a replica.
struct add_learner {
  shard_no shard = 0;
  node_no node = 0;

  bool operator==(const add_learner&) const = default;
};

/// A filled replica gets its vote, and in the same step another one goes (0: none does).
struct promote {
  shard_no shard = 0;
  node_no node = 0;
  node_no instead_of = 0;

  bool operator==(const promote&) const = default;
};

struct remove_replica {
  shard_no shard = 0;
  node_no node = 0;

  bool operator==(const remove_replica&) const = default;
};

struct transfer_leader {
  shard_no shard = 0;
  node_no to = 0;

  bool operator==(const transfer_leader&) const = default;
};

using move = std::variant<add_learner, promote, remove_replica, transfer_leader>;

/// What to do next. Empty when all is as it should be, or when that has to wait for a move on its
/// way. Missing and endangered copies come before balance. Carrying out all of it at once is safe,
/// and so is carrying out none: the next plan is made from what is there then.
std::vector<move> plan_moves(const std::vector<node_view>& nodes,
                             const std::vector<shard_view>& shards, const placement_rules& rules);

/// How many voters a shard should have: the largest odd number that neither the rules nor the nodes
/// that stay exceed. A dead node counts until it is told to leave, since its return is likelier
/// than that fewer copies are wanted.
std::size_t wanted_voters(const std::vector<node_view>& nodes, const placement_rules& rules);

} // namespace tutti::cluster
