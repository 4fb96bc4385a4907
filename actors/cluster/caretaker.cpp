#include "actors/cluster/caretaker.hpp"

#include "actors/wire/job_lease.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/overload.hpp"

#include <algorithm>
#include <map>
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

/// A look that is planned for later gives way to an earlier one.
void caretaker::look_soon(std::chrono::milliseconds pause) {
  const auto due = deps_.now_ms() + pause.count();
  {
    const std::lock_guard guard{lock_};
    if (looking_ || stopped_ || (due_ != 0 && due_ <= due))
      return;
    due_ = due;
  }
  deps_.later(pause, [self = weak_from_this(), due] {
    if (auto x = self.lock())
      x->look(due);
  });
}

void caretaker::look(std::int64_t due) {
  {
    const std::lock_guard guard{lock_};
    if (due != due_)
      return;
    due_ = 0;
    // Alone there is nothing to place. Whoever joins wakes us.
    if (stopped_ || looking_ || members_.size() < 2
        || deps_.links->leaders().find(0).node != deps_.links->self())
      return;
    looking_ = true;
  }
  deps_.links->survey(survey_patience,
                      [self = weak_from_this()](const std::vector<surveyed_node>& seen) {
                        if (auto x = self.lock())
                          x->take(seen);
                      });
}

std::vector<cluster::node_view> caretaker::nodes_now(const std::vector<surveyed_node>& seen) {
  std::map<cluster::node_no, link::peer_state> links;
  for (auto& peer : deps_.links->peers())
    links.emplace(peer.node, peer);
  const std::lock_guard guard{lock_};
  std::vector<cluster::node_view> out;
  for (auto& x : members_) {
    // So new that there is no link yet: not reached, but for no time.
    const auto& link = links[x.node];
    auto answer = std::find_if(seen.begin(), seen.end(), [&](auto& y) { return y.node == x.node; });
    out.push_back({x.node, x.mode, link.up || x.node == deps_.links->self(), link.silent_ms,
                   answer != seen.end() && answer->read_only});
  }
  return out;
}

void caretaker::take(const std::vector<surveyed_node>& seen) {
  auto nodes = nodes_now(seen);
  auto shards = newest_views(seen);
  auto moves = cluster::plan_moves(nodes, shards, deps_.rules);
  for (auto& x : moves) {
    log::info("cluster-move", {{"what", text_of(x)}});
    deps_.links->order(x);
  }
  forget_gone(shards, seen);
  auto moving = [](const cluster::shard_view& x) { return x.changing || !x.learners.empty(); };
  auto gone = [](const cluster::node_view& x) { return !x.reachable; };
  auto busy = !moves.empty() || std::any_of(shards.begin(), shards.end(), moving)
              || std::any_of(nodes.begin(), nodes.end(), gone);
  {
    const std::lock_guard guard{lock_};
    looking_ = false;
  }
  look_soon(busy ? deps_.busy_pause : deps_.rest_pause);
}

/// A node that is leaving and has nothing any more, no replica and no job: who is forgotten counts
/// as gone, and its jobs as lost. Only when every shard was seen: one that has no leader may still
/// count on it.
void caretaker::forget_gone(const std::vector<cluster::shard_view>& shards,
                            const std::vector<surveyed_node>& seen) {
  if (shards.size() != deps_.links->leaders().all().size())
    return;
  std::set<cluster::node_no> used;
  for (auto& x : shards) {
    used.insert(x.voters.begin(), x.voters.end());
    used.insert(x.learners.begin(), x.learners.end());
  }
  auto works = [&](cluster::node_no node) {
    auto answer = std::find_if(seen.begin(), seen.end(), [&](auto& x) { return x.node == node; });
    return answer != seen.end() ? answer->jobs > 0
                                : deps_.links->agreed_silence_ms(node) <= wire::job_lease_ms;
  };
  std::vector<cluster::node_no> gone;
  {
    const std::lock_guard guard{lock_};
    for (auto& x : members_)
      if (x.mode == cluster::node_mode::leaving && !used.contains(x.node) && !works(x.node))
        gone.push_back(x.node);
  }
  for (auto node : gone)
    deps_.order(cluster::forget_node{node, 0});
}

} // namespace tutti::actors
