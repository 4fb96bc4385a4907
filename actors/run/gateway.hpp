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
  /// Questions that wait at a time; more are refused.
  std::size_t waiting_max = 10'000;
  /// After this pause a question is answered `timeout`; what it asked may still happen.
  std::int64_t patience_ms = 30'000;
};

/// Spawns the gateway: the router between whoever asks (HTTP sessions, tests, tools) and the
/// keepers. It keeps only who waits for what.
wire::gateway_actor spawn_gateway(caf::actor_system& system, gateway_deps deps);

} // namespace tutti::actors
