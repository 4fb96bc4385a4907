#pragma once

#include "actors/journal/log_writer.hpp"
#include "actors/journal/shard_keeper.hpp"
#include "actors/node/later.hpp"
#include "actors/wire/shard_map.hpp"
#include "actors/wire/shard_messages.hpp"
#include "actors/worker/process_runner.hpp"
#include "actors/worker/run_cleaner.hpp"
#include "config/options/node_options.hpp"
#include "storage/journal/node_store.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace tutti::storage {

struct rocks_options;

} // namespace tutti::storage

namespace tutti::actors {

class cluster_part;

/// For tests: changes how the store is opened, for example to a disk with faults.
using store_tuner = std::function<void(storage::rocks_options&)>;

/// What a node counts; read by status and metrics.
struct node_counters {
  std::shared_ptr<keeper_counters> keepers = std::make_shared<keeper_counters>();
  std::shared_ptr<log_counters> log = std::make_shared<log_counters>();
};

/// One durable node without its API: the store, the actors, and the process runner. Owns all of
/// them and stops them in order. Single-threaded use of its own functions, except `ask`.
class node {
public:
  /// Opens the data folder and starts serving. Fails with a sentence that says what to do.
  static result<std::unique_ptr<node>> start(const config::node_options& options,
                                             const store_tuner& tune = {});

  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node();

  /// Asks an entity something; `done` is called once, on the gateway's thread. Any thread.
  /// `patience_ms` 0 = the usual one.
  void ask(engine::entity_id to, engine::message_ptr what,
           std::function<void(result<engine::answer>)> done, std::int64_t patience_ms = 0);

  /// All shards serve, here or, as far as this node has heard, on others.
  bool serving() const;

  /// Waits until all shards serve; false when the time is up.
  bool wait_until_serving(std::chrono::milliseconds patience) const;

  /// Why writes are not possible now; nothing if all is well.
  std::optional<error> trouble() const;

  const storage::node_store& store() const { return *store_; }

  std::shared_ptr<const storage::read_view> rows() const { return store_; }

  const node_counters& counters() const { return counters_; }

  engine::shard_no shards() const { return shards_; }

  worker::process_runner& runner() { return *runner_; }

  /// Null on a node that is alone.
  cluster_part* cluster() const { return cluster_.get(); }

private:
  struct config : caf::actor_system_config {
    explicit config(const ::tutti::config::node_options& options);
  };

  explicit node(const ::tutti::config::node_options& options);

  status open(const store_tuner& tune);
  status spawn();

  ::tutti::config::node_options options_;
  engine::shard_no shards_ = 0;
  group_settings groups_;
  node_counters counters_;
  std::shared_ptr<storage::node_store> store_;
  std::shared_ptr<worker::process_runner> runner_;
  std::shared_ptr<worker::run_cleaner> cleaner_;
  std::shared_ptr<shard_map> map_;
  // Its handlers use the actors: it ends before the system does.
  std::unique_ptr<cluster_part> cluster_;
  std::optional<later> later_; ///< its calls end before the part does
  config system_config_;
  std::optional<caf::actor_system> system_;
  wire::gateway_actor gateway_;
  wire::executor_actor executor_;
  wire::log_actor log_;
  mutable std::mutex trouble_lock_;
  std::optional<error> trouble_;
};

/// Wall clock in milliseconds.
engine::time_ms wall_ms();

} // namespace tutti::actors
