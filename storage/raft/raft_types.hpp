#pragma once

#include "storage/journal/shard_write.hpp"
#include "storage/raft/raftc.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tutti::raft {

using storage::log_index;
using storage::term_no;

/// Names a replica's node within a group for ever: a wiped disk gets a new number.
using node_no = std::uint64_t;

enum class role : std::uint8_t {
  follower = RAFTC_FOLLOWER,
  candidate = RAFTC_CANDIDATE,
  leader = RAFTC_LEADER,
  pre_candidate = RAFTC_PRECANDIDATE,
};

enum class log_level : std::uint8_t {
  none = 0,
  critical = 1,
  error = 2,
  warning = 3,
  info = 4,
};

/// How a replica behaves. Times are ticks of the caller.
struct replica_settings {
  static constexpr std::uint64_t mib = 1024 * 1024;

  node_no id = 0;
  /// Of the jitter of election timeouts: give each replica another one.
  std::uint64_t seed = 0;
  /// A follower that hears nothing campaigns after [n, 2n) ticks; a leader that hears of no
  /// majority for n ticks steps down (with `check_quorum`).
  std::uint32_t election_ticks = 10;
  /// Less than `election_ticks`.
  std::uint32_t heartbeat_ticks = 1;
  /// Whoever could not win does not disturb.
  bool pre_vote = true;
  bool check_quorum = true;
  /// Proposals that wait for `take_ready` together become one message per peer.
  bool batch_append = true;
  /// Append messages under way per peer; with `message_bytes` this bounds what a peer that is
  /// behind is sent at a time.
  std::uint32_t inflight_max = 64;
  /// Of entries in one append message, about; one entry may be larger.
  std::uint64_t message_bytes = mib / 4;
  /// Of committed entries in one ready, about.
  std::uint64_t ready_bytes = 4 * mib;
  /// Of proposals that are not committed; more are refused.
  std::uint64_t uncommitted_bytes = 16 * mib;
  /// Of durable entries that stay in memory for peers that are a little behind.
  std::uint64_t tail_bytes = mib;
  log_level log = log_level::warning;
};

/// Where a proposal lies in the log, if it commits: an entry of another term at that index means
/// that it got lost.
struct proposed {
  log_index index = 0;
  term_no term = 0;

  bool operator==(const proposed&) const = default;
};

struct conf_change {
  enum class kind : std::uint32_t {
    add_voter = RAFTC_ADD_VOTER,
    remove = RAFTC_REMOVE,
    add_learner = RAFTC_ADD_LEARNER,
  };

  kind what = kind::add_voter;
  node_no node = 0;
};

struct leadership {
  role mine = role::follower;
  /// 0: unknown.
  node_no leader = 0;
  term_no term = 0;

  bool operator==(const leadership&) const = default;
};

/// Where a replica stands.
struct replica_state {
  node_no id = 0;
  leadership lead{};
  log_index commit = 0;
  log_index applied = 0;
  log_index persisted = 0;
  log_index first = 0;
  log_index last = 0;
  /// Leads with check-quorum. No promise about time.
  bool in_lease = false;
  /// An entry of the current term is committed: what is committed is known.
  bool term_committed = false;
  /// Leads, and every member has the whole log, which is committed.
  bool all_matched = false;
  bool voter = false;
  bool joint = false;
  bool conf_pending = false;
  /// To whom leadership is being handed over; 0: nobody.
  node_no transferee = 0;
  /// Leads: how far every member has the log.
  log_index match_min = 0;
  /// Leads: what a majority of the voters is known to know as committed. Whoever was removed may go
  /// when the leader that applied the removal says that this is at or behind it: until then the
  /// others may still need its vote.
  log_index quorum_commit = 0;
  std::size_t pending_reads = 0;
  std::size_t uncommitted_bytes = 0;
};

/// The text of what the C interface hands out.
inline std::string_view text(const raftc_bytes& bytes) {
  return bytes.n == 0 ? std::string_view{}
                      : std::string_view{reinterpret_cast<const char*>(bytes.p), bytes.n};
}

inline raftc_bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace tutti::raft
