#include "tools/sim/cluster_world.hpp"

#include "actors/run/executor.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/overload.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>

/// What clients, nodes and jobs do, step by step.
namespace tutti::sim {

namespace {

/// What a client waits for an answer.
constexpr time_ms patience_ms = 45'000;

} // namespace

// -- what clients see -----------------------------------------------------------------------------

void cluster_world::ask(engine::entity_id to, engine::message_ptr what,
                        std::function<void(result<engine::answer>)> done) {
  auto* n = any_up();
  if (!n) {
    done(error{ec::unavailable, "no node is up"});
    return;
  }
  auto number = ++last_ask_;
  asks_.emplace(number, open_ask{n->number, std::move(done)});
  auto answer = [this, number](result<engine::answer> x) {
    if (dying_)
      return;
    if (auto asked = asks_.extract(number))
      asked.mapped().done(std::move(x));
  };
  n->now->ask(std::move(to), std::move(what), answer);
  later(0, 0, patience_ms, [answer] { answer(error{ec::timeout, "no answer"}); });
}

const storage::node_store* cluster_world::newest(storage::shard_id shard) const {
  const storage::node_store* best = nullptr;
  storage::log_index applied = 0;
  for (auto& [number, n] : nodes_) {
    if (!n->now)
      continue;
    auto at = n->now->store().position(shard);
    if (at && (!best || at->applied > applied)) {
      best = &n->now->store();
      applied = at->applied;
    }
  }
  return best;
}

std::vector<sim_node*> cluster_world::nodes_up() {
  std::vector<sim_node*> out;
  for (auto& [number, n] : nodes_)
    if (n->now && !n->paused)
      out.push_back(n.get());
  return out;
}

sim_node* cluster_world::any_up() {
  auto up = nodes_up();
  return up.empty() ? nullptr : up[dice(up.size())];
}

// -- steps ----------------------------------------------------------------------------------------

void cluster_world::act() {
  if (faults_left_ > 0 && clients_ && !ending_ && dice(800) == 0)
    break_something();
  if (joins_wanted_ > 0 && !joining_ && nodes_.begin()->second->now && dice(500) == 0)
    join();
  if (dice(12) == 0)
    clients_act();
  if (clients_ && dice(150) == 0)
    read_one();
  std::vector<sim_node*> busy;
  for (auto* n : nodes_up())
    if (n->now->busy())
      busy.push_back(n);
  if (!busy.empty()) {
    busy[dice(busy.size())]->now->step();
    ++found_.events;
    // Work takes time too.
    if (dice(40) == 0)
      pass_to(now_ + 1 + static_cast<time_ms>(dice(5)));
    return;
  }
  if (!clients_act())
    pass_to(next_time());
}

bool cluster_world::clients_act() {
  return clients_ && !ending_ && any_up() && clients_->act();
}

time_ms cluster_world::next_time() {
  auto next = std::min(now_ + 1000, net_.next_due());
  if (!events_.empty())
    next = std::min(next, events_.begin()->first);
  for (auto* n : nodes_up())
    if (auto wait = n->now->until_next_timer(); wait >= 0)
      next = std::min(next, now_ + wait);
  return std::max(next, now_ + 1);
}

void cluster_world::pass_to(time_ms time) {
  const auto span = time - now_;
  now_ = time;
  for (auto& [number, n] : nodes_) {
    n->around.now = now_ + n->skew;
    if (n->paused)
      n->missed += span;
    else if (n->now)
      n->now->pass(std::chrono::milliseconds{span});
  }
  for (auto& [number, n] : nodes_)
    n->jobs->end_unkept();
  net_.advance(now_);
  std::vector<event> due;
  while (!events_.empty() && events_.begin()->first <= now_) {
    due.push_back(std::move(events_.begin()->second));
    events_.erase(events_.begin());
  }
  for (auto& x : due) {
    if (x.node != 0) {
      auto& n = *nodes_.at(x.node);
      if (x.life_no != 0 && n.life_no != x.life_no)
        continue;
      if (n.paused) {
        events_.emplace(now_ + 10, std::move(x));
        continue;
      }
    }
    x.call();
  }
}

void cluster_world::read_one() {
  std::vector<const wish*> known;
  for (auto& x : clients_->wishes())
    if (x.acknowledged && !clients_->deleted(x.workflow_id))
      known.push_back(&x);
  auto* n = any_up();
  if (known.empty() || !n)
    return;
  auto& x = *known[dice(known.size())];
  auto shard = engine::shard_of(engine::workflow_entity(x.workflow_id), options_.shards);
  n->now->read(shard, [this, n, shard, workflow = x.workflow_id, uuid = x.uuid,
                       floor = read_floor_[shard]](const result<bool>& ready) {
    if (dying_ || !ready || !*ready)
      return;
    auto at = n->now->store().position(shard);
    if (!at)
      return;
    if (at->applied < floor)
      say("a read of shard " + std::to_string(shard) + " at node " + std::to_string(n->number)
          + " sees entry " + std::to_string(at->applied) + ", an earlier one saw "
          + std::to_string(floor));
    read_floor_[shard] = std::max(read_floor_[shard], at->applied);
    auto row = n->now->store().get(shard, engine::rows::request(workflow, uuid));
    if (!clients_->deleted(workflow) && row && !*row)
      say("start " + uuid + " of " + workflow + " was acknowledged, and node "
          + std::to_string(n->number) + " does not see it");
  });
}

// -- jobs -----------------------------------------------------------------------------------------

void cluster_world::on_work(const sim_node& n, const wire::work& x) {
  if (dying_)
    return;
  std::visit(overload{
               [&](const engine::launch_job& o) {
                 steps_of_jobs_.emplace(o.step_uuid, x.step);
                 log::debug("sim-order", {{"node", std::to_string(n.number)},
                                          {"job", o.step_uuid},
                                          {"again", o.again ? "1" : "0"}});
                 auto row = n.now->store().get(engine::shard_of(x.step, options_.shards),
                                               engine::rows::step(x.step, o.attempt));
                 auto state = row && *row ? model::decode<engine::step_state>(**row) : error{};
                 if ((!state || state->step_uuid != o.step_uuid)
                     && !(clients_ && clients_->deleted(x.step.workflow_id)))
                   say("job " + o.step_uuid + " of " + to_string(x.step)
                       + " was ordered before its attempt was committed");
               },
               [&](const engine::forget_job& o) { forgotten_.insert(o.step_uuid); },
               [](const auto&) {},
             },
             *x.what);
}

void cluster_world::on_start(const sim_node& n, const std::string& uuid) {
  ++found_.jobs;
  log::debug("sim-job", {{"node", std::to_string(n.number)}, {"job", uuid}});
  // A few outlast any fault; of many the others would wait too long.
  const auto takes_long = long_jobs_left_ > 0 && dice(5) == 0;
  long_jobs_left_ -= takes_long ? 1 : 0;
  later(0, 0, static_cast<time_ms>(dice(takes_long ? 120'000 : 2'000)),
        [this, jobs = n.jobs, uuid] {
          jobs->end(uuid, dice(20) == 0 ? -1 : dice(4) == 0 ? 1 : 0);
        });
  if (forgotten_.contains(uuid))
    say("job " + uuid + " begins on node " + std::to_string(n.number)
        + " after its end was recorded");
  // Of one step only one attempt runs at a time.
  auto step = steps_of_jobs_.find(uuid);
  for (auto& [number, other] : nodes_)
    for (auto& running : other->jobs->running())
      if (auto x = steps_of_jobs_.find(running);
          step != steps_of_jobs_.end() && x != steps_of_jobs_.end() && x->second == step->second
          && (running != uuid || other.get() != &n))
        say("job " + uuid + " of " + to_string(step->second) + " begins on node "
            + std::to_string(n.number) + " while job " + running + " of it runs on node "
            + std::to_string(number));
}

void cluster_world::on_job_event(node_no node, const std::string& uuid,
                                 const worker::job_event& what) {
  auto& n = *nodes_.at(node);
  later(node, n.life_no, 1 + static_cast<time_ms>(dice(20)), [&n, uuid, what] {
    if (auto news = actors::to_update(uuid, what, n.around.now); news && n.now)
      n.now->tell_executor(std::move(*news));
  });
}

} // namespace tutti::sim
