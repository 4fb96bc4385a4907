#include "actors/journal/node_groups.hpp"

#include "runtime/base/log.hpp"
#include "runtime/base/overload.hpp"

#include <algorithm>

namespace tutti::actors {

namespace {

/// Of one group, without a lead between them.
constexpr int failures_max = 3;

} // namespace

status perform(storage::node_store& store, disk_work& work,
               std::vector<storage::shard_id>& refused) {
  for (const auto& x : work.pictures) {
    auto ok = store.install(x.shard, *x.rows);
    if (ok)
      continue;
    if (ok.error().code != ec::corrupt && ok.error().code != ec::conflict)
      return ok;
    log::warning("picture-refused",
                 {{"shard", std::to_string(x.shard)}, {"why", ok.error().message}});
    refused.push_back(x.shard);
    std::erase_if(work.parts, [&](const auto& part) { return part.shard == x.shard; });
  }
  if (work.parts.empty())
    return unit{};
  return store.write(work.parts, work.sync);
}

node_groups::node_groups(std::shared_ptr<storage::node_store> store, group_settings settings,
                         group_listener& listener)
  : store_(std::move(store)),
    settings_(std::move(settings)),
    listener_(listener) {}

// -- input ----------------------------------------------------------------------------------------

void node_groups::join(storage::shard_id shard) {
  auto& at = places_[shard];
  drop(at, {ec::unavailable, "shard " + std::to_string(shard) + " begins again"});
  if (!at.due)
    due_.push_back(shard);
  at.due = true;
}

void node_groups::propose(wire::proposal what) {
  auto found = places_.find(what.shard);
  if (halted_ || found == places_.end() || !found->second.group) {
    listener_.on_not_committed(what.shard, what.epoch, what.batch,
                               halted_.value_or(error{ec::unavailable, "the term is over"}));
    return;
  }
  auto& [shard, at] = *found;
  check(shard, at, at.group->propose(std::move(what)));
}

void node_groups::step(const wire::raft_mail& what) {
  if (auto found = places_.find(what.shard); found != places_.end() && found->second.group)
    check(what.shard, found->second, found->second.group->step(what));
}

void node_groups::tick() {
  for (auto& [shard, at] : places_)
    if (at.group && at.group->needs_ticks())
      check(shard, at, at.group->tick(up_));
}

void node_groups::see_peer(raft::node_no node, bool up) {
  if (up) {
    up_.insert(node);
    return;
  }
  up_.erase(node);
  for (auto& [shard, at] : places_)
    if (at.group)
      check(shard, at, at.group->lost_peer(node));
}

void node_groups::take_rest(const wire::rest_word& what) {
  if (auto found = places_.find(what.shard); found != places_.end() && found->second.group)
    check(what.shard, found->second, found->second.group->take_rest(what));
}

void node_groups::check_leads(const wire::leads_told& what) {
  for (auto& [shard, at] : places_)
    if (at.group)
      at.group->check_lead(what.from, what.terms);
}

void node_groups::report_picture(const wire::picture_sent& what) {
  if (auto found = places_.find(what.shard); found != places_.end() && found->second.group)
    check(what.shard, found->second,
          found->second.group->report_picture(what.member, what.delivered));
}

result<node_groups::read_place> node_groups::read_index(storage::shard_id shard,
                                                        std::string_view context) {
  auto found = places_.find(shard);
  if (halted_ || found == places_.end() || !found->second.group)
    return halted_.value_or(
      error{ec::unavailable, "shard " + std::to_string(shard) + " is not open; try again"});
  auto& group = *found->second.group;
  if (group.sole())
    return group.leads() ? result{read_place::here}
                         : error{ec::unavailable, "shard " + std::to_string(shard)
                                                    + " has no leader now; try again"};
  if (!group.votes())
    return read_place::elsewhere;
  if (!group.leads())
    return read_place::at_leader;
  auto ok = group.read_index(context);
  if (!ok && ok.error().code != ec::unavailable)
    check(shard, found->second, ok);
  touch(shard, found->second);
  if (!ok)
    return error{ec::unavailable, ok.error().message};
  return read_place::later;
}

void node_groups::wait_applied(storage::shard_id shard, storage::log_index index,
                               std::string context) {
  if (auto* group = find(shard))
    group->wait_applied(index, std::move(context));
}

raft::node_no node_groups::leader_of(storage::shard_id shard) {
  auto found = places_.find(shard);
  if (found == places_.end() || !found->second.group)
    return 0;
  auto now = found->second.group->state();
  if (now)
    return now->lead.leader;
  broken(shard, found->second, now.error());
  return 0;
}

void node_groups::move(const cluster::move& what) {
  auto shard = std::visit([](auto& x) { return storage::shard_id{x.shard}; }, what);
  auto found = places_.find(shard);
  if (halted_ || found == places_.end() || !found->second.group || !found->second.group->leads())
    return;
  using kind = raft::conf_change::kind;
  auto& group = *found->second.group;
  auto change = [&](std::vector<raft::conf_change> all) { return group.change_members(all); };
  auto ok = std::visit(overload{
                         [&](const cluster::add_learner& x) {
                           return change({{kind::add_learner, x.node}});
                         },
                         [&](const cluster::promote& x) {
                           return x.instead_of == 0 ? change({{kind::add_voter, x.node}})
                                                    : change({{kind::add_voter, x.node},
                                                              {kind::remove, x.instead_of}});
                         },
                         [&](const cluster::remove_replica& x) {
                           return change({{kind::remove, x.node}});
                         },
                         [&](const cluster::transfer_leader& x) { return group.transfer(x.to); },
                       },
                       what);
  // What cannot be now is planned again, if it is still wanted.
  if (!ok && ok.error().code == ec::unavailable)
    ok = unit{};
  check(shard, found->second, ok);
}

std::vector<cluster::shard_view> node_groups::look() {
  std::vector<cluster::shard_view> out;
  for (auto& [shard, at] : places_) {
    if (!at.group || !at.group->leads())
      continue;
    auto view = at.group->look();
    if (view)
      out.push_back(std::move(*view));
    else
      broken(shard, at, view.error());
  }
  return out;
}

void node_groups::halt(const error& why) {
  halted_ = why;
  for (auto& [shard, at] : places_) {
    drop(at, why);
    if (!at.due)
      due_.push_back(shard);
    at.due = true;
  }
}

void node_groups::resume() {
  halted_.reset();
}

// -- groups that come and go ----------------------------------------------------------------------

void node_groups::touch(storage::shard_id shard, place& at) {
  if (!at.touched)
    touched_.push_back(shard);
  at.touched = true;
}

void node_groups::drop(place& at, const error& why) {
  if (!at.group)
    return;
  at.group->abandon(why);
  at.group.reset();
  ++at.generation;
}

void node_groups::broken(storage::shard_id shard, place& at, const error& why) {
  log::error("shard-replica-failed", {{"shard", std::to_string(shard)}, {"why", why.message}});
  drop(at, {ec::unavailable, why.message});
  if (++at.failures > failures_max) {
    log::error("shard-replica-given-up",
               {{"shard", std::to_string(shard)}, {"times", std::to_string(at.failures)}});
    listener_.on_step_down(shard, {ec::unavailable, why.message});
    return;
  }
  if (!at.due)
    due_.push_back(shard);
  at.due = true;
}

void node_groups::check(storage::shard_id shard, place& at, const status& outcome) {
  if (outcome)
    touch(shard, at);
  else
    broken(shard, at, outcome.error());
}

/// What was on its way to the disk is there before a group is opened from it.
status node_groups::open_due() {
  if (halted_ || due_.empty())
    return unit{};
  std::vector<storage::shard_id> now;
  std::vector<storage::shard_id> later;
  for (auto shard : due_)
    (places_[shard].rounds == 0 ? now : later).push_back(shard);
  if (auto ok = begin_all(now); !ok)
    return ok;
  due_ = std::move(later);
  for (auto shard : now) {
    auto& at = places_[shard];
    at.due = false;
    open(shard, at);
  }
  return unit{};
}

/// What new groups need on the disk before they are opened.
status node_groups::begin_all(const std::vector<storage::shard_id>& shards) {
  const auto& voters = settings_.voters;
  if (std::find(voters.begin(), voters.end(), settings_.node) == voters.end())
    return unit{};
  std::vector<storage::shard_write> all;
  for (auto shard : shards) {
    auto at = store_->position(shard);
    if (!at)
      continue; // Opening it says so.
    auto first = raft::first_write(shard, *at, voters);
    if (!first)
      return first.error();
    if (*first)
      all.push_back(std::move(**first));
  }
  return all.empty() ? status{unit{}} : store_->write(all, false);
}

void node_groups::open(storage::shard_id shard, place& at) {
  auto group = shard_group::open(*store_, shard, settings_, listener_);
  if (!group) {
    broken(shard, at, group.error());
    return;
  }
  at.group = std::move(*group);
  check(shard, at, at.group->sole() ? at.group->campaign() : status{unit{}});
}

// -- rounds ---------------------------------------------------------------------------------------

result<std::optional<node_groups::round>> node_groups::gather() {
  if (auto ok = open_due(); !ok)
    return ok.error();
  round out;
  std::vector<part> parts;
  auto todo = std::exchange(touched_, {});
  for (auto shard : todo) {
    auto& at = places_[shard];
    at.touched = false;
    if (!at.group)
      continue;
    auto more = at.group->gather(out.work);
    if (!more) {
      broken(shard, at, more.error());
      continue;
    }
    if (!*more)
      continue;
    parts.push_back({shard, at.generation});
    ++at.rounds;
    touch(shard, at);
  }
  if (parts.empty())
    return std::optional<round>{};
  out.number = ++round_count_;
  rounds_.push_back(std::move(parts));
  return std::optional{std::move(out)};
}

void node_groups::written(const std::vector<storage::shard_id>& refused) {
  auto parts = std::move(rounds_.front());
  rounds_.pop_front();
  for (auto [shard, generation] : parts) {
    auto& at = places_[shard];
    --at.rounds;
    if (!at.group || at.generation != generation)
      continue;
    if (std::find(refused.begin(), refused.end(), shard) != refused.end()) {
      broken(shard, at, {ec::corrupt, "a picture of its rows was refused"});
      continue;
    }
    check(shard, at, at.group->written());
    if (at.group && at.group->leads())
      at.failures = 0;
  }
}

// -- status ---------------------------------------------------------------------------------------

bool node_groups::needs_ticks() const {
  return std::any_of(places_.begin(), places_.end(),
                     [](auto& x) { return x.second.group && x.second.group->needs_ticks(); });
}

shard_group* node_groups::find(storage::shard_id shard) {
  auto found = places_.find(shard);
  return found == places_.end() ? nullptr : found->second.group.get();
}

std::optional<storage::shard_id> node_groups::first_shard() const {
  if (places_.empty())
    return std::nullopt;
  return places_.begin()->first;
}

} // namespace tutti::actors
