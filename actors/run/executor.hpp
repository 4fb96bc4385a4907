#pragma once

#include "actors/wire/shard_messages.hpp"
#include "actors/worker/process_runner.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace tutti::actors {

struct executor_deps {
  std::shared_ptr<worker::process_runner> runner;
  engine::shard_no shards = 0;
  std::function<wire::shard_keeper_actor(engine::shard_no)> peer;
  std::function<engine::time_ms()> now;
  worker::job_limits limits;
  /// The end of a job is recorded: its folder may be put away. Must not wait.
  std::function<void(const std::string& step_uuid)> forget = [](const std::string&) {};
  /// The attempt is deleted: its logs may go.
  std::function<void(const std::string& step_uuid)> erase = [](const std::string&) {};
  std::int64_t grace_ms = 10'000;
  /// Jobs that wait for a free place; over it jobs are refused and offered again by their steps.
  std::size_t queue_max = 10'000;
};

/// Spawns the executor of a node: orders of steps to the process runner, and its news back to the
/// steps. Nothing of it is durable: jobs have run folders, and steps repeat their orders.
wire::executor_actor spawn_executor(caf::actor_system& system, executor_deps deps);

/// What the runner's events mean to a step; nothing for progress of logs.
std::optional<engine::job_update> to_update(const std::string& step_uuid,
                                            const worker::job_event& event, engine::time_ms now);

} // namespace tutti::actors
