#pragma once

#include "runtime/base/error.hpp"
#include "storage/raft/raft_types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::raft {

/// What a leader sends in place of a log that is gone: the point in time of a picture of the rows.
/// The rows travel beside the message.
struct snapshot_point {
  log_index index = 0;
  term_no term = 0;
  std::string conf_state{};
  /// Opaque, small: for whoever carries the rows.
  std::string data{};
};

/// The cold path of a replica: what is older than the tail of the log that it keeps in memory.
///
/// Called inside calls of the replica, on their thread. Must not throw and not call the replica.
/// `ec::not_found` says that an entry was removed by compaction, `ec::unavailable` that it is not
/// there yet; any other error makes the replica dead.
class log_reader {
public:
  log_reader() = default;
  log_reader(const log_reader&) = delete;
  log_reader& operator=(const log_reader&) = delete;
  virtual ~log_reader() = default;

  /// Appends the entries of [lo, hi) to `out`, at least one and about `max_bytes`, without gaps.
  virtual status entries(log_index lo, log_index hi, std::uint64_t max_bytes,
                         std::vector<storage::log_entry>& out) noexcept = 0;

  /// The term of an entry, or of the last one that was removed.
  virtual result<term_no> term(log_index at) noexcept = 0;

  /// A picture of an applied index at or behind `at_least`, which is committed, for member `to`.
  /// None: not now, ask again. Every answer is followed by a message to `to` of the type
  /// RAFTC_MSG_SNAPSHOT, and needs `report_snapshot` in the end.
  virtual result<std::optional<snapshot_point>> snapshot(log_index at_least,
                                                         node_no to) noexcept = 0;

  /// A line of the library's log; up to the level of the settings.
  virtual void log(log_level, std::string_view) noexcept {}
};

} // namespace tutti::raft
