#include "actors/journal/shard_group.hpp"

#include "runtime/base/log.hpp"
#include "storage/journal/row_batch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tutti::actors {

namespace {

/// Of those that came and were not installed.
constexpr std::size_t pictures_max = 2;

std::string name_of(storage::shard_id shard) {
  return "shard " + std::to_string(shard);
}

/// Whether the disk has to know of it now. A commit index alone is learned again.
bool says_something(const storage::shard_write& part, bool must_sync) {
  return must_sync || !part.append.empty() || part.applied || part.conf_state
         || part.truncate_prefix_to;
}

} // namespace

/// The log of the shard, whose library speaks through ours.
class shard_group::told_log : public raft::shard_log {
public:
  told_log(const storage::node_store& store, storage::shard_id shard)
    : shard_log(store, shard),
      shard_(shard) {}

  void log(raft::log_level at, std::string_view line) noexcept override {
    auto worst = at <= raft::log_level::error;
    log::write(worst ? log::level::error : log::level::warning, "consensus",
               {{"shard", std::to_string(shard_)}, {"says", std::string{line}}});
  }

private:
  storage::shard_id shard_;
};

shard_group::shard_group(storage::shard_id shard, const group_settings& settings,
                         group_listener& listener)
  : shard_(shard),
    settings_(settings),
    listener_(listener) {}

shard_group::~shard_group() = default;

result<std::unique_ptr<shard_group>> shard_group::open(const storage::node_store& store,
                                                       storage::shard_id shard,
                                                       const group_settings& settings,
                                                       group_listener& listener) {
  auto at = store.position(shard);
  if (!at)
    return at.error();
  std::unique_ptr<shard_group> out{new shard_group{shard, settings, listener}};
  out->log_ = std::make_unique<told_log>(store, shard);
  raft::replica_settings how;
  how.id = settings.node;
  how.seed = settings.node * 0x10001 + shard + at->hard.term;
  how.election_ticks = settings.election_ticks;
  how.heartbeat_ticks = settings.heartbeat_ticks;
  auto replica = raft::replica::open(how, *at, *out->log_);
  if (!replica)
    return replica.error();
  out->replica_.emplace(std::move(*replica));
  out->term_ = at->hard.term;
  out->applied_ = out->committed_ = {at->applied, at->applied_term};
  out->known_applied_ = at->applied;
  out->cut_ = out->known_cut_ = at->truncated;
  if (auto ok = out->set_members(at->conf_state); !ok)
    return ok.error();
  return out;
}

status shard_group::set_members(std::string_view conf_state) {
  sole_ = false;
  members_.clear();
  if (conf_state.empty())
    return unit{};
  auto members = raft::members_of(conf_state);
  if (!members)
    return members.error();
  members_ = std::move(*members);
  sole_ = members_.size() == 1 && members_.front() == raft::member{settings_.node, true};
  return unit{};
}

// -- input ----------------------------------------------------------------------------------------

status shard_group::propose(wire::proposal what) {
  if (!told_ || what.epoch != term_) {
    listener_.on_not_committed(shard_, what.epoch, what.batch,
                               {ec::unavailable, "the term is over"});
    return unit{};
  }
  if (auto ok = busy(); !ok)
    return ok;
  if (held_.empty())
    return enter(std::move(what));
  held_.push_back(std::move(what));
  return unit{};
}

status shard_group::enter(wire::proposal what) {
  auto bare = sole_ && !members_change_;
  auto at = replica_->propose(bare ? std::string{} : storage::encode_rows(what.rows));
  if (at) {
    waiting_.push_back({*at, what.batch, std::move(what.rows), bare});
    return unit{};
  }
  if (replica_->dead() || at.error().code != ec::unavailable)
    return at.error();
  held_.push_front(std::move(what));
  return unit{};
}

status shard_group::enter_held() {
  while (!held_.empty()) {
    auto count = held_.size();
    auto next = std::move(held_.front());
    held_.pop_front();
    if (auto ok = enter(std::move(next)); !ok)
      return ok;
    if (held_.size() == count)
      break;
  }
  return unit{};
}

