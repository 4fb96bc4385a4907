#pragma once

#include "actors/run/entity.hpp"
#include "actors/wire/shard_messages.hpp"

#include <caf/actor_system.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace tutti::actors {

/// Bounds of one shard.
struct keeper_limits {
  /// Entities in memory; over it the ones longest idle leave.
  std::size_t active_max = 512;
  /// Messages on their way to entities; over it requests of clients are refused.
  std::size_t underway_max = 20'000;
  /// Timers kept in memory; the later ones are only rows.
  std::size_t timer_window = 4096;
  /// An entity that heard nothing for so long leaves memory.
  std::int64_t passivate_after_ms = 10'000;
  /// Letters to another node that are not confirmed after this pause are sent again.
  std::int64_t letters_patience_ms = 2'000;
  /// Proposals that wait for the log at a time.
  std::size_t window = 2;
};

/// Totals of all keepers of a node; only ever added to.
struct keeper_counters {
  std::atomic<std::uint64_t> proposals{0};
  std::atomic<std::uint64_t> rows{0};
  std::atomic<std::uint64_t> deliveries{0};
  std::atomic<std::uint64_t> letters{0};
  std::atomic<std::uint64_t> pending_rows{0};
  std::atomic<std::uint64_t> spawned{0};
  std::atomic<std::uint64_t> timers_fired{0};
  std::atomic<std::uint64_t> failures{0};
  std::atomic<std::int64_t> active{0};
  std::atomic<std::int64_t> serving{0};
};

/// What can be broken on purpose, so that tests prove that they would see it. Never set outside
/// tests.
struct keeper_sabotage {
  /// Effects leave before their cause is committed.
  bool release_early = false;
  /// The inbox row is not written: a letter may count twice after a restart.
  bool forget_inbox = false;
  /// Timers are not read back after a restart.
  bool forget_timers = false;
};

struct keeper_deps {
  engine::shard_no shard = 0;
  entity_deps entity;
  wire::log_actor log;
  wire::executor_actor executor;
  wire::gateway_actor gateway;
  /// The keeper that leads a shard now.
  std::function<wire::shard_keeper_actor(engine::shard_no)> peer;
  /// Where a shard is led by another node: takes letters along, and says true. Absent on a node
  /// alone.
  std::function<bool(engine::shard_no to, const wire::letters&)> letters_abroad{};
  std::function<bool(engine::shard_no to, const wire::letters_received&)> confirm_abroad{};
  keeper_limits limits;
  std::shared_ptr<keeper_counters> counters;
  keeper_sabotage sabotage;
};

/// Spawns the keeper of a shard: the one order of everything that happens in it.
///
/// Entities decide; the keeper gathers their rows, messages and effects into batches, gets each
/// batch committed, and only then lets anything leave the shard: replies, orders to executors,
/// letters to other shards. Messages inside the shard go on at once. What was delivered and not
/// yet handled when a batch closes becomes a row of that batch, so that a crash can only cut a
/// suffix and never lose a message whose cause survived.
wire::shard_keeper_actor spawn_shard_keeper(caf::actor_system& system, keeper_deps deps);

} // namespace tutti::actors
