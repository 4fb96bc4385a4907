#pragma once

#include "actors/journal/node_groups.hpp"
#include "actors/wire/shard_messages.hpp"
#include "storage/journal/node_store.hpp"

#include <caf/actor_system.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace tutti::actors {

struct log_counters {
  std::atomic<std::uint64_t> commits{0};  ///< batches
  std::atomic<std::uint64_t> bytes{0};    ///< of rows
  std::atomic<std::uint64_t> write_us{0}; ///< time spent in the store
  std::atomic<std::uint64_t> failures{0};
};

/// Who waits for the disk.
enum class disk_mode : std::uint8_t {
  /// The log itself: the shortest way to a commit, if nobody else waits for signs of life.
  inside,
  /// An actor beside it, on a thread of its own.
  beside,
};

struct log_writer_deps {
  std::shared_ptr<storage::node_store> store;
  std::shared_ptr<log_counters> counters;
  /// Steady clock in microseconds, for the counters.
  std::function<std::uint64_t()> steady_us;
  /// Tells the node whether writes are possible; called on the writer's thread.
  std::function<void(const error* why)> on_health;
  group_settings groups{};
  disk_mode disk = disk_mode::inside;
  /// Of consensus; only groups of several members have ticks.
  std::chrono::milliseconds tick{100};
  /// Carries mail to other nodes; called on the writer's thread. None: there are no others.
  std::function<void(wire::raft_mail)> peer_sender{};
  /// Carries words about rest to other nodes; called on the writer's thread.
  std::function<void(const wire::rest_word&)> rest_sender{};
  /// Asks the leader of a shard for `wire::index_told`; called on the writer's thread.
  std::function<void(raft::node_no leader, storage::shard_id shard, const std::string& context)>
    ask_index{};
  /// This node leads the shard in that term; called on the writer's thread.
  std::function<void(storage::shard_id shard, storage::term_no term)> on_lead{};
};

/// The log of a node: drives the replicas of all its shards. What they want on the disk at a time
/// is one synced write. Owns all writing to the store, so a real node detaches it.
///
/// Full disk: proposals are refused, their shards step down (memory that ran ahead dies), and lead
/// again once there is room. Any other failure of a write is final for this process: reads go on,
/// nothing is acknowledged any more.
wire::log_actor spawn_log_writer(caf::actor_system& system, log_writer_deps deps, bool own_thread);

} // namespace tutti::actors