status shard_group::step(const wire::raft_mail& what) {
  if (what.type == RAFTC_MSG_SNAPSHOT) {
    if (!what.picture)
      return unit{};
    pictures_[what.picture->header().applied] = what.picture;
    if (pictures_.size() > pictures_max)
      pictures_.erase(pictures_.begin());
  }
  auto sign_of_life = what.type == RAFTC_MSG_HEARTBEAT || what.type == RAFTC_MSG_HEARTBEAT_RESPONSE;
  if (!sign_of_life) {
    // Somebody lacks the leader, who shows itself then.
    if (rest_.resting() && !leading_ && what.from != leader_)
      say_rest(wire::rest_word::kind::wake, leader_, 0);
    if (auto ok = busy(); !ok)
      return ok;
  }
  auto ok = replica_->step(what.bytes);
  if (ok || replica_->dead())
    return ok;
  if (log::enabled(log::level::debug))
    log::debug("raft-mail-ignored",
               {{"shard", std::to_string(shard_)}, {"why", ok.error().message}});
  return unit{};
}

status shard_group::tick(const std::set<raft::node_no>& up) {
  if (auto ok = replica_->tick(); !ok)
    return ok.error();
  if (leading_)
    return rest_if_quiet(up);
  if (leader_ == 0 && rest_.campaign_tick())
    return campaign_again();
  return unit{};
}

status shard_group::campaign() {
  return replica_->campaign();
}

status shard_group::report_picture(raft::node_no member, bool delivered) {
  return replica_->report_snapshot(member, delivered);
}

status shard_group::change_members(std::span<const raft::conf_change> changes) {
  if (auto ok = busy(); !ok)
    return ok;
  auto at = replica_->propose_conf(changes);
  if (!at)
    return at.error();
  // What is proposed from now on may be read by others.
  members_change_ = true;
  return unit{};
}

status shard_group::transfer(raft::node_no to) {
  if (auto ok = busy(); !ok)
    return ok;
  return replica_->transfer(to);
}

status shard_group::read_index(std::string_view context) {
  return replica_->read_index(context);
}

void shard_group::wait_applied(storage::log_index index, std::string context) {
  // A word that nobody waits for any more is told too, and ignored.
  constexpr std::size_t waiting_max = 1000;
  if (reads_.size() >= waiting_max)
    reads_.erase(reads_.begin());
  reads_.emplace_back(index, std::move(context));
  serve_reads();
}

void shard_group::serve_reads() {
  std::erase_if(reads_, [&](const auto& x) {
    if (x.first > known_applied_)
      return false;
    listener_.on_read(shard_, x.second);
    return true;
  });
}

bool shard_group::votes() const {
  return std::any_of(members_.begin(), members_.end(),
                     [&](auto& x) { return x.id == settings_.node && x.voter; });
}

result<cluster::shard_view> shard_group::look() {
  // A learner that lacks no more than this has it before its vote counts.
  constexpr storage::log_index near = 64;
  auto now = replica_->state();
  if (!now)
    return now.error();
  cluster::shard_view out;
  out.shard = static_cast<cluster::shard_no>(shard_);
  out.leader = settings_.node;
  out.changing = now->conf_pending || now->joint || now->transferee != 0;
  for (auto& x : members_) {
    if (x.voter || x.outgoing) {
      out.voters.push_back(x.id);
      continue;
    }
    out.learners.push_back(x.id);
    if (auto has = replica_->peer_match(x.id); has && *has > 0 && *has + near >= now->last)
      out.caught_up.push_back(x.id);
  }
  return out;
}

// -- leadership -----------------------------------------------------------------------------------

status shard_group::watch_lead(const raft::ready& what) {
  auto hard = what.hard_state();
  if (!what.lead() && !(hard && hard->term != term_))
    return unit{};
  auto now = replica_->state();
  if (!now)
    return now.error();
  auto leads = now->lead.mine == raft::role::leader;
  if (leading_ && (!leads || now->lead.term != term_))
    lose({ec::unavailable, now->lead.leader == 0 || now->lead.leader == settings_.node
                             ? name_of(shard_) + " has no leader now; try again"
                             : name_of(shard_) + " is led by node "
                                 + std::to_string(now->lead.leader) + " now; try again"});
  leading_ = leads;
  term_ = now->lead.term;
  leader_ = now->lead.leader;
  rest_.wake();
  if (leader_ != 0)
    rest_.leader_known();
  return unit{};
}

