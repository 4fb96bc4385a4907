#pragma once

#include "actors/journal/node_groups.hpp"
#include "actors/wire/shard_messages.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace tutti::actors {

/// A round on its way to the disk. The receiver owns what it points at.
struct disk_order {
  std::shared_ptr<node_groups::round> what;
};

using disk_actor = caf::typed_actor<
  // Answered by `disk_done` to the log, in the order of asking.
  caf::reacts_to<disk_order, wire::log_actor>>;

/// What the disk did, and how long it took.
wire::disk_done perform_timed(storage::node_store& store, node_groups::round& what,
                              const std::function<std::uint64_t()>& steady_us);

/// Performs rounds beside the log, so that signs of life do not wait for the disk.
disk_actor spawn_disk_writer(caf::actor_system& system, std::shared_ptr<storage::node_store> store,
                             std::function<std::uint64_t()> steady_us, bool own_thread);

} // namespace tutti::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::actors::disk_order)
