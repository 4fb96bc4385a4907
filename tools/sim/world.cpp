#include "tools/sim/world.hpp"

#include "actors/node/uuid.hpp"
#include "actors/run/shard_rows.hpp"
#include "runtime/base/overload.hpp"
#include "runtime/engine/restart_point.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/engine/workflow_core.hpp"
#include "runtime/model/stored.hpp"
#include "runtime/sel/evaluator.hpp"
#include "tools/sim/checks.hpp"
#include "tools/sim/definitions.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace tutti::sim {

namespace {

constexpr std::uint64_t events_max = 400'000;
constexpr int rests_max = 4000;

/// What a client waits before it repeats a push.
constexpr std::int64_t push_pause_ms = 500;

/// A start that a client wants, until it is acknowledged; repeated with the same request id.
struct wish {
  std::string workflow_id;
  std::string uuid;
  bool acknowledged = false;
  std::int64_t instance_id = 0;
};

/// A process in the outside world: survives crashes of the node.
struct job {
  engine::entity_id step;
  int starts = 0; ///< orders that reached the executor; the first one starts it
  bool ended = false;
  bool forgotten = false;
  engine::job_update result;
};

class world {
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
    definitions_ = random_definitions(outside_.random, options_.workflows);
    for (auto i = 0; i < options_.starts; ++i)
      wishes_.push_back({definitions_[dice(definitions_.size())].workflow.id, (*uuids_)()});
    begin_life();
    auto rested = false;
    while (found_.violations.empty() && found_.events < events_max && rests_ < rests_max
           && !(rested = calm() && !restart_some() && !delete_some()))
      act();
    if (found_.violations.empty() && !rested)
      say("did not come to rest: " + pending_text());
    finish();
    return std::move(found_);
  }

private:
  std::uint64_t dice(std::uint64_t sides) { return outside_.random() % sides; }

  void say(std::string what) {
    if (found_.violations.size() < 20)
      found_.violations.push_back(std::move(what));
  }

  // -- the node ---------------------------------------------------------------------------------

  void begin_life() {
    life_.emplace(outside_, disk_, options_.shards, options_.sabotage,
                  options_.seed % 2 == 0 ? actors::disk_mode::beside : actors::disk_mode::inside);
    ++found_.lives;
    pushed_.clear();
    asked_.clear();
    open_ = 0;
  }

  void crash() {
    --crashes_left_;
    disk_->crash(outside_.random());
    // What a dying process still does in its destructors reaches nobody.
    dying_ = true;
    life_.reset();
    dying_ = false;
    begin_life();
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
      client_acts();
    if (dice(15) == 0)
      job_acts();
    if (life_->step()) {
      ++found_.events;
      return;
    }
    // Nobody has anything to do: the outside goes on, or the time does.
    if (client_acts() || job_acts())
      return;
    auto wait = life_->until_next_timer();
    life_->pass(std::chrono::milliseconds{wait < 0 ? 1000 : std::max<std::int64_t>(1, wait)});
    ++rests_;
  }

  // -- clients ------------------------------------------------------------------------------------

  bool client_acts() {
    if (!life_->serving())
      return false;
    for (auto& definition : definitions_)
      if (may_push(definition.workflow.id)) {
        push(definition);
        return true;
      }
    for (std::size_t i = 0; i < wishes_.size(); ++i)
      if (!wishes_[i].acknowledged && known_.contains(wishes_[i].workflow_id)
          && asked_.insert(i).second) {
        start(i);
        return true;
      }
    if (dice(40) != 0)
      return false;
    switch (dice(4)) {
      case 0:
        return stops_left_-- > 0 && stop_one();
      case 1:
        return changes_left_-- > 0 && change_one();
      case 2:
        return deletions_left_-- > 0 && delete_one(definitions_[dice(definitions_.size())]);
      default:
        return steps_left_-- > 0 && restart_below();
    }
  }

  bool may_push(const std::string& id) {
    if (known_.contains(id) || retired_.contains(id))
      return false;
    if (auto again = push_again_.find(id);
        again != push_again_.end() && outside_.now < again->second)
      return false;
    return pushed_.insert(id).second;
  }

  void push(const model::workflow_create_request& definition) {
    auto id = definition.workflow.id;
    life_->ask(engine::workflow_entity(id),
               engine::make_message(engine::push_definition{definition, {"sim", {}, false}}),
               [this, id](result<engine::answer> x) {
                 if (dying_)
                   return;
                 if (x) {
                   known_.insert(id);
                   return;
                 }
                 // Try again: the disk is full, or old rows of the id are being deleted.
                 pushed_.erase(id);
                 push_again_[id] = outside_.now + push_pause_ms;
               });
  }