void shard_group::lose(const error& why) {
  auto told = std::exchange(told_, false);
  leading_ = false;
  waiting_.clear();
  held_.clear();
  for (auto& x : under_way_) {
    x.committed.clear();
    x.leads = 0;
  }
  if (told)
    listener_.on_step_down(shard_, why);
}

void shard_group::abandon(const error& why) {
  lose(why);
}

// -- output ---------------------------------------------------------------------------------------

result<bool> shard_group::gather(disk_work& out) {
  if (auto ok = enter_held(); !ok)
    return ok.error();
  auto next = replica_->take_ready();
  if (!next)
    return next.error();
  if (!*next)
    return false;
  aftermath then;
  if (auto ok = take(**next, out, then); !ok)
    return ok.error();
  under_way_.push_back(std::move(then));
  return true;
}

status shard_group::take(const raft::ready& what, disk_work& out, aftermath& then) {
  if (auto ok = watch_lead(what); !ok)
    return ok;
  then.number = what.number();
  for (const auto& x : what.now())
    if (auto mail = mail_of(x))
      listener_.on_mail(std::move(*mail));
  for (const auto& x : what.after())
    if (auto mail = mail_of(x))
      then.mail.push_back(std::move(*mail));
  if (auto snapshot = what.snapshot())
    if (auto ok = take_picture(*snapshot, out, then); !ok)
      return ok;
  storage::shard_write part;
  part.shard = shard_;
  raft::add_to(part, what);
  auto before = applied_.index;
  for (const auto& entry : what.committed())
    if (auto ok = take_committed(entry, part, then); !ok)
      return ok;
  if (sole_)
    if (auto ok = apply_early(what, part); !ok)
      return ok;
  if (applied_.index > before) {
    part.applied = applied_.index;
    part.applied_term = applied_.term;
  }
  if (auto ok = cut_log(part, then); !ok)
    return ok;
  for (const auto& x : what.reads())
    reads_.emplace_back(x.index, std::string{raft::text(x.context)});
  serve_reads();
  if (says_something(part, what.must_sync())) {
    out.parts.push_back(std::move(part));
    out.sync = out.sync || what.must_sync();
  }
  return unit{};
}

status shard_group::take_picture(const raft::snapshot_view& what, disk_work& out, aftermath& then) {
  auto found = pictures_.find(what.index);
  if (found == pictures_.end() || found->second->header().applied_term != what.term
      || found->second->header().conf_state != what.conf_state)
    return error{ec::internal, name_of(shard_) + ": the rows of the snapshot of entry "
                                 + std::to_string(what.index) + " did not come with it"};
  out.pictures.push_back({shard_, std::move(found->second)});
  pictures_.clear();
  applied_ = committed_ = {what.index, what.term};
  cut_ = known_cut_ = then.applied = what.index;
  return set_members(what.conf_state);
}

status shard_group::take_committed(const raftc_entry& entry, storage::shard_write& part,
                                   aftermath& then) {
  if (entry.index > applied_.index)
    if (auto ok = entry.type == RAFTC_NORMAL ? apply_rows(entry, part) : apply_members(entry, part);
        !ok)
      return ok;
  committed_ = {entry.index, entry.term};
  then.applied = entry.index;
  if (leading_ && !told_ && entry.term == term_)
    then.leads = term_;
  while (!waiting_.empty() && waiting_.front().at.index <= entry.index) {
    if (waiting_.front().at == raft::proposed{entry.index, entry.term})
      then.committed.push_back(waiting_.front().batch);
    waiting_.pop_front();
  }
  return unit{};
}

/// Nobody else has a say: what will be durable with this batch is committed then.
status shard_group::apply_early(const raft::ready& what, storage::shard_write& part) {
  for (const auto& entry : what.entries()) {
    if (entry.index == applied_.index + 1 && entry.type == RAFTC_NORMAL) {
      if (auto ok = apply_rows(entry, part); !ok)
        return ok;
      early_ = entry.index;
    } else if (auto* asked = find(entry.index); asked && asked->bare)
      return error{ec::internal, name_of(shard_) + ": entry " + std::to_string(entry.index)
                                   + " has no rows and cannot be applied yet"};
  }
  return unit{};
}

