#include "storage/raft/replica.hpp"

#include "storage/raft/border.hpp"

#include <utility>
#include <vector>

namespace tutti::raft {

/// Translates what the library asks for.
struct replica::border {
  explicit border(log_reader& from) : reader(from) {}

  int code_of(const error& why) noexcept {
    if (why.code == ec::not_found)
      return RAFTC_S_COMPACTED;
    if (why.code == ec::unavailable)
      return RAFTC_S_UNAVAILABLE;
    failure = why.message;
    return RAFTC_S_FAILED;
  }

  static int entries(void* self, std::uint64_t lo, std::uint64_t hi, std::uint64_t max_bytes,
                     raftc_sink* sink) noexcept {
    auto& me = *static_cast<border*>(self);
    std::vector<storage::log_entry> found;
    if (auto ok = me.reader.entries(lo, hi, max_bytes, found); !ok)
      return me.code_of(ok.error());
    for (const auto& x : found)
      raftc_sink_entry(sink, x.index, x.term, x.type, bytes_of(x.data));
    return RAFTC_S_OK;
  }

  static int term(void* self, std::uint64_t index, std::uint64_t* out) noexcept {
    auto& me = *static_cast<border*>(self);
    auto found = me.reader.term(index);
    if (!found)
      return me.code_of(found.error());
    *out = *found;
    return RAFTC_S_OK;
  }

  static int snapshot(void* self, std::uint64_t at_least, std::uint64_t to,
                      raftc_sink* sink) noexcept {
    auto& me = *static_cast<border*>(self);
    auto found = me.reader.snapshot(at_least, to);
    if (!found)
      return found.error().code == ec::unavailable ? RAFTC_S_RETRY : me.code_of(found.error());
    if (!found->has_value())
      return RAFTC_S_RETRY;
    const auto& point = **found;
    raftc_sink_snapshot(sink, point.index, point.term, bytes_of(point.conf_state),
                        bytes_of(point.data));
    return RAFTC_S_OK;
  }

  static void log(void* self, int level, const char* text, std::size_t size) noexcept {
    static_cast<border*>(self)->reader.log(static_cast<log_level>(level), {text, size});
  }

