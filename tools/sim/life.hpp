#pragma once

#include "actors/journal/log_writer.hpp"
#include "actors/journal/shard_keeper.hpp"
#include "actors/node/cluster_part.hpp"
#include "actors/wire/shard_map.hpp"
#include "actors/worker/job_runner.hpp"
#include "storage/memory/memory_store.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace tutti::sim {

using engine::shard_no;
using engine::time_ms;

/// What happens around a node and outlives it: the clock, the jobs, and whoever listens.
struct outside {
  time_ms now = 1'800'000'000'000;
  std::mt19937_64 random;
  /// An order reached the executor.
  std::function<void(const wire::work&)> on_work;
  /// Makes uuids; the same seed makes the same ones.
  std::function<std::string()> make_uuid;
  /// Expressions, with this clock and random numbers of the same seed.
  std::shared_ptr<const params::expression_evaluator> language;
};

struct life_options {
  shard_no shards = 3;
  actors::keeper_sabotage sabotage{};
  actors::disk_mode mode = actors::disk_mode::inside;
  // -- of a node with others --
  actors::group_settings groups{};
  actors::cluster_part* cluster = nullptr; ///< outlives the life
  /// None: orders only reach `outside::on_work`.
  std::shared_ptr<worker::job_runner> runner{};
  std::function<void(const std::string& uuid)> forget_job{};
  std::function<std::uint64_t()> job_count{};
  bool skip_fence = false;
};

/// One process life of a node on top of a disk that outlives it: the real actors, on one thread,
/// with a virtual clock, and a seed that says which of the ready actors goes next.
class life {
public:
  life(outside& world, const std::shared_ptr<storage::memory_disk>& disk, life_options options);
  life(const life&) = delete;
  life& operator=(const life&) = delete;
  ~life();

  /// Runs one message; false if nobody has anything to do.
  bool step();

  /// Wakes who waited for that time; the wall clock is moved by whoever owns it.
  void pass(std::chrono::milliseconds span);

  /// Milliseconds until the next timer of any kind fires; negative if there is none.
  std::int64_t until_next_timer() const;

  /// Asks an entity something.
  void ask(engine::entity_id to, engine::message_ptr what,
           std::function<void(result<engine::answer>)> done);

  /// News of a job for its step.
  void tell(const engine::entity_id& step, engine::job_update news);

  /// News of a job for the executor.
  void tell_executor(engine::job_update news);

  /// Reads are as new as now when `done` says true; see `wire::read_barrier`.
  void read(shard_no shard, std::function<void(result<bool>)> done);

  /// Gives the lead of a shard away, if it is here.
  void hand_over(shard_no shard, cluster::node_no to);

  /// A keeper loses its place: its memory dies, and it is made anew from applied rows.
  void depose(shard_no shard);

  bool serving() const { return counters_->serving.load() == options_.shards; }

  /// Somebody has something to do.
  bool busy() const { return !scheduler_.jobs.empty(); }

  std::uint64_t failures() const { return counters_->failures.load(); }

  const storage::node_store& store() const { return *store_; }

  shard_no shards() const { return options_.shards; }

private:
  struct config : caf::actor_system_config {
    config();
  };

  void spawn();
  void spawn_executor(const std::function<wire::shard_keeper_actor(shard_no)>& peer);

  outside& world_;
  life_options options_;
  config config_;
  std::shared_ptr<storage::node_store> store_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
  std::shared_ptr<actors::keeper_counters> counters_;
  bool disk_takes_nothing_ = false;
  std::shared_ptr<actors::shard_map> map_;
  wire::gateway_actor gateway_;
  wire::executor_actor executor_; ///< what keepers order from
  wire::executor_actor worker_;   ///< the real one, if there is a runner
  wire::log_actor log_;
};

} // namespace tutti::sim