status shard_group::apply_rows(const raftc_entry& entry, storage::shard_write& part) {
  std::vector<storage::row_op> rows;
  if (auto* asked = find(entry.index); asked && asked->at.term == entry.term)
    rows = std::move(asked->rows);
  else {
    auto read = storage::decode_rows(raft::text(entry.data));
    if (!read)
      return error{read.error().code, name_of(shard_) + ", entry " + std::to_string(entry.index)
                                        + ": " + read.error().message};
    rows = std::move(*read);
  }
  if (part.apply.empty())
    part.apply = std::move(rows);
  else
    part.apply.insert(part.apply.end(), std::move_iterator{rows.begin()},
                      std::move_iterator{rows.end()});
  applied_ = {entry.index, entry.term};
  return unit{};
}

status shard_group::apply_members(const raftc_entry& entry, storage::shard_write& part) {
  // A newcomer must not be sent entries of which the log has no copy: they are gone first.
  if (committed_.index <= early_)
    if (auto ok = tell_applied(committed_.index, committed_); !ok)
      return ok;
  auto conf = replica_->apply_conf(entry);
  if (!conf)
    return conf.error();
  // Until it is told to be applied another one is refused.
  members_change_ = true;
  if (auto ok = set_members(*conf); !ok)
    return ok;
  part.conf_state = std::move(*conf);
  applied_ = {entry.index, entry.term};
  return unit{};
}

status shard_group::cut_log(storage::shard_write& part, aftermath& then) {
  auto to = cut_;
  if (sole_)
    to = applied_.index;
  else if (applied_.index > cut_ + 2 * settings_.log_keep)
    to = applied_.index - settings_.log_keep;
  if (to > cut_) {
    part.truncate_prefix_to = to;
    cut_ = to;
  }
  if (sole_) {
    if (then.applied > 0 && then.applied <= cut_)
      then.cut = committed_;
  } else if (part.truncate_prefix_to) {
    auto term = log_->term(to);
    if (!term)
      return term.error();
    then.cut = place{to, *term};
  }
  return unit{};
}

status shard_group::tell_applied(storage::log_index applied, const std::optional<place>& cut) {
  if (applied > known_applied_) {
    if (auto ok = replica_->on_applied(applied); !ok)
      return ok;
    known_applied_ = applied;
    if (members_change_) {
      auto now = replica_->state();
      if (!now)
        return now.error();
      members_change_ = now->conf_pending;
    }
  }
  if (cut && cut->index > known_cut_) {
    if (auto ok = replica_->on_compacted(cut->index, cut->term); !ok)
      return ok;
    known_cut_ = cut->index;
  }
  return unit{};
}

status shard_group::written() {
  auto then = std::move(under_way_.front());
  under_way_.pop_front();
  if (auto ok = replica_->on_persist(then.number); !ok)
    return ok;
  if (auto ok = tell_applied(then.applied, then.cut); !ok)
    return ok;
  if (then.leads != 0 && then.leads == term_ && leading_ && !told_) {
    told_ = true;
    listener_.on_lead(shard_, term_);
  }
  for (auto batch : then.committed)
    listener_.on_committed(shard_, term_, batch);
  for (auto& x : then.mail)
    listener_.on_mail(std::move(x));
  serve_reads();
  return unit{};
}

shard_group::waiting* shard_group::find(storage::log_index index) {
  auto found = std::lower_bound(waiting_.begin(), waiting_.end(), index,
                                [](const waiting& x, auto at) { return x.at.index < at; });
  return found != waiting_.end() && found->at.index == index ? &*found : nullptr;
}

std::optional<wire::raft_mail> shard_group::mail_of(const raftc_msg& what) {
  wire::raft_mail out{
    shard_, settings_.node, what.to, what.type, std::string{raft::text(what.data)}, nullptr};
  if (what.type == RAFTC_MSG_SNAPSHOT)
    out.picture = log_->take_picture(what.to);
  // Of several snapshots for a member the first one takes the picture along; one is enough.
  if (what.type == RAFTC_MSG_SNAPSHOT && !out.picture)
    return std::nullopt;
  return out;
}

} // namespace tutti::actors
