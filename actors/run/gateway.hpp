#pragma once

#include "actors/wire/shard_messages.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>

namespace tutti::actors {

struct gateway_deps {
  std::function<engine::time_ms()> now;
  engine::shard_no shards = 0;
  std::function<wire::shard_keeper_actor(engine::shard_no)> peer;
  /// Names this node in the numbers of its clients: they travel with letters to other shards, and
  /// whoever leads those answers.
  cluster::node_no node = 0;
  /// Takes an answer to the node whose client it is for.
  std::function<void(cluster::node_no, const wire::reply&)> answer_abroad{};
  /// The node that leads a shard, if it is another one; 0 = this one, or nobody is known. Absent on
  /// a node alone.
  std::function<cluster::node_no(engine::shard_no)> elsewhere{};
  /// Sends a question to another node, whose answer comes back as `wire::reply`; false: it cannot
  /// be reached.
  std::function<bool(cluster::node_no, std::uint64_t number, const engine::entity_id&,
                     const engine::message_ptr&, std::int64_t patience_ms)>
    carry{};
  /// The members of the cluster were told to somebody by this node.
  std::function<void(const engine::cluster_changed&)> on_members{};
  /// For so long a question that found no leader is asked again; a shard gets a new one meanwhile.
  std::int64_t leader_patience_ms = 10'000;
  /// Questions that wait at a time; more are refused.
  std::size_t waiting_max = 10'000;
  /// After this pause a question is answered `timeout`; what it asked may still happen.
  std::int64_t patience_ms = 30'000;
};

/// Spawns the gateway: the router between whoever asks (HTTP sessions, tests, tools) and the
/// keepers. It keeps only who waits for what.
wire::gateway_actor spawn_gateway(caf::actor_system& system, gateway_deps deps);

} // namespace tutti::actors
