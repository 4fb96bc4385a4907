#include "tools/sim/world.hpp"

#include "actors/node/uuid.hpp"
#include "runtime/base/overload.hpp"
#include "runtime/engine/restart_point.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/engine/workflow_core.hpp"
#include "runtime/model/stored.hpp"
#include "runtime/sel/evaluator.hpp"
#include "tools/sim/checks.hpp"
#include "tools/sim/clients.hpp"
#include "tools/sim/cluster_world.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace tutti::sim {

namespace {

constexpr std::uint64_t events_max = 400'000;
constexpr int rests_max = 4000;

/// A process in the outside world: survives crashes of the node.
struct job {
  engine::entity_id step;
  int starts = 0; ///< orders that reached the executor; the first one starts it
  bool ended = false;
  bool forgotten = false;
  engine::job_update result;
};

class world : public front {
public:
  explicit world(const world_options& options)
    : options_(options),
      disk_(std::make_shared<storage::memory_disk>()) {
    outside_.random.seed(options.seed);
    outside_.on_work = [this](const wire::work& x) { on_work(x); };
    uuids_ = std::make_unique<actors::uuid_source>(options.seed ^ 0x5eedULL);
    outside_.make_uuid = [this] { return (*uuids_)(); };
    expression_random_.seed(options.seed ^ 0x5e1ULL);
    outside_.language = sel::make_evaluator(
      {{{}, [this] { return outside_.now; }, [this] { return expression_random_(); }, {}}, {}});
  }

  verdict run() {
    crashes_left_ = static_cast<int>(dice(static_cast<std::uint64_t>(options_.crashes_max) + 1));
    begin_life();
    clients_.emplace(client_options{options_.shards, options_.workflows, options_.starts, true},
                     *this, outside_.random, found_.violations);
    auto rested = false;
    while (found_.violations.empty() && found_.events < events_max && rests_ < rests_max
           && !(rested = calm() && !clients_->restart_some() && !clients_->delete_some()))
      act();
    if (found_.violations.empty() && !rested)
      say("did not come to rest: " + pending_text());
    finish();
    return std::move(found_);
  }

  // -- what clients see ---------------------------------------------------------------------------

  void ask(engine::entity_id to, engine::message_ptr what,
           std::function<void(result<engine::answer>)> done) override {
    auto number = ++last_ask_;
    asks_.emplace(number, std::move(done));
    life_->ask(std::move(to), std::move(what), [this, number](result<engine::answer> x) {
      if (dying_)
        return;
      if (auto asked = asks_.extract(number))
        asked.mapped()(std::move(x));
    });
  }

  const storage::read_view& rows() const override { return life_->store(); }

  time_ms now() const override { return outside_.now; }

  std::string make_uuid() override { return (*uuids_)(); }

private:
  std::uint64_t dice(std::uint64_t sides) { return outside_.random() % sides; }

  void say(std::string what) {
    if (found_.violations.size() < 20)
      found_.violations.push_back(std::move(what));
  }

  // -- the node ---------------------------------------------------------------------------------

  void begin_life() {
    life_options how;
    how.shards = options_.shards;
    how.sabotage = options_.sabotage;
    how.mode = options_.seed % 2 == 0 ? actors::disk_mode::beside : actors::disk_mode::inside;
    life_.emplace(outside_, disk_, std::move(how));
    ++found_.lives;
  }

  void crash() {
    --crashes_left_;
    disk_->crash(outside_.random());
    // What a dying process still does in its destructors reaches nobody.
    dying_ = true;
    life_.reset();
    dying_ = false;
    begin_life();
    for (auto& [number, done] : std::exchange(asks_, {}))
      done(error{ec::unavailable, "the node died"});
    check_always(life_->store(), options_.shards, found_.violations);
  }

  /// A full disk takes nothing: the shards step down until there is room.
  void fill_disk(bool full) {
    full_ = full;
    fulls_left_ -= full ? 1 : 0;
    storage::memory_faults faults;
    faults.full = full;
    disk_->set_faults(faults);
  }

  /// One thing happens: mostly a message, sometimes somebody outside acts.
  void act() {
    if (crashes_left_ > 0 && dice(400) == 0) {
      crash();
      return;
    }
    if (dice(1500) == 0 && deposes_left_ > 0) {
      --deposes_left_;
      life_->depose(static_cast<shard_no>(dice(options_.shards)));
    }
    if (full_ ? dice(100) == 0 : fulls_left_ > 0 && dice(1500) == 0)
      fill_disk(!full_);
    if (dice(12) == 0)
      clients_act();
    if (dice(15) == 0)
      job_acts();
    if (life_->step()) {
      ++found_.events;
      return;
    }
    // Nobody has anything to do: the outside goes on, or the time does.
    if (clients_act() || job_acts())
      return;
    auto wait = life_->until_next_timer();
    auto span = wait < 0 ? 1000 : std::max<std::int64_t>(1, wait);
    outside_.now += span;
    life_->pass(std::chrono::milliseconds{span});
    ++rests_;
  }

  bool clients_act() { return life_->serving() && clients_->act(); }

  // -- jobs
  // -----------------------------------------------------------------------------------------