  void start(std::size_t i) {
    auto& w = wishes_[i];
    engine::start_run order;
    order.version = "latest";
    order.uuid = w.uuid;
    order.request.initiator.user = model::user{"sim", {}, false};
    life_->ask(engine::workflow_entity(w.workflow_id), engine::make_message(std::move(order)),
               [this, i](result<engine::answer> x) { on_started(i, x); });
  }

  void on_started(std::size_t i, const result<engine::answer>& x) {
    if (dying_)
      return;
    if (!x) {
      // Refused or unknown: the client repeats the request with the same id.
      asked_.erase(i);
      if (x.error().code == ec::not_found)
        forget(wishes_[i].workflow_id);
      return;
    }
    auto& w = wishes_[i];
    w.acknowledged = true;
    // Nothing may be said before it is durable: the disk must know this start already, unless it
    // has been deleted since.
    if (!deleted_.contains(w.workflow_id)
        && !durable(engine::workflow_entity(w.workflow_id),
                    engine::rows::request(w.workflow_id, w.uuid)))
      say("start " + w.uuid + " of " + w.workflow_id + " was acknowledged before it was durable");
  }

  bool stop_one() {
    auto& w = wishes_[dice(wishes_.size())];
    if (!known_.contains(w.workflow_id))
      return false;
    engine::stop_instance order;
    order.instance_id = 1 + static_cast<std::int64_t>(dice(wishes_.size()));
    order.kind = dice(3) == 0 ? engine::stop_kind::kill : engine::stop_kind::stop;
    order.caller = "sim";
    life_->ask(engine::workflow_entity(w.workflow_id), engine::make_message(order),
               [](const result<engine::answer>&) {});
    return true;
  }

  /// Another run strategy or concurrency, whatever runs and waits.
  bool change_one() {
    auto& id = definitions_[dice(definitions_.size())].workflow.id;
    if (!known_.contains(id))
      return false;
    engine::change_properties order;
    order.author = {"sim", {}, false};
    if (dice(4) == 0) {
      order.request.reset_run_strategy_rule = true;
    } else {
      order.request.properties.emplace();
      order.request.properties->run_strategy = random_strategy(outside_.random);
      if (dice(2) == 0)
        order.request.properties->step_concurrency = 1 + static_cast<std::int64_t>(dice(6));
    }
    life_->ask(engine::workflow_entity(id), engine::make_message(std::move(order)),
               [](const result<engine::answer>&) {});
    return true;
  }

  /// A workflow of which something runs or waits stays.
  bool delete_one(const model::workflow_create_request& definition) {
    auto id = definition.workflow.id;
    if (!known_.contains(id))
      return false;
    // From now on it may be gone, whether somebody hears of it or not.
    deleted_.insert(id);
    ++open_;
    life_->ask(engine::workflow_entity(id), engine::make_message(engine::delete_workflow{"sim"}),
               [this, id](const result<engine::answer>& x) {
                 if (dying_)
                   return;
                 --open_;
                 if (x)
                   forget(id);
               });
    return true;
  }

  /// It is not there any more; who needs it pushes it again.
  void forget(const std::string& id) {
    known_.erase(id);
    pushed_.erase(id);
  }

  /// At the very end some workflows go for good; false if none does.
  bool delete_some() {
    if (std::exchange(end_deleted_, true))
      return false;
    auto any = false;
    for (auto& definition : definitions_)
      if (dice(3) == 0 && retired_.insert(definition.workflow.id).second)
        any = delete_one(definition) || any;
    return any;
  }

  // -- restarts -----------------------------------------------------------------------------------

  model::run_policy random_policy() {
    return dice(4) == 0 ? model::run_policy::restart_from_beginning
                        : model::run_policy::restart_from_incomplete;
  }

  /// Reads the applied rows of all shards.
  class all_rows {
  public:
    all_rows(const storage::read_view& view, shard_no shards) : shards_(shards) {
      for (shard_no shard = 0; shard < shards; ++shard)
        rows_.push_back(std::make_unique<actors::shard_rows>(
          std::shared_ptr<const storage::read_view>{&view, [](auto*) {}}, shard));
    }

    engine::shard_reader reader() const {
      return {[this](shard_no x) -> const engine::row_reader& { return *rows_.at(x); }, shards_};
    }

  private:
    shard_no shards_;
    std::vector<std::unique_ptr<engine::row_reader>> rows_;
  };

  /// Asks for a restart where it begins; false if it cannot be.
  bool restart(model::restart_config wanted, bool from_inline_root) {
    all_rows rows{life_->store(), options_.shards};
    auto point = from_inline_root
                   ? engine::views::find_inline_root(rows.reader(), std::move(wanted))
                   : engine::views::find_restart_point(rows.reader(), std::move(wanted));
    if (!point)
      return false;
    auto order = std::move(point->order);
    order.caller = "sim";
    order.uuid = (*uuids_)();
    auto at = engine::instance_entity(point->run.workflow_id, point->run.instance_id,
                                      point->run.run_id);
    ++open_;
    life_->ask(at, engine::make_message(order),
               [this, uuid = order.uuid](const result<engine::answer>& x) {
                 if (dying_)
                   return;
                 --open_;
                 if (x)
                   on_restarted(std::get<engine::started>(*x), uuid);
               });
    return true;
  }

