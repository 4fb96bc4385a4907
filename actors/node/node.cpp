#include "actors/node/node.hpp"

#include "actors/node/cluster_part.hpp"
#include "actors/node/data_folder.hpp"
#include "actors/node/uuid.hpp"
#include "actors/node/version.hpp"
#include "actors/run/executor.hpp"
#include "actors/run/gateway.hpp"
#include "actors/run/process_language.hpp"
#include "actors/run/shard_rows.hpp"
#include "runtime/base/log.hpp"
#include "storage/rocks/rocks_store.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <filesystem>
#include <thread>

namespace tutti::actors {

engine::time_ms wall_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

namespace {

std::uint64_t steady_us() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
    duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count());
}

std::string make_uuid() {
  thread_local uuid_source source;
  return source();
}

/// A node alone is the only voter of its shards, and so is the founder of a cluster; who joins one
/// waits to be added.
group_settings groups_of(const config::node_options& options, raft::node_no node, bool joins) {
  group_settings out;
  out.node = node;
  out.voters.clear();
  if (!joins)
    out.voters.push_back(node);
  out.heartbeat_ticks = 1;
  out.election_ticks
    = static_cast<std::uint32_t>(options.raft_election_timeout_ms / options.raft_heartbeat_ms);
  out.log_keep = static_cast<storage::log_index>(options.raft_log_entries);
  return out;
}

/// A shard gets its share of the entities in memory, but never too few to work.
constexpr std::size_t active_min = 128;

constexpr std::int64_t ms_per_s = 1000;

} // namespace

node::config::config(const ::tutti::config::node_options& options) {
  // Work stealing polls while idle; sharing sleeps, and wakes faster.
  set("scheduler.policy", caf::atom("sharing"));
  // Without a bound, an actor that always has mail keeps its thread for ever.
  set("scheduler.max-throughput", std::size_t{200});
  auto threads = options.workers > 0
                   ? static_cast<std::size_t>(options.workers)
                   : std::max<std::size_t>(2, std::thread::hardware_concurrency());
  set("scheduler.max-threads", threads);
}

node::node(const ::tutti::config::node_options& options)
  : options_(options),
    system_config_(options) {
  // nop
}

result<std::unique_ptr<node>> node::start(const ::tutti::config::node_options& options,
                                          const store_tuner& tune) {
  std::unique_ptr<node> made{new node{options}};
  if (auto ok = made->open(tune); !ok)
    return ok.error();
  if (auto ok = made->spawn(); !ok)
    return ok.error();
  return made;
}

status node::open(const store_tuner& tune) {
  auto seat = take_seat(options_, program_version, wall_ms() / ms_per_s);
  if (!seat)
    return seat.error();
  if (*seat) {
    options_.shards = (*seat)->shards;
    options_.node_id = static_cast<std::int64_t>((*seat)->node);
  }
  auto folder = open_data_folder(options_.data, options_.shards, options_.node_id);
  if (!folder)
    return folder.error();
  shards_ = folder->shards;
  groups_ = groups_of(options_, static_cast<raft::node_no>(folder->node_id),
                      *seat && !(*seat)->founder);
  if (*seat)
    cluster_ = std::make_unique<cluster_part>(std::move(**seat), options_, shards_,
                                              real_world(options_, later_.emplace()));
  storage::rocks_options tuning;
  tuning.write_buffer_bytes = static_cast<std::uint64_t>(options_.write_buffer_bytes);
  tuning.block_cache_bytes = static_cast<std::uint64_t>(options_.block_cache_bytes);
  tuning.reserve_bytes = static_cast<std::uint64_t>(options_.reserve_disk_bytes);
  if (tune)
    tune(tuning);
  auto store = storage::open_rocks_store(folder->store, tuning);
  if (!store)
    return store.error();
  store_ = std::move(*store);
  worker::runner_options runs;
  runs.runs_dir = folder->runs.string();
  runs.step_binary
    = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tutti-step").string();
  runs.running_max = static_cast<std::size_t>(options_.process_slots);
  // The executor is spawned later; news before that cannot come, since nothing was launched.
  auto runner = worker::process_runner::open(
    std::move(runs), [this](const std::string& uuid, const worker::job_event& event) {
      if (auto news = to_update(uuid, event, wall_ms()); news && executor_)
        caf::anon_send(executor_, wire::job_news{std::move(*news)});
    });
  if (!runner)
    return runner.error();
  runner_ = std::move(*runner);
  cleaner_ = std::make_shared<worker::run_cleaner>(
    runner_, worker::cleaner_options{options_.step_log_retention_ms, wall_ms});
  return unit{};
}

