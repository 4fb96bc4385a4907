#include "test/unit/raft/group.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace tutti::raft::test {

namespace {

template <class T>
T must(result<T> what) {
  REQUIRE_MESSAGE(what.has_value(), (what ? "" : what.error().message));
  return std::move(what).value();
}

void must_ok(const status& what) {
  REQUIRE_MESSAGE(what.has_value(), (what ? "" : what.error().message));
}

std::string row_key(log_index index) {
  auto text = std::to_string(index);
  return std::string(8 - std::min<std::size_t>(8, text.size()), '0') + text;
}

class parcel_reader final : public storage::shard_snapshot {
public:
  explicit parcel_reader(std::shared_ptr<const parcel> from) : from_(std::move(from)) {}

  const storage::snapshot_header& header() const override { return from_->header; }

  result<std::string> next(std::size_t) override {
    return at_ < from_->chunks.size() ? from_->chunks[at_++] : std::string{};
  }

private:
  std::shared_ptr<const parcel> from_;
  std::size_t at_ = 0;
};

std::shared_ptr<const parcel> pack(storage::shard_snapshot& picture) {
  auto out = std::make_shared<parcel>();
  out->header = picture.header();
  for (;;) {
    auto chunk = must(picture.next(200));
    if (chunk.empty())
      return out;
    out->chunks.push_back(std::move(chunk));
  }
}

} // namespace

peer::peer(group& of, replica_settings settings, std::vector<node_no> voters)
  : group_(of),
    settings_(settings),
    voters_(std::move(voters)) {
  start();
}

void peer::start() {
  store_ = must(storage::open_memory_store(disk_));
  if (!voters_.empty())
    if (auto first = must(first_write(shard, position(), voters_)))
      must_ok(store_->write({*first}, true));
  log_ = std::make_unique<shard_log>(*store_, shard);
  settings_.seed = group_.random();
  replica_.emplace(must(replica::open(settings_, position(), *log_)));
}

void peer::crash(std::uint64_t seed) {
  replica_.reset();
  log_.reset();
  unsynced_.clear();
  parcels_.clear();
  asked_.clear();
  answered_.clear();
  disk_->crash(seed);
  store_.reset();
}

storage::shard_position peer::position() const {
  return must(store_->position(shard));
}

replica_state peer::state() {
  return must(replica_->state());
}

std::string peer::rows() const {
  std::string out;
  must_ok(store_->scan(shard, "", "", [&](std::string_view key, std::string_view value) {
    out.append(key).append("=").append(value).append(";");
    return true;
  }));
  return out;
}

std::vector<member> peer::members() const {
  auto conf = position().conf_state;
  return conf.empty() ? std::vector<member>{} : must(members_of(conf));
}

// -- input
// ------------------------------------------------------------------------------------------

void peer::receive(const letter& what) {
  if (what.rows)
    parcels_[what.rows->header.applied] = what.rows;
  auto ok = replica_->step(what.data);
  REQUIRE_MESSAGE(!replica_->dead(), (ok ? "" : ok.error().message));
  if (!ok)
    ++refused_messages;
  if (what.rows && group_.peers.contains(what.from) && group_[what.from].up())
    must_ok(group_[what.from].raw().report_snapshot(settings_.id, true));
}

void peer::tick() {
  must(replica_->tick());
}

status peer::ask(std::string context) {
  auto ok = replica_->read_index(context);
  if (ok)
    asked_[std::move(context)] = group_.seen.committed();
  return ok;
}

// -- output
// -----------------------------------------------------------------------------------------

void peer::drain() {
  for (auto i = 0; i < 1000; ++i) {
    auto next = must(replica_->take_ready());
    if (!next)
      return;
    handle(*next);
    settle();
  }
  FAIL("readies without end");
}

