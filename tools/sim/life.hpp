#pragma once

#include "actors/journal/log_writer.hpp"
#include "actors/journal/shard_keeper.hpp"
#include "actors/wire/shard_map.hpp"
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

/// One process life of a node on top of a disk that outlives it: the real actors, on one thread,
/// with a virtual clock, and a seed that says which of the ready actors goes next.
class life {
public:
  life(outside& world, const std::shared_ptr<storage::memory_disk>& disk, shard_no shards,
       const actors::keeper_sabotage& sabotage, actors::disk_mode mode);
  life(const life&) = delete;
  life& operator=(const life&) = delete;
  ~life();

  /// Runs one message; false if nobody has anything to do.
  bool step();

  /// Moves the clock and wakes who waited for it.
  void pass(std::chrono::milliseconds span);

  /// Milliseconds until the next timer of any kind fires; negative if there is none.
  std::int64_t until_next_timer() const;

  /// Asks an entity something.
  void ask(engine::entity_id to, engine::message_ptr what,
           std::function<void(result<engine::answer>)> done);

  /// News of a job for its step.
  void tell(const engine::entity_id& step, engine::job_update news);

  /// A keeper loses its place: its memory dies, and it is made anew from applied rows.
  void depose(shard_no shard);

  bool serving() const { return counters_->serving.load() == shards_; }

  std::uint64_t failures() const { return counters_->failures.load(); }

  const storage::node_store& store() const { return *store_; }

  shard_no shards() const { return shards_; }

private:
  struct config : caf::actor_system_config {
    config();
  };

  void spawn(const actors::keeper_sabotage& sabotage, actors::disk_mode mode);

  outside& world_;
  shard_no shards_;
  config config_;
  std::shared_ptr<storage::node_store> store_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
  std::shared_ptr<actors::keeper_counters> counters_;
  std::shared_ptr<actors::shard_map> map_;
  wire::gateway_actor gateway_;
  wire::executor_actor executor_;
  wire::log_actor log_;
};

} // namespace tutti::sim
