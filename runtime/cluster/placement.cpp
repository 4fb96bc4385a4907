#include "runtime/cluster/placement.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace tutti::cluster {

namespace {

bool has(const std::vector<node_no>& all, node_no x) {
  return std::find(all.begin(), all.end(), x) != all.end();
}

class planner {
public:
  planner(const std::vector<node_view>& nodes, const std::vector<shard_view>& shards,
          const placement_rules& rules)
    : shards_(shards),
      rules_(rules),
      wanted_(wanted_voters(nodes, rules)) {
    for (auto& x : nodes) {
      nodes_[x.node] = &x;
      if (takes_replicas(x))
        replicas_[x.node] = 0;
    }
    for (auto& x : shards_)
      count(x);
  }

  std::vector<move> plan() {
    for (auto& x : shards_)
      if (x.leader != 0 && !x.changing)
        mend(x);
    if (moves_.empty() && fills_ == 0)
      balance_replicas();
    move_leaders();
    return std::move(moves_);
  }

private:
  static bool acts(const node_view& x) { return x.reachable && !x.read_only; }

  bool takes_replicas(const node_view& x) const { return x.mode == node_mode::active && acts(x); }

  const node_view* find(node_no node) const {
    auto at = nodes_.find(node);
    return at == nodes_.end() ? nullptr : at->second;
  }

  bool dead(node_no node) const {
    auto* x = find(node);
    return !x || (!x->reachable && x->silent_ms >= rules_.dead_after_ms);
  }

  bool must_go(node_no node) const {
    auto* x = find(node);
    return !x || x->mode == node_mode::leaving;
  }

  /// Another node should have its replica, if there is one.
  bool should_go(node_no node) const {
    auto* x = find(node);
    return must_go(node) || dead(node) || x->mode == node_mode::draining;
  }

  bool may_lead(node_no node) const {
    auto* x = find(node);
    return x && acts(*x) && (x->mode == node_mode::active || x->mode == node_mode::cordoned);
  }

  void count(const shard_view& x) {
    for (auto all : {&x.voters, &x.learners})
      for (auto node : *all)
        ++replicas_[node];
    if (x.changing || !x.learners.empty())
      ++fills_;
    leader_weight_[x.leader] += weight(x);
    total_weight_ += weight(x);
  }

  static std::uint64_t weight(const shard_view& x) { return 1 + x.load; }

  // -- copies --------------------------------------------------------------------

  void mend(const shard_view& x) {
    if (!x.learners.empty())
      return go_on(x);
    const auto endangered = std::find_if(x.voters.begin(), x.voters.end(),
                                         [&](node_no n) { return should_go(n); });
    if (x.voters.size() > wanted_)
      return shrink(x);
    if (endangered != x.voters.end() || x.voters.size() < wanted_)
      fill(x);
  }

  /// A replica is being filled: give it the vote, or give it up.
  void go_on(const shard_view& x) {
    for (auto node : x.learners) {
      if (should_go(node))
        return add(remove_replica{x.shard, node});
      if (!has(x.caught_up, node))
        continue;
      if (x.voters.size() >= wanted_)
        return replace(x, node);
      if (safe(x, node, 0))
        add(promote{x.shard, node, 0});
      return;
    }
  }

  void replace(const shard_view& x, node_no by) {
    const auto gone = worst(x);
    // Things may have changed since the filling began.
    if (!should_go(gone) && count_of(gone) < count_of(by))
      return add(remove_replica{x.shard, by});
    // A leader hands over first, so that nobody waits for an election.
    if (auto to = gone == x.leader ? lightest_voter(x) : std::nullopt)
      return transfer(x, *to);
    if (safe(x, by, gone))
      add(promote{x.shard, by, gone});
  }

  /// Whether a majority would be reached after a change. 0: nobody.
  bool safe(const shard_view& x, node_no comes, node_no goes) const {
    std::size_t voters = 0;
    std::size_t reached = 0;
    auto count = [&](node_no node) {
      auto* view = find(node);
      ++voters;
      reached += view && acts(*view) ? 1 : 0;
    };
    for (auto node : x.voters)
      if (node != goes)
        count(node);
    if (comes != 0)
      count(comes);
    return reached > voters / 2;
  }

  /// The voter that should go first. The leader goes last of its kind: it has to move first.
  node_no worst(const shard_view& x) const {
    auto rank = [&](node_no node) {
      return std::tuple{must_go(node), dead(node), should_go(node), count_of(node),
                        node != x.leader};
    };
    return *std::max_element(x.voters.begin(), x.voters.end(),
                             [&](node_no a, node_no b) { return rank(a) < rank(b); });
  }

