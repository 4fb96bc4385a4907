#include "actors/cluster/caretaker.hpp"

#include "runtime/base/log.hpp"
#include "runtime/base/overload.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace tutti::actors {

namespace {

constexpr auto survey_patience = std::chrono::milliseconds{1'000};

std::string text_of(const cluster::move& x) {
  auto named = [](const char* what, auto shard, auto node) {
    return std::string{what} + " shard=" + std::to_string(shard) + " node=" + std::to_string(node);
  };
  return std::visit(
    overload{
      [&](const cluster::add_learner& m) { return named("fill", m.shard, m.node); },
      [&](const cluster::promote& m) {
        return named("promote", m.shard, m.node)
               + (m.instead_of == 0 ? "" : " instead_of=" + std::to_string(m.instead_of));
      },
      [&](const cluster::remove_replica& m) { return named("remove", m.shard, m.node); },
      [&](const cluster::transfer_leader& m) { return named("lead", m.shard, m.to); },
    },
    x);
}

} // namespace

caretaker::caretaker(caretaker_deps deps) : deps_(std::move(deps)) {}

void caretaker::wake(std::vector<cluster::node_record> members) {
  {
    const std::lock_guard guard{lock_};
    members_ = std::move(members);
  }
  wake();
}

void caretaker::wake() {
  look_soon(std::chrono::milliseconds{50});
}

void caretaker::stop() {
  const std::lock_guard guard{lock_};
  stopped_ = true;
}

void caretaker::look_soon(std::chrono::milliseconds pause) {
  {
    const std::lock_guard guard{lock_};
    if (planned_ || looking_ || stopped_)
      return;
    planned_ = true;
  }
  deps_.later(pause, [self = weak_from_this()] {
    if (auto x = self.lock())
      x->look();
  });
}

void caretaker::look() {
  {
    const std::lock_guard guard{lock_};
    planned_ = false;
    // Alone there is nothing to place. Whoever joins wakes us.
    if (stopped_ || looking_ || members_.size() < 2
        || deps_.links->leaders().find(0).node != deps_.links->self())
      return;
    looking_ = true;
  }
  deps_.links->survey(survey_patience, [self = weak_from_this()](std::vector<surveyed_node> seen) {
    if (auto x = self.lock())
      x->take(std::move(seen));
  });
}

std::vector<cluster::node_view> caretaker::nodes_now() {
  std::set<cluster::node_no> up{deps_.links->self()};
  for (auto& peer : deps_.links->peers())
    if (peer.up)
      up.insert(peer.node);
  auto now = deps_.now_ms();
  const std::lock_guard guard{lock_};
  std::vector<cluster::node_view> out;
  for (auto& x : members_) {
    auto reachable = up.contains(x.node);
    if (reachable)
      silent_since_.erase(x.node);
    else
      silent_since_.try_emplace(x.node, now);
    out.push_back({x.node, x.mode, reachable, reachable ? 0 : now - silent_since_[x.node]});
  }
  return out;
}

void caretaker::take(std::vector<surveyed_node> seen) {
  auto nodes = nodes_now();
  std::map<engine::shard_no, std::pair<std::uint64_t, cluster::shard_view>> newest;
  for (auto& node : seen)
    for (auto& x : node.shards) {
      auto& known = newest[x.shard];
      if (x.term >= known.first)
        known = {x.term, view_of(x, node.node)};
    }
  std::vector<cluster::shard_view> shards;
  for (auto& [shard, view] : newest)
    shards.push_back(std::move(view.second));
  auto moves = cluster::plan_moves(nodes, shards, deps_.rules);
  for (auto& x : moves) {
    log::info("cluster-move", {{"what", text_of(x)}});
    deps_.links->order(x);
  }
  forget_gone(seen);
  auto busy = !moves.empty() || std::any_of(shards.begin(), shards.end(), [](auto& x) {
    return x.changing || !x.learners.empty();
  }) || std::any_of(nodes.begin(), nodes.end(), [](auto& x) { return !x.reachable; });
  {
    const std::lock_guard guard{lock_};
    looking_ = false;
  }
  look_soon(busy ? deps_.busy_pause : deps_.rest_pause);
}

/// A node that is leaving and has nothing any more. Only when every shard was seen: one that has no
/// leader may still count on it.
void caretaker::forget_gone(const std::vector<surveyed_node>& seen) {
  std::set<engine::shard_no> led;
  std::map<cluster::node_no, std::uint64_t> replicas;
  for (auto& node : seen)
    for (auto& x : node.shards) {
      if (!led.insert(x.shard).second)
        continue;
      for (auto* list : {&x.voters, &x.learners})
        for (auto member : *list)
          ++replicas[member];
    }
  if (led.size() != deps_.links->leaders().all().size())
    return;
  std::vector<cluster::node_no> gone;
  {
    const std::lock_guard guard{lock_};
    for (auto& x : members_)
      if (x.mode == cluster::node_mode::leaving && replicas[x.node] == 0)
        gone.push_back(x.node);
  }
  for (auto node : gone)
    deps_.order(cluster::forget_node{node, 0});
}

} // namespace tutti::actors