  void on_restarted(const engine::started& x, const std::string& uuid) {
    if (x.step_id.empty())
      restarted_.emplace_back(x.workflow_id, uuid);
    else
      begun_again_.emplace_back(
        engine::step_entity(x.workflow_id, x.instance_id, x.run_id, x.step_id), x.attempt);
  }

  /// Somebody restarts a step, or a run that belongs to another one, however far it is.
  bool restart_below() {
    auto runs = all_runs();
    if (runs.empty())
      return false;
    auto& run = runs[dice(runs.size())];
    all_rows rows{life_->store(), options_.shards};
    auto read = engine::load_run(run, rows.reader().of(run));
    if (!read)
      return false;
    model::restart_config wanted;
    wanted.restart_path.push_back({run.workflow_id, run.instance_id, std::nullopt});
    wanted.restart_policy = wanted.downstream_policy = random_policy();
    auto& steps = (*read)->workflow->workflow.steps;
    if (steps.empty() || dice(3) == 0)
      return restart(std::move(wanted), false);
    auto& step = steps[dice(steps.size())].id;
    wanted.restart_path.back().step_id = step;
    wanted.step_restart_params.emplace();
    wanted.step_restart_params->set(step, {});
    auto from_inline_root = dice(6) == 0;
    if (!from_inline_root)
      wanted.restart_policy = model::run_policy::restart_from_specific;
    return restart(std::move(wanted), from_inline_root);
  }

  /// Whoever finds everything at rest runs again what has failed; false if there is nothing.
  bool restart_some() {
    auto any = false;
    for (auto& [name, summary] : latest_runs()) {
      if (restarts_left_ == 0)
        break;
      if (retired_.contains(name.workflow_id) || summary.status == model::run_status::succeeded
          || dice(3) == 0)
        continue;
      --restarts_left_;
      model::restart_config wanted;
      wanted.restart_path.push_back({name.workflow_id, name.instance_id, std::nullopt});
      wanted.restart_policy = wanted.downstream_policy = random_policy();
      any = restart(std::move(wanted), false) || any;
    }
    while (steps_left_ > 0 && dice(3) != 0) {
      --steps_left_;
      any = restart_below() || any;
    }
    return any;
  }

  /// All runs that have begun, iterations and children too.
  std::vector<engine::entity_id> all_runs() {
    std::vector<engine::entity_id> out;
    for (shard_no shard = 0; shard < options_.shards; ++shard) {
      auto [from, to] = engine::rows::table('i');
      auto ok = life_->store().scan(shard, from, to, [&](std::string_view key, auto) {
        if (auto id = engine::rows::parse_run_key(key))
          out.push_back(engine::instance_entity(id->workflow_id, id->instance_id, id->run_id));
        return true;
      });
      if (!ok)
        say(ok.error().message);
    }
    return out;
  }