  void on_work(const wire::work& x) {
    if (dying_)
      return;
    std::visit(overload{
                 [&](const engine::launch_job& o) { on_launch(x.step, o); },
                 [&](const engine::terminate_job& o) {
                   if (auto i = jobs_.find(o.step_uuid); i != jobs_.end() && !i->second.ended)
                     end_job(o.step_uuid, i->second, 15);
                 },
                 [&](const engine::forget_job& o) { jobs_[o.step_uuid].forgotten = true; },
                 [&](const engine::erase_job&) {},
               },
               *x.what);
  }

  void on_launch(const engine::entity_id& step, const engine::launch_job& order) {
    auto& j = jobs_[order.step_uuid];
    if (j.forgotten) {
      say("job " + order.step_uuid + " of " + to_string(step)
          + " is ordered again after its end was recorded");
      return;
    }
    j.step = step;
    ++j.starts;
    if (j.starts == 1)
      ++found_.jobs;
    auto row = durable_row(step, engine::rows::step(step, order.attempt));
    auto state = row ? model::decode<engine::step_state>(*row) : error{};
    if (!state || state->step_uuid != order.step_uuid)
      say("job " + order.step_uuid + " of " + to_string(step)
          + " was ordered before its attempt was durable");
    news_.push_back(order.step_uuid);
  }

  void end_job(const std::string& uuid, job& j, int signal) {
    j.ended = true;
    j.result.step_uuid = uuid;
    j.result.phase = dice(20) == 0 ? engine::job_update::phase_type::lost
                                   : engine::job_update::phase_type::ended;
    j.result.exit_code = signal == 0 && dice(4) == 0 ? 1 : 0;
    j.result.signal = signal;
    news_.push_back(uuid);
  }

  /// A job says something, or one of those that run ends.
  bool job_acts() {
    if (!news_.empty()) {
      auto uuid = news_.front();
      news_.pop_front();
      auto& j = jobs_[uuid];
      if (j.forgotten)
        return true;
      auto news = j.result;
      if (!j.ended) {
        news.step_uuid = uuid;
        news.phase = engine::job_update::phase_type::started;
      }
      life_->tell(j.step, news);
      return true;
    }
    std::vector<std::string> running;
    for (auto& [uuid, j] : jobs_)
      if (!j.ended && !j.forgotten)
        running.push_back(uuid);
    if (running.empty())
      return false;
    auto& uuid = running[dice(running.size())];
    end_job(uuid, jobs_[uuid], 0);
    return true;
  }

  // -- the disk
  // ---------------------------------------------------------------------------------------

  std::optional<std::string> durable_row(const engine::entity_id& id, const std::string& key) {
    auto row = life_->store().get(engine::shard_of(id, options_.shards), key);
    return row ? *row : std::nullopt;
  }

  bool durable(const engine::entity_id& id, const std::string& key) {
    return durable_row(id, key).has_value();
  }

  // -- the end
  // ------------------------------------------------------------------------------------------

  bool calm() {
    if (!life_->serving() || !news_.empty() || !clients_->content())
      return false;
    // Forgetting is lost in a crash: it only saves disk. A job that runs is another matter.
    for (auto& [uuid, j] : jobs_)
      if (j.starts > 0 && !j.ended)
        return false;
    // Seldom, since it reads the lists of what is under way.
    return ++looks_ % 64 == 0 && rows_at_rest(life_->store(), options_.shards);
  }

  std::string pending_text() {
    auto jobs = std::count_if(jobs_.begin(), jobs_.end(), [](auto& x) { return !x.second.ended; });
    return "left:" + rows_left(life_->store(), options_.shards) + "; " + std::to_string(jobs)
           + " jobs run; " + std::to_string(found_.events) + " events, "
           + std::to_string(clients_->unacknowledged()) + " starts not acknowledged";
  }

  void finish() {
    while (life_->step())
      ++found_.events;
    if (!found_.violations.empty())
      return;
    check_always(life_->store(), options_.shards, found_.violations);
    check_rows(life_->store(), options_.shards, found_.violations);
    found_.runs = clients_->check();
    check_jobs();
    if (life_->failures() != 0)
      say(std::to_string(life_->failures()) + " messages could not be handled");
  }

  void check_jobs() {
    for (auto& [uuid, j] : jobs_)
      if (j.starts > 0 && !j.ended)
        say("job " + uuid + " of " + to_string(j.step) + " still runs");
  }

  world_options options_;
  std::shared_ptr<storage::memory_disk> disk_;
  outside outside_;
  std::mt19937_64 expression_random_;
  std::unique_ptr<actors::uuid_source> uuids_;
  std::optional<life> life_;
  std::optional<clients> clients_;
  std::map<std::uint64_t, std::function<void(result<engine::answer>)>> asks_; ///< not answered
  std::uint64_t last_ask_ = 0;
  std::map<std::string, job> jobs_;
  std::deque<std::string> news_;
  bool dying_ = false;
  int crashes_left_ = 0;
  int deposes_left_ = 4;
  int fulls_left_ = 2;
  bool full_ = false;
  int rests_ = 0;
  std::uint64_t looks_ = 0;
  verdict found_;
};

} // namespace

verdict simulate(const world_options& options) {
  if (options.nodes > 1)
    return cluster_world{options}.run();
  return world{options}.run();
}

} // namespace tutti::sim
