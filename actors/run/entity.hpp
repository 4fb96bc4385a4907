#pragma once

#include "actors/wire/shard_messages.hpp"
#include "runtime/engine/outcome.hpp"
#include "runtime/engine/store_reader.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tutti::actors {

/// What every entity of a shard shares.
struct entity_deps {
  /// Wall clock in ms; tests pass a simulated one.
  std::function<engine::time_ms()> now;
  std::function<std::string()> make_uuid;
  std::shared_ptr<const engine::engine_options> options;
  std::shared_ptr<const engine::row_reader> rows;
  std::shared_ptr<const params::expression_evaluator> language;
};

/// Spawns the actor of an entity: the thin skin around its core. It loads its memory from rows
/// with the first message, decides, and sends what follows to its keeper; nothing else.
wire::entity_actor spawn_entity(caf::actor_system& system, const entity_deps& deps,
                                const engine::entity_id& id, std::uint64_t epoch,
                                std::uint64_t slot, const wire::shard_keeper_actor& keeper);

} // namespace tutti::actors