void peer::handle(ready& what) {
  if (auto lead = what.lead(); lead && lead->mine == role::leader)
    group_.seen.leads(lead->term, settings_.id);
  for (const auto& x : what.now())
    send(x);
  auto snapshot = what.snapshot();
  if (snapshot)
    install(*snapshot);
  storage::shard_write part;
  part.shard = shard;
  add_to(part, what);
  apply(what, part);
  if (!what.nothing_to_write() && !(what.only_commit_moved() && group_.chance(2) == 0))
    must_ok(store_->write({part}, snapshot.has_value()));
  unsynced later{what.number(), group_.now, {}};
  later.due += group_.network.sync_delay_max == 0 ? 0
                                                  : group_.chance(group_.network.sync_delay_max);
  for (const auto& x : what.after())
    later.after.push_back(letter_of(x));
  unsynced_.push_back(std::move(later));
  if (snapshot) {
    made_durable(unsynced_.size());
    must_ok(replica_->on_applied(snapshot->index));
    serve(snapshot->index);
  }
  if (part.applied) {
    must_ok(replica_->on_applied(*part.applied));
    serve(*part.applied);
  }
}

void peer::install(const snapshot_view& what) {
  auto found = parcels_.find(what.index);
  REQUIRE_MESSAGE(found != parcels_.end(), "a snapshot whose rows never came");
  parcel_reader reader{found->second};
  REQUIRE(reader.header().applied_term == what.term);
  REQUIRE(reader.header().conf_state == what.conf_state);
  must_ok(store_->install(shard, reader));
  ++group_.pictures_installed;
  parcels_.clear();
}

void peer::apply(const ready& what, storage::shard_write& part) {
  for (const auto& x : what.committed()) {
    group_.seen.applies(settings_.id, x.index, x.term, x.type, text(x.data));
    if (x.type != RAFTC_NORMAL) {
      part.conf_state = must(replica_->apply_conf(x));
      conf_index = x.index;
      ++group_.conf_changes;
    } else if (x.data.n > 0)
      part.apply.push_back(storage::put_row(row_key(x.index), std::string{text(x.data)}));
    part.applied = x.index;
    part.applied_term = x.term;
  }
  for (const auto& x : what.reads())
    answered_.emplace_back(x.index, std::string{text(x.context)});
}

void peer::serve(log_index applied) {
  std::erase_if(answered_, [&](const auto& x) {
    if (x.first > applied)
      return false;
    auto found = asked_.find(x.second);
    REQUIRE(found != asked_.end());
    REQUIRE_MESSAGE(x.first >= found->second,
                    "a read at " << x.first << " that was asked after " << found->second);
    asked_.erase(found);
    ++reads_served;
    return true;
  });
}

letter peer::letter_of(const raftc_msg& what) {
  letter out{settings_.id, what.to, what.type, std::string{text(what.data)}, nullptr};
  if (what.type == RAFTC_MSG_SNAPSHOT) {
    auto picture = log_->take_picture(what.to);
    REQUIRE(picture);
    out.rows = pack(*picture);
  }
  return out;
}

void peer::send(const raftc_msg& what) {
  group_.post(letter_of(what));
}

void peer::settle() {
  if (hold_syncs)
    return;
  std::size_t count = 0;
  for (; count < unsynced_.size() && unsynced_[count].due <= group_.now; ++count) {
  }
  if (count == 0)
    return;
  // Covers later readies too, as a group commit does.
  must_ok(store_->write({}, true));
  made_durable(count);
}

void peer::made_durable(std::size_t count) {
  must_ok(replica_->on_persist(unsynced_[count - 1].number));
  for (std::size_t i = 0; i < count; ++i) {
    for (auto& x : unsynced_.front().after)
      group_.post(std::move(x));
    unsynced_.pop_front();
  }
  serve(position().applied);
}

void peer::compact(log_index keep) {
  auto at = position();
  auto applied = state().applied;
  if (applied < at.truncated + keep + 1)
    return;
  storage::shard_write part;
  part.shard = shard;
  part.truncate_prefix_to = applied - keep;
  auto term = must(store_->term(shard, applied - keep));
  must_ok(store_->write({part}, false));
  must_ok(replica_->on_compacted(applied - keep, term));
}

} // namespace tutti::raft::test
