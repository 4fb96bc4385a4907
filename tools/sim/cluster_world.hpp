#pragma once

#include "actors/node/cluster_part.hpp"
#include "actors/node/uuid.hpp"
#include "tools/sim/clients.hpp"
#include "tools/sim/life.hpp"
#include "tools/sim/machine.hpp"
#include "tools/sim/network.hpp"
#include "tools/sim/world.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::sim {

class carrier;

/// A machine with its disk and its processes, and the daemon on it.
struct sim_node {
  node_no number = 0;
  actors::cluster_seat seat; ///< as its disk has it
  std::shared_ptr<storage::memory_disk> disk;
  std::shared_ptr<machine> jobs;
  outside around;
  time_ms skew = 0; ///< of its wall clock
  std::unique_ptr<actors::cluster_part> part;
  std::optional<life> now;
  std::weak_ptr<carrier> pictures;
  std::uint64_t life_no = 0;
  bool paused = false;
  bool gone = false;  ///< left the cluster for ever
  time_ms missed = 0; ///< while paused
};

class cluster_world;

class carrier final : public actors::picture_carrier {
public:
  carrier(cluster_world& world, actors::courier_deps deps)
    : world_(world),
      deps_(std::move(deps)) {}

  void carry(wire::raft_mail what) override;

  bool on_frame(link::node_no, link::frame_kind, std::string_view) override { return true; }

  void on_down(link::node_no) override {}

  const actors::courier_deps& deps() const { return deps_; }

private:
  cluster_world& world_;
  actors::courier_deps deps_;
};

/// Runs one seed of a cluster: nodes found it and join, and under random work their links are cut,
/// they die, stand still, have full disks and wrong clocks, join and leave. When all that is over,
/// everything comes to rest, and what `simulate` promises must hold, and more: a read sees what was
/// acknowledged before it and never less than an earlier one, no job runs twice at a time or again
/// after its end was recorded, and all replicas of a shard have the same rows.
class cluster_world : public front {
public:
  explicit cluster_world(const world_options& options)
    : options_(options),
      random_(options.seed),
      expression_random_(options.seed ^ 0x5e1ULL),
      net_(random_),
      uuids_(options.seed ^ 0x5eedULL),
      rows_(*this) {}

  verdict run();

  // -- what clients see ---------------------------------------------------------------------------

  void ask(engine::entity_id to, engine::message_ptr what,
           std::function<void(result<engine::answer>)> done) override;

  const storage::read_view& rows() const override { return rows_; }

  time_ms now() const override { return now_; }

  std::string make_uuid() override { return uuids_(); }

  // -- for carriers -------------------------------------------------------------------------------

  std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }

  void take_picture(node_no from, const std::shared_ptr<wire::raft_mail>& mail);

  /// Calls it unless that life of the node is over by then; node 0 is the world.
  void later(node_no node, std::uint64_t life_no, time_ms pause, std::function<void()> call) {
    events_.emplace(now_ + pause, event{node, life_no, std::move(call)});
  }

private:
  struct event {
    node_no node = 0;
    std::uint64_t life_no = 0;
    std::function<void()> call;
  };

  struct open_ask {
    node_no node = 0;
    std::function<void(result<engine::answer>)> done;
  };

  /// Each shard where most of it is applied.
  class newest_rows final : public storage::read_view {
  public:
    explicit newest_rows(const cluster_world& world) : world_(world) {}

    result<std::optional<std::string>> get(storage::shard_id shard,
                                           std::string_view key) const override {
      auto* store = world_.newest(shard);
      if (!store)
        return nobody;
      return store->get(shard, key);
    }

    status scan(storage::shard_id shard, std::string_view from, std::string_view to,
                const row_visitor& visit) const override {
      auto* store = world_.newest(shard);
      return store ? store->scan(shard, from, to, visit) : status{nobody};
    }

    status scan_back(storage::shard_id shard, std::string_view from, std::string_view to,
                     const row_visitor& visit) const override {
      auto* store = world_.newest(shard);
      return store ? store->scan_back(shard, from, to, visit) : status{nobody};
    }

    result<storage::shard_position> position(storage::shard_id shard) const override {
      auto* store = world_.newest(shard);
      if (!store)
        return nobody;
      return store->position(shard);
    }

  private:
    inline static const error nobody{ec::unavailable, "no node is up"};

    const cluster_world& world_;
  };

  void say(std::string what) {
    if (found_.violations.size() < 20)
      found_.violations.push_back(std::move(what));
  }

  const storage::node_store* newest(storage::shard_id shard) const;
  std::vector<sim_node*> nodes_up();
  sim_node* any_up();

  // -- nodes --------------------------------------------------------------------------------------

  sim_node& make_node(actors::cluster_seat seat);
  void begin_process(sim_node& n);
  void end_process(sim_node& n);
  void crash(sim_node& n, bool power);
  void join();
  void on_joined(const engine::cluster_changed& x, const std::string& address);
  void order(cluster::membership_command what, std::function<void(result<engine::answer>)> done);
  void watch_leaving(node_no node);

  // -- faults -------------------------------------------------------------------------------------

  void break_something();
  void cut_some();
  void pause_one();
  void stop_pause(sim_node& n);
  bool unharmed() const;

  // -- steps --------------------------------------------------------------------------------------

  void act();
  void pass_to(time_ms time);
  time_ms next_time();
  bool clients_act();
  void read_one();
  void on_work(const sim_node& n, const wire::work& x);
  void on_start(const sim_node& n, const std::string& uuid);
  void on_job_event(node_no node, const std::string& uuid, const worker::job_event& what);

  // -- the end ------------------------------------------------------------------------------------

  bool calm();
  std::string pending_text();
  bool converge();
  std::string compare();
  void finish();

  world_options options_;
  std::mt19937_64 random_;
  std::mt19937_64 expression_random_;
  network net_;
  actors::uuid_source uuids_;
  newest_rows rows_;
  config::node_options settings_;
  time_ms now_ = 0; ///< true time, and that of all steady clocks
  std::multimap<time_ms, event> events_;
  std::map<node_no, std::unique_ptr<sim_node>> nodes_;
  std::optional<clients> clients_;
  std::map<std::uint64_t, open_ask> asks_;
  std::uint64_t last_ask_ = 0;
  std::map<std::string, engine::entity_id> steps_of_jobs_;
  std::set<std::string> forgotten_; ///< jobs whose end is recorded
  std::map<storage::shard_id, storage::log_index> read_floor_;
  bool dying_ = false;
  bool ending_ = false; ///< nobody wants anything any more
  int joins_wanted_ = 0;
  bool joining_ = false;
  int last_port_ = 9000;
  int faults_left_ = 0;
  int removals_left_ = 0;
  int unhealed_ = 0;
  int long_jobs_left_ = 10;
  std::uint64_t looks_ = 0;
  verdict found_;
};

} // namespace tutti::sim