  std::vector<std::pair<engine::entity_id, engine::run_summary>> latest_runs() {
    std::vector<std::pair<engine::entity_id, engine::run_summary>> out;
    for (shard_no shard = 0; shard < options_.shards; ++shard) {
      auto [from, to] = engine::rows::table('S');
      auto ok = life_->store().scan(shard, from, to, [&](auto key, std::string_view value) {
        auto id = engine::rows::parse_run_key(key);
        auto x = model::decode<engine::run_summary>(value);
        if (!id || !x)
          return true;
        auto name = engine::instance_entity(id->workflow_id, id->instance_id, id->run_id);
        if (!out.empty() && out.back().first.workflow_id == name.workflow_id
            && out.back().first.instance_id == name.instance_id)
          out.pop_back();
        out.emplace_back(std::move(name), std::move(*x));
        return true;
      });
      if (!ok)
        say(ok.error().message);
    }
    return out;
  }

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
    for (auto& w : wishes_)
      if (!w.acknowledged)
        return false;
    if (!life_->serving() || !news_.empty() || open_ > 0)
      return false;
    // Forgetting is lost in a crash: it only saves disk. A job that runs is another matter.
    for (auto& [uuid, j] : jobs_)
      if (j.starts > 0 && !j.ended)
        return false;
    return rows_are_calm();
  }

  /// Looked at seldom, since it reads the lists of what is under way.
  bool rows_are_calm() {
    if (++looks_ % 64 != 0)
      return false;
    for (shard_no shard = 0; shard < options_.shards; ++shard)
      for (auto table : {'A', 'Q', 'M', 'T', 'X', 'W'}) {
        auto any = false;
        auto [from, to] = engine::rows::table(table);
        auto ok = life_->store().scan(shard, from, to, [&](auto, std::string_view value) {
          any = table != 'W' || is_being_deleted(value);
          return !any;
        });
        if (!ok || any)
          return false;
      }
    return true;
  }

  /// Between two shards its orders are in none of the other tables.
  static bool is_being_deleted(std::string_view workflow) {
    auto state = model::decode<engine::workflow_state>(workflow);
    return state && state->deletion;
  }

  std::string pending_text() {
    auto open = std::count_if(wishes_.begin(), wishes_.end(),
                              [](auto& w) { return !w.acknowledged; });
    std::string left;
    for (shard_no shard = 0; shard < options_.shards; ++shard)
      for (auto table : {'A', 'Q', 'M', 'T', 'X'}) {
        auto [from, to] = engine::rows::table(table);
        auto ok = life_->store().scan(shard, from, to, [&](std::string_view key, auto) {
          left += " " + std::to_string(shard) + ":";
          for (auto c : key)
            if (c > ' ' && c < 127)
              left += c;
          return true;
        });
        if (!ok)
          left += ok.error().message;
      }
    auto jobs = std::count_if(jobs_.begin(), jobs_.end(), [](auto& x) { return !x.second.ended; });
    return "left:" + left + "; " + std::to_string(jobs) + " jobs run; "
           + std::to_string(found_.events) + " events, " + std::to_string(open)
           + " starts not acknowledged";
  }

  void finish() {
    while (life_->step())
      ++found_.events;
    if (!found_.violations.empty())
      return;
    check_always(life_->store(), options_.shards, found_.violations);
    check_rows(life_->store(), options_.shards, found_.violations);
    check_starts();
    if (life_->failures() != 0)
      say(std::to_string(life_->failures()) + " messages could not be handled");
  }

  /// Each acknowledged start has exactly one instance, and there are no others.
  void check_starts() {
    std::map<std::string, int> by_uuid;
    for (shard_no shard = 0; shard < options_.shards; ++shard) {
      auto [from, to] = engine::rows::table('S');
      auto ok = life_->store().scan(shard, from, to, [&](auto, std::string_view value) {
        if (auto x = model::decode<engine::run_summary>(value)) {
          ++by_uuid[x->uuid];
          ++found_.runs;
        }
        return true;
      });
      if (!ok)
        say(ok.error().message);
    }
    // Only a deletion takes runs away.
    auto wrong = [&](const std::string& workflow, const std::string& uuid) {
      auto n = by_uuid[uuid];
      return n > 1 || (n == 0 && !deleted_.contains(workflow));
    };
    for (auto& w : wishes_)
      if (wrong(w.workflow_id, w.uuid))
        say("start " + w.uuid + " of " + w.workflow_id + " made " + std::to_string(by_uuid[w.uuid])
            + " runs");
    for (auto& [workflow, uuid] : restarted_)
      if (wrong(workflow, uuid))
        say("restart " + uuid + " of " + workflow + " made " + std::to_string(by_uuid[uuid])
            + " runs");
    for (auto& [step, attempt] : begun_again_)
      if (deleted_.empty() && !durable(step, engine::rows::step(step, attempt)))
        say("step " + to_string(step) + " was to begin again and has no attempt "
            + std::to_string(attempt));
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
  std::vector<model::workflow_create_request> definitions_;
  std::vector<wish> wishes_;
  std::set<std::string> known_; ///< workflows whose push was acknowledged
  std::set<std::string> pushed_;
  std::map<std::string, time_ms> push_again_; ///< not before
  std::set<std::string> deleted_;             ///< ever, or perhaps
  std::set<std::string> retired_;             ///< not pushed again
  bool end_deleted_ = false;
  std::set<std::size_t> asked_;
  std::map<std::string, job> jobs_;
  std::deque<std::string> news_;
  bool dying_ = false;
  int crashes_left_ = 0;
  int deposes_left_ = 4;
  int fulls_left_ = 2;
  bool full_ = false;
  int stops_left_ = 3;
  int changes_left_ = 4;
  int deletions_left_ = 4;
  int restarts_left_ = 6;
  int steps_left_ = 10;
  int open_ = 0; ///< deletions and restarts that were asked for and not answered
  /// Acknowledged: workflow and uuid of a new run, or an attempt.
  std::vector<std::pair<std::string, std::string>> restarted_;
  std::vector<std::pair<engine::entity_id, std::int64_t>> begun_again_;
  int rests_ = 0;
  std::uint64_t looks_ = 0;
  verdict found_;
};

} // namespace

verdict simulate(const world_options& options) {
  return world{options}.run();
}

} // namespace tutti::sim
