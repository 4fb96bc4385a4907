#include "actors/run/gateway.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tutti::actors {

namespace {

constexpr auto retry_pause = std::chrono::milliseconds{20};

// A number of a client: the node (16 bits), when its gateway began (24 bits of seconds), and a
// count. A letter may outlive the process whose client it is for: its answer must not reach a
// client of the next one.
constexpr unsigned node_shift = 48;
constexpr unsigned start_shift = 24;
constexpr std::uint64_t start_mask = 0xFF'FFFF;
constexpr engine::time_ms ms_per_s = 1000;

class gateway : public wire::gateway_actor::base {
public:
  using super = wire::gateway_actor::base;

  gateway(caf::actor_config& cfg, gateway_deps deps) : super(cfg), deps_(std::move(deps)) {
    auto start = static_cast<std::uint64_t>(deps_.now() / ms_per_s) & start_mask;
    last_ = deps_.node << node_shift | start << start_shift;
  }

  behavior_type make_behavior() override {
    set_error_handler([](caf::error&) {
      // An error answer to a plain send is no reason to end.
    });
    return {
      [this](wire::ask& x) { on_ask(x); },
      [this](const wire::reply& x) { on_reply(x); },
      [this](const wire::node_silent& x) { on_silent(x); },
      [this](const wire::overdue&) { on_overdue(); },
      [this](const wire::again&) { on_again(); },
    };
  }

  const char* name() const override { return "gateway"; }

  void on_exit() override {
    while (!waiting_.empty())
      finish(waiting_.begin(), error{ec::unavailable, "this node is shutting down"});
    deps_ = {};
  }

private:
  using done_function = std::function<void(result<engine::answer>)>;

  struct waiting {
    std::multimap<engine::time_ms, std::uint64_t>::iterator late;
    std::int64_t patience_ms = 0;
    done_function done;
    std::function<void(const wire::reply&)> done_reply;
    /// What was asked, if it can be asked again; else null.
    engine::entity_id to;
    engine::message_ptr what;
    engine::time_ms retry_until = 0;
    cluster::node_no node = 0; ///< who was asked; 0 = the keeper here
  };

  void on_ask(wire::ask& x) {
    auto here_only = static_cast<bool>(x.done_reply);
    if (waiting_.size() >= deps_.waiting_max) {
      error full{ec::overloaded, "this node has " + std::to_string(waiting_.size())
                                   + " requests under way, the most it takes; slow down"};
      if (here_only)
        x.done_reply({0, nullptr, std::make_shared<const error>(std::move(full)), true});
      else
        x.done(std::move(full));
      return;
    }
    auto number = ++last_;
    auto now = deps_.now();
    auto patience = x.patience_ms > 0 ? x.patience_ms : deps_.patience_ms;
    auto late = late_.emplace(now + patience, number);
    waiting one{late, patience, std::move(x.done), std::move(x.done_reply), {}, nullptr, 0, 0};
    if (deps_.elsewhere && !here_only) {
      one.to = x.to;
      one.what = x.what;
      one.retry_until = now + std::min(patience, deps_.leader_patience_ms);
    }
    auto& kept = waiting_.emplace(number, std::move(one)).first->second;
    if (kept.what)
      dispatch(number, kept);
    else
      ask_keeper(std::move(x.to), std::move(x.what), number);
    plan();
  }

  void ask_keeper(engine::entity_id to, engine::message_ptr what, std::uint64_t number) {
    auto keeper = deps_.peer(engine::shard_of(to, deps_.shards));
    send(keeper, wire::request{std::move(to), std::move(what), number});
  }

  /// To the keeper here, or to the node that leads the shard.
  void dispatch(std::uint64_t number, waiting& one) {
    one.node = deps_.elsewhere(engine::shard_of(one.to, deps_.shards));
    if (one.node == 0)
      ask_keeper(one.to, one.what, number);
    else if (!deps_.carry(one.node, number, one.to, one.what, one.patience_ms))
      hold(number);
  }

