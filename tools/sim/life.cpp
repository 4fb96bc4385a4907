#include "tools/sim/life.hpp"

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

wire::executor_actor::behavior_type executor(wire::executor_actor::pointer, outside* world) {
  return {
    [world](const wire::work& x) { world->on_work(x); },
    [](const wire::job_news&) {
      // The simulation tells steps itself.
    },
    // There are no other nodes.
    [](const wire::job_asked&) {},
    [](const wire::job_answer&) {},
    [](const wire::job_order&) {},
    [](const wire::look_around&) {},
  };
}

} // namespace

life::config::config() {
  set("scheduler.policy", caf::atom("testing"));
}

life::life(outside& world, const std::shared_ptr<storage::memory_disk>& disk, shard_no shards,
           const actors::keeper_sabotage& sabotage, actors::disk_mode mode)
  : world_(world),
    shards_(shards),
    store_(open_store(disk)),
    system_(config_),
    scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())),
    counters_(std::make_shared<actors::keeper_counters>()),
    map_(std::make_shared<actors::shard_map>(shards)) {
  spawn(sabotage, mode);
}

void life::spawn(const actors::keeper_sabotage& sabotage, actors::disk_mode mode) {
  auto peer = [map = map_](shard_no x) { return map->keeper(x); };
  auto now = [world = &world_] { return world->now; };
  actors::log_writer_deps log{store_, std::make_shared<actors::log_counters>(),
                              [] { return std::uint64_t{0}; }, [](const error*) {}};
  log.disk = mode;
  log_ = actors::spawn_log_writer(system_, std::move(log), false);
  actors::gateway_deps doors;
  doors.now = now;
  doors.shards = shards_;
  doors.peer = peer;
  gateway_ = actors::spawn_gateway(system_, std::move(doors));
  executor_ = system_.spawn(executor, &world_);
  auto options = std::make_shared<engine::engine_options>();
  options->shards = shards_;
  for (shard_no shard = 0; shard < shards_; ++shard) {
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
    deps.sabotage = sabotage;
    map_->set(shard, actors::spawn_shard_keeper(system_, std::move(deps)));
  }
  for (shard_no shard = 0; shard < shards_; ++shard)
    caf::anon_send(map_->keeper(shard), wire::begin{});
}

life::~life() {
  // Sudden death: nobody gets to say a last word to the disk, since the store is dropped first.
  for (shard_no shard = 0; shard < shards_; ++shard)
    caf::anon_send_exit(map_->keeper(shard), caf::exit_reason::kill);
  caf::anon_send_exit(gateway_, caf::exit_reason::kill);
  caf::anon_send_exit(executor_, caf::exit_reason::kill);
  caf::anon_send_exit(log_, caf::exit_reason::kill);
  gateway_ = nullptr;
  executor_ = nullptr;
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
  world_.now += span.count();
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
  auto keeper = map_->keeper(engine::shard_of(step, shards_));
  caf::anon_send(keeper, wire::request{step, engine::make_message(std::move(news)), 0});
}

void life::depose(shard_no shard) {
  caf::anon_send(map_->keeper(shard), wire::step_down{{ec::unavailable, "deposed"}});
  caf::anon_send(map_->keeper(shard), wire::begin{});
}

} // namespace tutti::sim