status node::spawn() {
  system_.emplace(system_config_);
  auto& system = *system_;
  map_ = std::make_shared<shard_map>(shards_);
  auto peer = [map = map_](engine::shard_no x) { return map->keeper(x); };
  log_writer_deps log{store_, counters_.log, steady_us, [this](const error* why) {
                        std::lock_guard guard{trouble_lock_};
                        trouble_ = why ? std::optional{*why} : std::nullopt;
                      }};
  log.groups = groups_;
  log.tick = std::chrono::milliseconds{options_.raft_heartbeat_ms};
  if (cluster_)
    cluster_->wire_up(log);
  log_ = spawn_log_writer(system, std::move(log), true);
  gateway_deps doors;
  doors.now = wall_ms;
  doors.shards = shards_;
  doors.peer = peer;
  doors.waiting_max = static_cast<std::size_t>(options_.in_flight_requests_max);
  if (cluster_)
    cluster_->wire_up(doors);
  gateway_ = spawn_gateway(system, std::move(doors));
  executor_deps work;
  work.runner = runner_;
  work.shards = shards_;
  work.peer = peer;
  work.now = wall_ms;
  work.forget = [cleaner = cleaner_](const std::string& uuid) { cleaner->forget(uuid); };
  work.erase = [cleaner = cleaner_](const std::string& uuid) { cleaner->erase(uuid); };
  work.limits.log_max_bytes = options_.step_log_max_bytes;
  work.limits.orphan_grace_ms = options_.orphan_grace_ms;
  if (cluster_)
    cluster_->wire_up(work);
  executor_ = spawn_executor(system, std::move(work));

  const auto language = process_language();
  auto limits = std::make_shared<engine::engine_options>();
  limits->foreach_iterations_max = options_.foreach_iterations_max;
  limits->foreach_concurrency_max = options_.foreach_concurrency_max;
  limits->queued_starts_max = options_.queued_starts_max;
  limits->params_max_chars = options_.params_max_chars;
  limits->leaf_steps_max = options_.leaf_steps_max;
  limits->depth_max = options_.nesting_depth_max;
  limits->run_params_max = options_.run_params_max;
  limits->shards = shards_;
  for (engine::shard_no shard = 0; shard < shards_; ++shard) {
    keeper_deps deps;
    deps.shard = shard;
    deps.entity.now = wall_ms;
    deps.entity.make_uuid = make_uuid;
    deps.entity.options = limits;
    deps.entity.language = language;
    deps.entity.rows = std::make_shared<shard_rows>(store_, shard);
    deps.log = log_;
    deps.executor = executor_;
    deps.gateway = gateway_;
    deps.peer = peer;
    deps.limits.active_max
      = std::max(active_min, static_cast<std::size_t>(options_.entities_in_memory) / shards_);
    deps.limits.timer_window = static_cast<std::size_t>(options_.timers_in_memory);
    deps.limits.passivate_after_ms = options_.passivate_after_ms;
    deps.counters = counters_.keepers;
    if (cluster_)
      cluster_->wire_up(deps);
    map_->set(shard, spawn_shard_keeper(system, std::move(deps)));
  }
  if (cluster_) {
    cluster_part::surroundings around;
    around.store = store_;
    around.log = log_;
    around.gateway = gateway_;
    around.executor = executor_;
    around.keepers = map_;
    around.jobs = [this] {
      return std::pair{static_cast<std::uint64_t>(runner_->running()),
                       static_cast<std::uint64_t>(options_.process_slots)};
    };
    around.read_only = [this] {
      const std::lock_guard guard{trouble_lock_};
      return trouble_.has_value();
    };
    if (auto ok = cluster_->open(std::move(around)); !ok)
      return ok;
  }
  for (engine::shard_no shard = 0; shard < shards_; ++shard)
    caf::anon_send(map_->keeper(shard), wire::begin{});
  return unit{};
}

node::~node() {
  // No new work, then the ones that speak to others, then the log, then the system.
  if (cleaner_)
    cleaner_->stop();
  if (runner_)
    runner_->stop();
  if (cluster_)
    cluster_->stop();
  if (!system_)
    return;
  caf::anon_send_exit(gateway_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(executor_, caf::exit_reason::user_shutdown);
  for (engine::shard_no shard = 0; shard < shards_; ++shard)
    caf::anon_send_exit(map_->keeper(shard), caf::exit_reason::user_shutdown);
  caf::anon_send_exit(log_, caf::exit_reason::user_shutdown);
  gateway_ = nullptr;
  executor_ = nullptr;
  log_ = nullptr;
  map_->clear();
  system_.reset();
  // The log used it to its end, and its calls use it.
  later_.reset();
  cluster_.reset();
}

void node::ask(engine::entity_id to, engine::message_ptr what,
               std::function<void(result<engine::answer>)> done, std::int64_t patience_ms) {
  caf::anon_send(gateway_, wire::ask{std::move(to), std::move(what), std::move(done), patience_ms});
}

bool node::serving() const {
  return cluster_ ? cluster_->leaders_known() : counters_.keepers->serving.load() == shards_;
}

bool node::wait_until_serving(std::chrono::milliseconds patience) const {
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (!serving()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

std::optional<error> node::trouble() const {
  std::lock_guard guard{trouble_lock_};
  return trouble_;
}

} // namespace tutti::actors
