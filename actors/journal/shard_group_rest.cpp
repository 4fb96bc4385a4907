#include "actors/journal/shard_group.hpp"

#include <algorithm>

/// When a group rests, what wakes it, and who follows a leader whose node is gone
/// (docs/decisions/0014-groups-at-rest.md).
namespace tutti::actors {

/// Something happens. Of a leader that rested the others hear first: it must not count their
/// silence against itself.
status shard_group::busy() {
  if (rest_.wake() && leading_)
    return replica_->ping();
  return unit{};
}

status shard_group::rest_if_quiet(const std::set<raft::node_no>& up) {
  if (!told_ || !rest_.quiet_tick())
    return unit{};
  auto hears = [&](auto& x) { return x.id == settings_.node || up.contains(x.id); };
  if (!std::all_of(members_.begin(), members_.end(), hears))
    return unit{};
  auto end = all_agree_at();
  if (!end)
    return end.error();
  if (*end == 0)
    return unit{};
  for (auto& x : members_)
    if (x.id != settings_.node && !rest_.has_agreed(x.id))
      say_rest(wire::rest_word::kind::propose, x.id, *end);
  return unit{};
}

/// Leader: where the log ends that all members have, if nothing is to be done; else 0.
result<storage::log_index> shard_group::all_agree_at() {
  if (!waiting_.empty() || !held_.empty() || !under_way_.empty() || !reads_.empty())
    return storage::log_index{0};
  auto now = replica_->state();
  if (!now)
    return now.error();
  auto quiet = now->all_matched && now->term_committed && !now->conf_pending && !now->joint
               && now->transferee == 0 && now->pending_reads == 0 && known_applied_ == now->last;
  return quiet ? now->last : 0;
}

void shard_group::say_rest(wire::rest_word::kind what, raft::node_no to, storage::log_index index) {
  listener_.on_rest_word({shard_, settings_.node, to, term_, index, what});
}

status shard_group::take_rest(const wire::rest_word& what) {
  using kind = wire::rest_word::kind;
  if (what.what == kind::wake)
    return leading_ ? busy() : status{unit{}};
  if (what.term != term_)
    return unit{};
  return what.what == kind::agree ? take_agreement(what) : take_proposal(what);
}

status shard_group::take_agreement(const wire::rest_word& what) {
  auto end = leading_ ? all_agree_at() : result<storage::log_index>{0};
  if (!end)
    return end.error();
  if (*end == 0 || *end != what.index)
    return unit{};
  rest_.agree(what.from);
  auto agrees = [&](auto& x) { return x.id == settings_.node || rest_.has_agreed(x.id); };
  if (std::all_of(members_.begin(), members_.end(), agrees))
    rest_.rest();
  return unit{};
}

status shard_group::take_proposal(const wire::rest_word& what) {
  if (leading_ || what.from != leader_)
    return unit{};
  auto now = replica_->state();
  if (!now)
    return now.error();
  if (now->last != what.index || now->commit != what.index)
    return unit{};
  rest_.rest();
  say_rest(wire::rest_word::kind::agree, leader_, what.index);
  return unit{};
}

void shard_group::check_lead(raft::node_no who,
                             const std::map<storage::shard_id, std::uint64_t>& terms) {
  if (!rest_.resting() || leading_ || leader_ != who)
    return;
  auto found = terms.find(shard_);
  if (found == terms.end() || found->second < term_)
    rest_.wake();
}

status shard_group::lost_peer(raft::node_no who) {
  auto is_member = std::any_of(members_.begin(), members_.end(),
                               [&](auto& x) { return x.id == who; });
  if (leading_)
    return is_member ? busy() : status{unit{}};
  if (leader_ != who)
    return unit{};
  rest_.wake();
  leader_ = 0;
  if (votes())
    rest_.leader_gone(rank_without(who));
  return replica_->forget_leader(who);
}

/// The turn of this node among the voters that are left; another one for each shard, so that the
/// leads of a dead node spread.
std::size_t shard_group::rank_without(raft::node_no who) const {
  std::vector<raft::node_no> left;
  for (auto& x : members_)
    if (x.voter && x.id != who)
      left.push_back(x.id);
  std::sort(left.begin(), left.end());
  const auto mine = std::find(left.begin(), left.end(), settings_.node) - left.begin();
  return (static_cast<std::size_t>(mine) + left.size() - shard_ % left.size()) % left.size();
}

status shard_group::campaign_again() {
  auto now = replica_->state();
  if (!now)
    return now.error();
  // A real election goes on by itself, and another one would spoil it.
  if (now->lead.mine != raft::role::follower && now->lead.mine != raft::role::pre_candidate)
    return unit{};
  auto ok = replica_->campaign();
  return ok || replica_->dead() ? ok : status{unit{}};
}

} // namespace tutti::actors