  log_reader& reader;
  /// Why the reader failed, which the library tells only by a number.
  std::string failure;
};

void replica::release_border::operator()(border* what) const noexcept {
  delete what;
}

namespace {

std::uint32_t flags_of(const replica_settings& x) {
  std::uint32_t out = 0;
  if (x.pre_vote)
    out |= RAFTC_F_PRE_VOTE;
  if (x.check_quorum)
    out |= RAFTC_F_CHECK_QUORUM;
  if (x.batch_append)
    out |= RAFTC_F_BATCH_APPEND;
  return out;
}

raftc_config config_of(const replica_settings& x, const storage::shard_position& from) {
  raftc_config out{};
  out.id = x.id;
  out.applied = from.applied;
  out.term = from.hard.term;
  out.vote = from.hard.vote;
  out.commit = from.hard.commit;
  out.trunc_index = from.truncated;
  out.trunc_term = from.truncated_term;
  out.last_index = from.last;
  out.conf_state = bytes_of(from.conf_state);
  out.seed = x.seed;
  out.election_tick = x.election_ticks;
  out.heartbeat_tick = x.heartbeat_ticks;
  out.flags = flags_of(x);
  out.max_inflight = x.inflight_max;
  out.log_level = static_cast<std::uint32_t>(x.log);
  out.max_size_per_msg = x.message_bytes;
  out.max_committed_per_ready = x.ready_bytes;
  out.max_uncommitted = x.uncommitted_bytes;
  out.tail_bytes = x.tail_bytes;
  return out;
}

} // namespace

result<replica> replica::open(const replica_settings& settings, const storage::shard_position& from,
                              log_reader& reader) {
  replica out;
  out.id_ = settings.id;
  out.border_.reset(new border{reader});
  auto config = config_of(settings, from);
  raftc_storage callbacks{out.border_.get(), &border::entries, &border::term, &border::snapshot,
                          &border::log};
  raftc_node* node = nullptr;
  if (auto code = raftc_new(&config, &callbacks, &node); code != RAFTC_OK)
    return out.fail(code, "open");
  out.node_.reset(node);
  return out;
}

error replica::fail(int code, std::string_view what) {
  auto why = failure_of(code, "raft replica " + std::to_string(id_) + ": " + std::string{what});
  if (code == RAFTC_PANIC) {
    dead_ = true;
    if (!border_->failure.empty())
      why.message += " (" + border_->failure + ")";
  }
  return why;
}

status replica::check(int code, std::string_view what) {
  if (code < 0)
    return fail(code, what);
  return unit{};
}

// -- input
// ------------------------------------------------------------------------------------------

result<bool> replica::tick() {
  auto code = raftc_tick(node_.get());
  if (code < 0)
    return fail(code, "tick");
  return code != 0;
}

status replica::step(std::string_view message) {
  return check(raftc_step(node_.get(), bytes_of(message)), "message");
}

result<proposed> replica::propose(std::string_view data) {
  proposed out;
  auto code = raftc_propose(node_.get(), bytes_of(data), &out.index, &out.term);
  if (code < 0)
    return fail(code, "propose");
  return out;
}

result<proposed> replica::propose_conf(std::span<const conf_change> changes, bool joint) {
  if (changes.empty())
    return error{ec::unprocessable,
                 "raft replica " + std::to_string(id_) + ": a conf change without changes"};
  std::vector<std::uint64_t> ids;
  std::vector<std::uint32_t> kinds;
  for (const auto& x : changes) {
    ids.push_back(x.node);
    kinds.push_back(static_cast<std::uint32_t>(x.what));
  }
  proposed out;
  auto code = raftc_propose_conf(node_.get(), ids.data(), kinds.data(), ids.size(), joint ? 1 : 0,
                                 &out.index, &out.term);
  if (code < 0)
    return fail(code, "propose");
  return out;
}

result<proposed> replica::leave_joint() {
  proposed out;
  auto code = raftc_propose_conf(node_.get(), nullptr, nullptr, 0, 0, &out.index, &out.term);
  if (code < 0)
    return fail(code, "propose");
  return out;
}

// -- output
// -----------------------------------------------------------------------------------------

result<std::optional<ready>> replica::take_ready() {
  raftc_ready* found = nullptr;
  auto code = raftc_ready_take(node_.get(), &found);
  if (code < 0)
    return fail(code, "ready");
  if (code == 0)
    return std::optional<ready>{};
  return std::optional<ready>{ready{found}};
}

result<std::string> replica::apply_conf(const raftc_entry& entry) {
  std::string out(RAFTC_MAX_CONF_STATE_BYTES, '\0');
  std::size_t size = 0;
  auto code = raftc_apply_conf(node_.get(), entry.type, entry.data,
                               reinterpret_cast<std::uint8_t*>(out.data()), out.size(), &size);
  if (code < 0)
    return fail(code, "apply of entry " + std::to_string(entry.index));
  out.resize(size);
  return out;
}

status replica::on_persist(std::uint64_t number) {
  return check(raftc_on_persist(node_.get(), number), "on_persist");
}

status replica::on_applied(log_index index) {
  return check(raftc_on_applied(node_.get(), index), "on_applied");
}

status replica::on_compacted(log_index index, term_no term) {
  return check(raftc_on_compacted(node_.get(), index, term), "on_compacted");
}

// -- leadership
// -------------------------------------------------------------------------------------

status replica::read_index(std::string_view context) {
  return check(raftc_read_index(node_.get(), bytes_of(context)), "read");
}

status replica::transfer(node_no to) {
  return check(raftc_transfer_leader(node_.get(), to), "leadership");
}

status replica::campaign() {
  return check(raftc_campaign(node_.get()), "leadership");
}

status replica::ping() {
  return check(raftc_ping(node_.get()), "ping");
}

status replica::forget_leader(node_no who) {
  return check(raftc_forget_leader(node_.get(), who), "leadership");
}

status replica::report_unreachable(node_no peer) {
  return check(raftc_report_unreachable(node_.get(), peer), "report");
}

status replica::report_snapshot(node_no peer, bool delivered) {
  return check(raftc_report_snapshot(node_.get(), peer, delivered ? 1 : 0), "report");
}

// -- status
// -----------------------------------------------------------------------------------------

result<replica_state> replica::state() {
  raftc_status x{};
  if (auto code = raftc_get_status(node_.get(), &x); code < 0)
    return fail(code, "status");
  replica_state out;
  out.id = x.id;
  out.lead = {static_cast<role>(x.role), x.leader, x.term};
  out.commit = x.commit;
  out.applied = x.applied;
  out.persisted = x.persisted;
  out.first = x.first_index;
  out.last = x.last_index;
  out.in_lease = x.in_lease != 0;
  out.term_committed = x.term_committed != 0;
  out.all_matched = x.all_matched != 0;
  out.voter = x.voter != 0;
  out.joint = x.joint != 0;
  out.conf_pending = x.conf_pending != 0;
  out.transferee = x.transferee;
  out.match_min = x.min_match;
  out.quorum_commit = x.quorum_commit;
  out.pending_reads = x.pending_reads;
  out.uncommitted_bytes = x.uncommitted_bytes;
  return out;
}

result<log_index> replica::peer_match(node_no peer) {
  log_index out = 0;
  if (auto code = raftc_peer_match(node_.get(), peer, &out); code < 0)
    return fail(code, "match");
  return out;
}

} // namespace tutti::raft
