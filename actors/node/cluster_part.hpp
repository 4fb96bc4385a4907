#pragma once

#include "actors/cluster/caretaker.hpp"
#include "actors/cluster/cluster_folder.hpp"
#include "actors/cluster/cluster_rows.hpp"
#include "actors/cluster/node_links.hpp"
#include "actors/cluster/picture_courier.hpp"
#include "actors/journal/log_writer.hpp"
#include "actors/journal/shard_keeper.hpp"
#include "actors/node/later.hpp"
#include "actors/run/executor.hpp"
#include "actors/run/gateway.hpp"
#include "actors/wire/shard_map.hpp"
#include "config/options/node_options.hpp"
#include "storage/journal/node_store.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tutti::actors {

/// What a cluster part needs of the world; a simulation has its own.
struct outside_world {
  transport_maker connect = over_sockets;
  std::function<result<std::shared_ptr<picture_carrier>>(courier_deps, picture_limits)> carrier;
  /// Calls a function after a pause, unless the part is gone by then.
  std::function<void(std::chrono::milliseconds, std::function<void()>)> later;
  std::function<std::int64_t()> steady_ms;
  std::function<std::int64_t()> wall_ms;
  std::function<status(const cluster_seat&)> save_seat;
};

/// That of a daemon: sockets, a thread for calls, clocks and the data folder. `calls` ends before
/// the part does.
outside_world real_world(const config::node_options& options, later& calls);

/// What a node has to do with other nodes, as one part: links, pictures, the care for replicas,
/// reads of what others lead. Wires, and decides nothing. Any thread, unless said otherwise.
class cluster_part {
public:
  cluster_part(cluster_seat seat, const config::node_options& options, engine::shard_no shards,
               outside_world world);

  cluster_part(const cluster_part&) = delete;
  cluster_part& operator=(const cluster_part&) = delete;
  ~cluster_part();

  // -- before the actors are spawned --------------------------------------------------------------

  void wire_up(log_writer_deps& log);
  void wire_up(gateway_deps& doors);
  void wire_up(keeper_deps& keeper);
  void wire_up(executor_deps& work);

  /// Speaks to the others from now on.
  struct surroundings {
    std::shared_ptr<const storage::read_view> store;
    wire::log_actor log;
    wire::gateway_actor gateway;
    wire::executor_actor executor;
    std::shared_ptr<const shard_map> keepers;
    /// Jobs that run here, and that may run at a time.
    std::function<std::pair<std::uint64_t, std::uint64_t>()> jobs;
    std::function<bool()> read_only;
  };

  status open(surroundings around);

  /// Gives the lead of shards to other nodes, so that nobody has to notice that this one goes.
  /// Waits until that is done, at most for `patience`.
  void hand_over(std::chrono::milliseconds patience);

  /// Reads fail from now on, so that nobody waits for them.
  void stop_reads();

  /// Cuts all links. Not from a handler.
  void stop();

  // -- while it runs ------------------------------------------------------------------------------

  /// Says where this node is, now and until it is heard.
  void announce(const std::string& http);

  /// Every shard has a leader that this node knows of.
  bool leaders_known() const;

  cluster_rows& rows() { return *rows_; }

  node_links& links() { return *links_; }

  const cluster_seat& seat() const { return seat_; }

  /// Members, leaders and replicas as they are now; asks the other nodes.
  void describe(std::function<void(boost::json::object)> done);

  /// A new token for `uses` nodes, good for `valid_ms`; `done` is called once.
  void make_token(std::int64_t valid_ms, std::int64_t uses, const std::string& caller,
                  std::function<void(result<std::string>)> done);

private:
  std::shared_ptr<picture_carrier> courier() const;
  void on_job_frame(cluster::node_no from, shard_word kind, std::string_view payload);
  void ask(cluster::membership_command what, std::function<void(result<engine::answer>)> done);
  void on_members(const engine::cluster_changed& members, bool first_hand);
  void on_join(const link::join_request& asked, link::join_reply answer);
  void say_hello();
  void keep_seat();
  cluster::node_record own_record() const;
  boost::json::object described(const std::vector<surveyed_node>& seen) const;

  config::node_options options_;
  engine::shard_no shards_;
  outside_world world_;
  std::shared_ptr<node_links> links_;
  std::shared_ptr<caretaker> care_;
  std::shared_ptr<cluster_rows> rows_;

  mutable std::mutex lock_; ///< guards what follows
  cluster_seat seat_;
  std::string http_;
  engine::cluster_changed members_;
  wire::gateway_actor gateway_;
  wire::log_actor log_;
  wire::executor_actor executor_;
  std::shared_ptr<picture_carrier> courier_;
  bool stopped_ = false;
};

} // namespace tutti::actors