  std::size_t count_of(node_no node) const {
    auto at = replicas_.find(node);
    return at == replicas_.end() ? 0 : at->second;
  }

  void shrink(const shard_view& x) {
    const auto node = worst(x);
    if (node == x.leader) {
      // A leader hands over first.
      if (auto to = lightest_voter(x))
        transfer(x, *to);
    } else if (safe(x, 0, node)) {
      add(remove_replica{x.shard, node});
    }
  }

  void fill(const shard_view& x) {
    if (fills_ >= rules_.fills_max)
      return;
    if (auto to = emptiest(x)) {
      ++fills_;
      ++replicas_[*to];
      add(add_learner{x.shard, *to});
    }
  }

  /// The node with the fewest replicas that could take one of this shard.
  std::optional<node_no> emptiest(const shard_view& x) const {
    std::optional<node_no> best;
    for (auto& [node, replicas] : replicas_)
      if (auto* view = find(node); view && takes_replicas(*view) && !has(x.voters, node)
                                   && !has(x.learners, node)
                                   && (!best || replicas < count_of(*best)))
        best = node;
    return best;
  }

  void balance_replicas() {
    for (auto& x : shards_) {
      if (fills_ >= rules_.fills_max)
        return;
      if (x.leader == 0 || x.changing || x.voters.size() != wanted_)
        continue;
      const auto to = emptiest(x);
      const auto from = worst(x);
      if (to && count_of(from) > count_of(*to) + 1) {
        --replicas_[from];
        ++replicas_[*to];
        ++fills_;
        add(add_learner{x.shard, *to});
      }
    }
  }

  // -- leaders -------------------------------------------------------------------

  void move_leaders() {
    for (auto& x : shards_)
      if (x.leader != 0 && !x.changing && !may_lead(x.leader) && find(x.leader)
          && find(x.leader)->reachable)
        if (auto to = lightest_voter(x))
          transfer(x, *to);
    balance_leaders();
  }

  std::optional<node_no> lightest_voter(const shard_view& x) const {
    std::optional<node_no> best;
    for (auto node : x.voters)
      if (node != x.leader && may_lead(node) && (!best || weight_of(node) < weight_of(*best)))
        best = node;
    return best;
  }

  std::uint64_t weight_of(node_no node) const {
    auto at = leader_weight_.find(node);
    return at == leader_weight_.end() ? 0 : at->second;
  }

  void balance_leaders() {
    auto leaders = std::count_if(nodes_.begin(), nodes_.end(),
                                 [&](auto& x) { return may_lead(x.first); });
    if (leaders < 2)
      return;
    const auto average = total_weight_ / static_cast<std::uint64_t>(leaders);
    const auto slack = average * rules_.leader_slack_percent / 100;
    for (auto& x : shards_) {
      if (x.leader == 0 || x.changing || !x.learners.empty())
        continue;
      auto to = lightest_voter(x);
      // It must be better afterwards, not only the other way round.
      if (to && weight_of(x.leader) > weight_of(*to) + weight(x) + slack)
        transfer(x, *to);
    }
  }

  void transfer(const shard_view& x, node_no to) {
    if (transfers_ >= rules_.transfers_max || touched(x.shard))
      return;
    ++transfers_;
    leader_weight_[x.leader] -= weight(x);
    leader_weight_[to] += weight(x);
    add(transfer_leader{x.shard, to});
  }

  bool touched(shard_no shard) const {
    return std::any_of(moves_.begin(), moves_.end(), [&](const move& m) {
      return std::visit([&](auto& one) { return one.shard == shard; }, m);
    });
  }

  void add(move what) { moves_.push_back(what); }

  const std::vector<shard_view>& shards_;
  const placement_rules& rules_;
  std::size_t wanted_;
  std::map<node_no, const node_view*> nodes_;
  std::map<node_no, std::size_t> replicas_;
  std::map<node_no, std::uint64_t> leader_weight_;
  std::uint64_t total_weight_ = 0;
  std::size_t fills_ = 0;
  std::size_t transfers_ = 0;
  std::vector<move> moves_;
};

} // namespace

std::size_t wanted_voters(const std::vector<node_view>& nodes, const placement_rules& rules) {
  const auto staying = static_cast<std::size_t>(std::count_if(
    nodes.begin(), nodes.end(), [](auto& x) { return x.mode != node_mode::leaving; }));
  const auto most = std::max<std::size_t>(1, std::min(rules.replicas, staying));
  return most % 2 == 1 ? most : most - 1;
}

std::vector<move> plan_moves(const std::vector<node_view>& nodes,
                             const std::vector<shard_view>& shards, const placement_rules& rules) {
  return planner{nodes, shards, rules}.plan();
}

} // namespace tutti::cluster
