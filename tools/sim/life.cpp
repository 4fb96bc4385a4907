#include "tools/sim/life.hpp"

#include "actors/run/executor.hpp"
#include "actors/run/gateway.hpp"
#include "actors/run/shard_rows.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <stdexcept>

namespace tutti::sim {

namespace {

std::shared_ptr<storage::node_store> open_store(const std::shared_ptr<storage::memory_disk>& disk) {
  auto store = storage::open_memory_store(disk);
  if (!store)
    throw std::runtime_error("simulated disk: " + store.error().message);
  return std::shared_ptr<storage::node_store>{std::move(*store)};
}

/// Sees every order; `next` may carry it out.
wire::executor_actor::behavior_type orders_seen(wire::executor_actor::pointer, outside* world,
                                                const wire::executor_actor& next) {
  return {
    [world, next](const wire::work& x) {
      world->on_work(x);
      if (next)
        caf::anon_send(next, x);
    },
    [](const wire::job_news&) {
      // The simulation tells steps, or the real executor.
    },
    [](const wire::job_asked&) {},
    [](const wire::job_answer&) {},
    [](const wire::job_order&) {},
    [](const wire::look_around&) {},
    [](const wire::search_confirmed&) {},
  };
}

} // namespace

life::config::config() {
  set("scheduler.policy", caf::atom("testing"));
}

life::life(outside& world, const std::shared_ptr<storage::memory_disk>& disk, life_options options)
  : world_(world),
    options_(std::move(options)),
    store_(open_store(disk)),
    system_(config_),
    scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())),
    counters_(std::make_shared<actors::keeper_counters>()),
    map_(std::make_shared<actors::shard_map>(options_.shards)) {
  spawn();
}

void life::spawn() {
  auto peer = [map = map_](shard_no x) { return map->keeper(x); };
  auto now = [world = &world_] { return world->now; };
  actors::log_writer_deps log{store_, std::make_shared<actors::log_counters>(),
                              [] { return std::uint64_t{0}; },
                              [this](const error* why) { disk_takes_nothing_ = why != nullptr; }};
  log.disk = options_.mode;
  log.groups = options_.groups;
  if (options_.cluster)
    options_.cluster->wire_up(log);
  log_ = actors::spawn_log_writer(system_, std::move(log), false);
  actors::gateway_deps doors;
  doors.now = now;
  doors.shards = options_.shards;
  doors.peer = peer;
  if (options_.cluster)
    options_.cluster->wire_up(doors);
  gateway_ = actors::spawn_gateway(system_, std::move(doors));
  spawn_executor(peer);
  auto options = std::make_shared<engine::engine_options>();
  options->shards = options_.shards;
  for (shard_no shard = 0; shard < options_.shards; ++shard) {
    actors::keeper_deps deps;
    deps.shard = shard;
    deps.entity.now = now;
    deps.entity.make_uuid = world_.make_uuid;
    deps.entity.options = options;
    deps.entity.language = world_.language;
    deps.entity.rows = std::make_shared<actors::shard_rows>(store_, shard);
    deps.log = log_;
    deps.executor = executor_;
    deps.gateway = gateway_;
    deps.peer = peer;
    // Small bounds, so that leaving memory and reading windows happen all the time.
    deps.limits.active_max = 6;
    deps.limits.timer_window = 3;
    deps.limits.passivate_after_ms = 500;
    deps.counters = counters_;
    deps.sabotage = options_.sabotage;
    if (options_.cluster)
      options_.cluster->wire_up(deps);
    map_->set(shard, actors::spawn_shard_keeper(system_, std::move(deps)));
  }
  if (options_.cluster) {
    auto ok = options_.cluster->open({store_, log_, gateway_, worker_, map_,
                                      [count = options_.job_count] {
                                        return std::pair{count(), std::uint64_t{0}};
                                      },
                                      [this] { return disk_takes_nothing_; }});
    if (!ok)
      throw std::runtime_error("simulated links: " + ok.error().message);
  }
  for (shard_no shard = 0; shard < options_.shards; ++shard)
    caf::anon_send(map_->keeper(shard), wire::begin{});
}

void life::spawn_executor(const std::function<wire::shard_keeper_actor(shard_no)>& peer) {
  if (options_.runner) {
    actors::executor_deps work;
    work.runner = options_.runner;
    work.shards = options_.shards;
    work.peer = peer;
    work.now = [world = &world_] { return world->now; };
    work.forget = options_.forget_job;
    if (options_.cluster)
      options_.cluster->wire_up(work);
    if (work.peers)
      work.peers->skip_fence = options_.skip_fence;
    worker_ = actors::spawn_executor(system_, std::move(work));
  }
  executor_ = system_.spawn(orders_seen, &world_, worker_);
}

life::~life() {
  // Sudden death: nobody gets to say a last word to the disk, since the store is dropped first.
  for (shard_no shard = 0; shard < options_.shards; ++shard)
    caf::anon_send_exit(map_->keeper(shard), caf::exit_reason::kill);
  caf::anon_send_exit(gateway_, caf::exit_reason::kill);
  caf::anon_send_exit(executor_, caf::exit_reason::kill);
  caf::anon_send_exit(log_, caf::exit_reason::kill);
  if (worker_)
    caf::anon_send_exit(worker_, caf::exit_reason::kill);
  gateway_ = nullptr;
  executor_ = nullptr;
  worker_ = nullptr;
  log_ = nullptr;
  map_->clear();
  scheduler_.run();
}

bool life::step() {
  auto& jobs = scheduler_.jobs;
  if (jobs.empty())
    return false;
  auto pick = static_cast<std::ptrdiff_t>(world_.random() % jobs.size());
  std::rotate(jobs.begin(), jobs.begin() + pick, jobs.end());
  scheduler_.run_once();
  return true;
}

void life::pass(std::chrono::milliseconds span) {
  scheduler_.clock().advance_time(span);
}

std::int64_t life::until_next_timer() const {
  auto& clock = scheduler_.clock();
  auto& schedule = clock.schedule();
  if (schedule.empty())
    return -1;
  auto wait = schedule.begin()->first - clock.now();
  return std::max<std::int64_t>(
    0, std::chrono::duration_cast<std::chrono::milliseconds>(wait).count() + 1);
}

void life::ask(engine::entity_id to, engine::message_ptr what,
               std::function<void(result<engine::answer>)> done) {
  caf::anon_send(gateway_, wire::ask{std::move(to), std::move(what), std::move(done), 0});
}

void life::tell(const engine::entity_id& step, engine::job_update news) {
  auto keeper = map_->keeper(engine::shard_of(step, options_.shards));
  caf::anon_send(keeper, wire::request{step, engine::make_message(std::move(news)), 0});
}

void life::tell_executor(engine::job_update news) {
  caf::anon_send(worker_, wire::job_news{std::move(news)});
}

void life::read(shard_no shard, std::function<void(result<bool>)> done) {
  caf::anon_send(log_, wire::read_barrier{shard, std::move(done)});
}

void life::hand_over(shard_no shard, cluster::node_no to) {
  caf::anon_send(log_, wire::member_move{cluster::transfer_leader{shard, to}});
}

void life::depose(shard_no shard) {
  caf::anon_send(map_->keeper(shard), wire::step_down{{ec::unavailable, "deposed"}});
  caf::anon_send(map_->keeper(shard), wire::begin{});
}

} // namespace tutti::sim