  /// Nobody did anything with it: it is asked again a little later, under a new number, so that a
  /// late answer to the old one is nobody's.
  void hold(std::uint64_t number) {
    held_.push_back(number);
    if (again_planned_)
      return;
    again_planned_ = true;
    delayed_send(this, retry_pause, wire::again{});
  }

  void on_again() {
    again_planned_ = false;
    auto todo = std::exchange(held_, {});
    for (auto number : todo) {
      auto node = waiting_.extract(number);
      if (node.empty())
        continue;
      node.key() = ++last_;
      node.mapped().late->second = last_;
      auto& kept = waiting_.insert(std::move(node)).position->second;
      dispatch(last_, kept);
    }
  }

  bool try_again(const waiting& one, const error& why, bool not_taken) const {
    return one.what && deps_.now() < one.retry_until
           && (not_taken || (why.code == ec::unavailable && repeatable(*one.what)));
  }

  void on_reply(const wire::reply& x) {
    if (auto node = x.client >> node_shift; node != deps_.node) {
      if (deps_.answer_abroad)
        deps_.answer_abroad(node, x);
      return;
    }
    auto i = waiting_.find(x.client);
    if (i == waiting_.end())
      return; // It gave up, or asked again.
    if (i->second.done_reply) {
      auto tell = std::move(i->second.done_reply);
      late_.erase(i->second.late);
      waiting_.erase(i);
      note_members(x);
      tell(x);
    } else if (x.bad && try_again(i->second, *x.bad, x.not_taken)) {
      hold(x.client);
    } else if (x.bad) {
      finish(i, *x.bad);
    } else if (x.good) {
      note_members(x);
      finish(i, *x.good);
    } else {
      finish(i, error{ec::internal, "a reply without content"});
    }
  }

  void note_members(const wire::reply& x) {
    if (!x.good || !deps_.on_members)
      return;
    if (auto* members = std::get_if<engine::cluster_changed>(x.good.get()))
      deps_.on_members(*members);
  }

  void on_silent(const wire::node_silent& x) {
    std::vector<std::uint64_t> lost;
    for (auto& [number, one] : waiting_)
      if (one.node == x.node)
        lost.push_back(number);
    error why{ec::unavailable, "node " + std::to_string(x.node)
                                 + " does not answer any more; what was asked may have happened. "
                                   "Repeat the request with the same request id"};
    for (auto number : lost) {
      auto i = waiting_.find(number);
      i->second.node = 0;
      if (try_again(i->second, why, false))
        hold(number);
      else
        finish(i, why);
    }
  }

  void on_overdue() {
    planned_ = false;
    auto now = deps_.now();
    while (!late_.empty() && late_.begin()->first <= now) {
      auto i = waiting_.find(late_.begin()->second);
      finish(i, error{ec::timeout, "no answer in " + std::to_string(i->second.patience_ms / 1000)
                                     + " s; what was asked may still happen. Repeat the request "
                                       "with the same request id"});
    }
    plan();
  }

  /// Looks at the earliest deadline, at most ten times a second.
  void plan() {
    if (planned_ || late_.empty())
      return;
    planned_ = true;
    auto pause = std::max<std::int64_t>(100, late_.begin()->first - deps_.now());
    delayed_send(this, std::chrono::milliseconds{std::min<std::int64_t>(pause, 1000)},
                 wire::overdue{});
  }

  void finish(std::unordered_map<std::uint64_t, waiting>::iterator i, result<engine::answer> what) {
    auto one = std::move(i->second);
    late_.erase(one.late);
    waiting_.erase(i);
    if (!one.done_reply)
      one.done(std::move(what));
    else if (!what)
      one.done_reply({0, nullptr, std::make_shared<const error>(what.error()), false});
  }

  gateway_deps deps_;
  std::unordered_map<std::uint64_t, waiting> waiting_;
  std::multimap<engine::time_ms, std::uint64_t> late_;
  std::uint64_t last_ = 0;
  bool planned_ = false;
  std::vector<std::uint64_t> held_;
  bool again_planned_ = false;
};

} // namespace

wire::gateway_actor spawn_gateway(caf::actor_system& system, gateway_deps deps) {
  return system.spawn<gateway>(std::move(deps));
}

} // namespace tutti::actors
