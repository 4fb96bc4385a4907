#include "actors/run/gateway.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace tutti::actors {

namespace {

class gateway : public wire::gateway_actor::base {
public:
  using super = wire::gateway_actor::base;

  gateway(caf::actor_config& cfg, gateway_deps deps) : super(cfg), deps_(std::move(deps)) {}

  behavior_type make_behavior() override {
    set_error_handler([](caf::error&) {
      // An error answer to a plain send is no reason to end.
    });
    return {
      [this](wire::ask& x) { on_ask(x); },
      [this](const wire::reply& x) { on_reply(x); },
      [this](const wire::overdue&) { on_overdue(); },
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

  void on_ask(wire::ask& x) {
    if (waiting_.size() >= deps_.waiting_max) {
      x.done(error{ec::overloaded, "this node has " + std::to_string(waiting_.size())
                                     + " requests under way, the most it takes; slow down"});
      return;
    }
    auto keeper = deps_.peer(engine::shard_of(x.to, deps_.shards));
    auto number = ++last_;
    auto patience = x.patience_ms > 0 ? x.patience_ms : deps_.patience_ms;
    auto late = late_.emplace(deps_.now() + patience, number);
    waiting_.emplace(number, waiting{late, patience, std::move(x.done)});
    send(keeper, wire::request{std::move(x.to), std::move(x.what), number});
    plan();
  }

  void on_reply(const wire::reply& x) {
    auto i = waiting_.find(x.client);
    if (i == waiting_.end())
      return; // It gave up.
    if (x.bad)
      finish(i, *x.bad);
    else if (x.good)
      finish(i, *x.good);
    else
      finish(i, error{ec::internal, "a reply without content"});
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

  struct waiting {
    std::multimap<engine::time_ms, std::uint64_t>::iterator late;
    std::int64_t patience_ms = 0;
    done_function done;
  };

  void finish(std::unordered_map<std::uint64_t, waiting>::iterator i, result<engine::answer> what) {
    auto tell = std::move(i->second.done);
    late_.erase(i->second.late);
    waiting_.erase(i);
    tell(std::move(what));
  }

  gateway_deps deps_;
  std::unordered_map<std::uint64_t, waiting> waiting_;
  std::multimap<engine::time_ms, std::uint64_t> late_;
  std::uint64_t last_ = 0;
  bool planned_ = false;
};

} // namespace

wire::gateway_actor spawn_gateway(caf::actor_system& system, gateway_deps deps) {
  return system.spawn<gateway>(std::move(deps));
}

} // namespace tutti::actors
