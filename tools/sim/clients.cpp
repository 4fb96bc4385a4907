#include "tools/sim/clients.hpp"

#include "actors/run/shard_rows.hpp"
#include "runtime/base/log.hpp"
#include "runtime/engine/restart_point.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/engine/views.hpp"
#include "runtime/model/stored.hpp"
#include "tools/sim/definitions.hpp"

#include <algorithm>
#include <memory>
#include <optional>

namespace tutti::sim {

namespace {

/// What a client waits before it repeats what failed.
constexpr std::int64_t pause_ms = 500;

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

} // namespace

clients::clients(const client_options& options, front& server, std::mt19937_64& random,
                 std::vector<std::string>& violations)
  : options_(options),
    server_(server),
    random_(random),
    violations_(violations),
    definitions_(random_definitions(random, options.workflows)) {
  for (auto i = 0; i < options.starts; ++i)
    wishes_.push_back({definitions_[dice(definitions_.size())].workflow.id, server.make_uuid()});
}

void clients::say(std::string what) {
  constexpr std::size_t said_max = 20;
  if (violations_.size() < said_max)
    violations_.push_back(std::move(what));
}

bool clients::has_row(const engine::entity_id& id, const std::string& key) {
  auto row = server_.rows().get(engine::shard_of(id, options_.shards), key);
  return row && *row;
}

bool clients::content() const {
  return open_ == 0 && unacknowledged() == 0;
}

std::size_t clients::unacknowledged() const {
  return static_cast<std::size_t>(
    std::count_if(wishes_.begin(), wishes_.end(), [](auto& w) { return !w.acknowledged; }));
}

// -- clients ------------------------------------------------------------------------------------

bool clients::act() {
  for (auto& definition : definitions_)
    if (may_push(definition.workflow.id)) {
      clients::push(definition);
      return true;
    }
  for (std::size_t i = 0; i < wishes_.size(); ++i)
    if (!wishes_[i].acknowledged && known_.contains(wishes_[i].workflow_id)
        && server_.now() >= wishes_[i].not_before && asked_.insert(i).second) {
      clients::start(i);
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

bool clients::may_push(const std::string& id) {
  if (known_.contains(id) || retired_.contains(id))
    return false;
  if (auto again = push_again_.find(id);
      again != push_again_.end() && server_.now() < again->second)
    return false;
  return pushed_.insert(id).second;
}

void clients::push(const model::workflow_create_request& definition) {
  auto id = definition.workflow.id;
  server_.ask(engine::workflow_entity(id),
              engine::make_message(engine::push_definition{definition, {"sim", {}, false}}),
              [this, id](result<engine::answer> x) {
                if (x) {
                  known_.insert(id);
                  return;
                }
                // Try again: the disk is full, or old rows of the id are being deleted.
                pushed_.erase(id);
                push_again_[id] = server_.now() + pause_ms;
              });
}

void clients::start(std::size_t i) {
  auto& w = wishes_[i];
  engine::start_run order;
  order.version = "latest";
  order.uuid = w.uuid;
  order.request.initiator.user = model::user{"sim", {}, false};
  server_.ask(engine::workflow_entity(w.workflow_id), engine::make_message(std::move(order)),
              [this, i](result<engine::answer> x) { on_started(i, x); });
}

void clients::on_started(std::size_t i, const result<engine::answer>& x) {
  if (!x) {
    // Refused or unknown: the client repeats the request with the same id.
    asked_.erase(i);
    wishes_[i].not_before = server_.now() + pause_ms;
    if (x.error().code == ec::not_found)
      forget(wishes_[i].workflow_id);
    return;
  }
  auto& w = wishes_[i];
  w.acknowledged = true;
  // Nothing may be said before it is durable: the disk must know this start already, unless it
  // has been deleted since.
  if (options_.looks_at_once && !deleted_.contains(w.workflow_id)
      && !has_row(engine::workflow_entity(w.workflow_id),
                  engine::rows::request(w.workflow_id, w.uuid)))
    say("start " + w.uuid + " of " + w.workflow_id + " was acknowledged before it was durable");
}

bool clients::stop_one() {
  auto& w = wishes_[dice(wishes_.size())];
  if (!known_.contains(w.workflow_id))
    return false;
  engine::stop_instance order;
  order.instance_id = 1 + static_cast<std::int64_t>(dice(wishes_.size()));
  order.kind = dice(3) == 0 ? engine::stop_kind::kill : engine::stop_kind::stop;
  order.caller = "sim";
  server_.ask(engine::workflow_entity(w.workflow_id), engine::make_message(order),
              [](const result<engine::answer>&) {});
  return true;
}

/// Another run strategy or concurrency, whatever runs and waits.
bool clients::change_one() {
  auto& id = definitions_[dice(definitions_.size())].workflow.id;
  if (!known_.contains(id))
    return false;
  engine::change_properties order;
  order.author = {"sim", {}, false};
  if (dice(4) == 0) {
    order.request.reset_run_strategy_rule = true;
  } else {
    order.request.properties.emplace();
    order.request.properties->run_strategy = random_strategy(random_);
    if (dice(2) == 0)
      order.request.properties->step_concurrency = 1 + static_cast<std::int64_t>(dice(6));
  }
  server_.ask(engine::workflow_entity(id), engine::make_message(std::move(order)),
              [](const result<engine::answer>&) {});
  return true;
}

/// A workflow of which something runs or waits stays.
bool clients::delete_one(const model::workflow_create_request& definition) {
  auto id = definition.workflow.id;
  if (!known_.contains(id))
    return false;
  // From now on it may be gone, whether somebody hears of it or not.
  deleted_.insert(id);
  ++open_;
  server_.ask(engine::workflow_entity(id), engine::make_message(engine::delete_workflow{"sim"}),
              [this, id](const result<engine::answer>& x) {
                --open_;
                if (x)
                  clients::forget(id);
              });
  return true;
}

/// It is not there any more; who needs it pushes it again.
void clients::forget(const std::string& id) {
  known_.erase(id);
  pushed_.erase(id);
}

/// At the very end some workflows go for good; false if none does.
bool clients::delete_some() {
  if (std::exchange(end_deleted_, true))
    return false;
  auto any = false;
  for (auto& definition : definitions_)
    if (dice(3) == 0 && retired_.insert(definition.workflow.id).second)
      any = delete_one(definition) || any;
  return any;
}

// -- restarts -----------------------------------------------------------------------------------

model::run_policy clients::random_policy() {
  return dice(4) == 0 ? model::run_policy::restart_from_beginning
                      : model::run_policy::restart_from_incomplete;
}

/// Asks for a restart where it begins; false if it cannot be.
bool clients::restart(model::restart_config wanted, bool from_inline_root) {
  all_rows rows{server_.rows(), options_.shards};
  auto point = from_inline_root
                 ? engine::views::find_inline_root(rows.reader(), std::move(wanted))
                 : engine::views::find_restart_point(rows.reader(), std::move(wanted));
  if (!point)
    return false;
  auto order = std::move(point->order);
  order.caller = "sim";
  order.uuid = server_.make_uuid();
  auto at = engine::instance_entity(point->run.workflow_id, point->run.instance_id,
                                    point->run.run_id);
  ++open_;
  server_.ask(at, engine::make_message(order),
              [this, uuid = order.uuid](const result<engine::answer>& x) {
                --open_;
                if (x)
                  clients::on_restarted(std::get<engine::started>(*x), uuid);
              });
  return true;
}

void clients::on_restarted(const engine::started& x, const std::string& uuid) {
  log::debug("sim-restarted", {{"workflow", x.workflow_id},
                               {"instance", std::to_string(x.instance_id)},
                               {"run", std::to_string(x.run_id)},
                               {"uuid", uuid}});
  if (x.step_id.empty())
    restarted_.emplace_back(x.workflow_id, uuid);
  else
    begun_again_.emplace_back(
      engine::step_entity(x.workflow_id, x.instance_id, x.run_id, x.step_id), x.attempt);
}

/// Somebody restarts a step, or a run that belongs to another one, however far it is.
bool clients::restart_below() {
  auto runs = all_runs();
  if (runs.empty())
    return false;
  auto& run = runs[dice(runs.size())];
  all_rows rows{server_.rows(), options_.shards};
  auto read = engine::load_run(run, rows.reader().of(run));
  if (!read)
    return false;
  model::restart_config wanted;
  wanted.restart_path.push_back({run.workflow_id, run.instance_id, std::nullopt});
  wanted.restart_policy = wanted.downstream_policy = random_policy();
  auto& steps = (*read)->workflow->workflow.steps;
  if (steps.empty() || dice(3) == 0)
    return clients::restart(std::move(wanted), false);
  auto& step = steps[dice(steps.size())].id;
  wanted.restart_path.back().step_id = step;
  wanted.step_restart_params.emplace();
  wanted.step_restart_params->set(step, {});
  auto from_inline_root = dice(6) == 0;
  if (!from_inline_root)
    wanted.restart_policy = model::run_policy::restart_from_specific;
  return clients::restart(std::move(wanted), from_inline_root);
}

/// Whoever finds everything at rest runs again what has failed; false if there is nothing.
bool clients::restart_some() {
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
std::vector<engine::entity_id> clients::all_runs() {
  std::vector<engine::entity_id> out;
  for (shard_no shard = 0; shard < options_.shards; ++shard) {
    auto [from, to] = engine::rows::table('i');
    auto ok = server_.rows().scan(shard, from, to, [&](std::string_view key, auto) {
      if (auto id = engine::rows::parse_run_key(key))
        out.push_back(engine::instance_entity(id->workflow_id, id->instance_id, id->run_id));
      return true;
    });
    if (!ok)
      say(ok.error().message);
  }
  return out;
}

std::vector<std::pair<engine::entity_id, engine::run_summary>> clients::latest_runs() {
  std::vector<std::pair<engine::entity_id, engine::run_summary>> out;
  for (shard_no shard = 0; shard < options_.shards; ++shard) {
    auto [from, to] = engine::rows::table('S');
    auto ok = server_.rows().scan(shard, from, to, [&](auto key, std::string_view value) {
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

/// Each acknowledged start has exactly one instance, and there are no others.
int clients::check() {
  auto runs = 0;
  std::map<std::string, int> by_uuid;
  for (shard_no shard = 0; shard < options_.shards; ++shard) {
    auto [from, to] = engine::rows::table('S');
    auto ok = server_.rows().scan(shard, from, to, [&](auto, std::string_view value) {
      if (auto x = model::decode<engine::run_summary>(value)) {
        ++by_uuid[x->uuid];
        ++runs;
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
    if (deleted_.empty() && !has_row(step, engine::rows::step(step, attempt)))
      say("step " + to_string(step) + " was to begin again and has no attempt "
          + std::to_string(attempt));
  return runs;
}

} // namespace tutti::sim
