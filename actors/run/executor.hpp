#pragma once

#include "actors/wire/job_lease.hpp"
#include "actors/wire/shard_messages.hpp"
#include "actors/worker/job_runner.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tutti::actors {

/// The other nodes of a cluster, as the executor needs them.
struct job_peers {
  struct peer {
    std::uint64_t node = 0;
    /// Another one at each start of its process.
    std::uint64_t incarnation = 0;
    /// For how long it has not been heard of; 0 while it is up.
    std::int64_t silent_ms = 0;
    /// Since the last sign of life, also while it is up.
    std::int64_t unheard_ms = 0;
  };

  /// All members but this node.
  std::function<std::vector<peer>()> members;
  /// For how long a majority has not heard of a member.
  std::function<std::int64_t(std::uint64_t node)> agreed_silence_ms;
  std::function<void(std::uint64_t node, const wire::job_asked&)> ask;
  std::function<void(std::uint64_t node, const wire::job_answer&)> answer;
  /// To all that are up.
  std::function<void(const wire::job_order&)> spread;
  /// This node leads the shard of the step, in that term, as far as it has heard.
  std::function<bool(const engine::entity_id& step, std::uint64_t term)> leads;
  /// The same, after a majority has said so; `done` is called once, on any thread. False if that
  /// cannot be found out now.
  std::function<void(const engine::entity_id& step, std::uint64_t term,
                     std::function<void(bool leads)> done)>
    confirm;
  /// To whoever leads the shard of the step, if that is another node; false if it is this one.
  std::function<bool(const engine::entity_id& step, const engine::message_ptr& news)> tell_abroad;
  /// Where a node hears of no majority for half of this time, or stands still, the supervisors end
  /// its jobs. A job of a node that a majority has not heard of for all of it is lost: its step
  /// goes on with another attempt.
  std::int64_t lease_ms = wire::job_lease_ms;
  /// Broken on purpose: starts what it is told, whoever may have it. Never set outside tests.
  bool skip_fence = false;
};

struct executor_deps {
  std::shared_ptr<worker::job_runner> runner;
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
  /// Absent on a node alone.
  std::optional<job_peers> peers{};
};

/// Spawns the executor of a node: orders of steps to the process runner, and its news back to the
/// steps. Nothing of it is durable: jobs have run folders, and steps repeat their orders.
wire::executor_actor spawn_executor(caf::actor_system& system, executor_deps deps);

/// What the runner's events mean to a step; nothing for progress of logs.
std::optional<engine::job_update> to_update(const std::string& step_uuid,
                                            const worker::job_event& event, engine::time_ms now);

} // namespace tutti::actors
