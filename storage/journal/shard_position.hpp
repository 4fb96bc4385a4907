#pragma once

#include "runtime/base/error.hpp"
#include "storage/journal/shard_write.hpp"

#include <functional>
#include <string>

namespace tutti::storage {

/// Where a shard stands. All zero for a shard that was never written.
struct shard_position {
  log_index applied = 0;
  term_no applied_term = 0;
  hard_state hard{};
  /// Opaque; as the consensus library encodes it.
  std::string conf_state{};
  /// The last entry that is no longer in the log; zero if none was removed.
  log_index truncated = 0;
  term_no truncated_term = 0;
  /// The last entry of the log; `truncated` if the log is empty.
  log_index last = 0;

  /// The first entry of the log, if there is one.
  log_index first() const { return truncated + 1; }

  bool operator==(const shard_position&) const = default;
};

/// The term of an entry that the log held before the write, or got earlier in its batch.
using term_lookup = std::function<result<term_no>(log_index)>;

/// Where the shard stands after `write`. Refuses with `ec::conflict` what would break the log:
/// a gap, the removal of a committed or not yet applied entry, a term or applied index that goes
/// back, a second vote in one term, a commit behind the end of the log.
///
/// A commit never goes back, and what is applied counts as committed: a commit index below either
/// is raised, since consensus may not start with less.
result<shard_position> position_after(const shard_position& at, const shard_write& write,
                                      const term_lookup& term_of);

/// Refuses with `ec::conflict` a snapshot that is older than what the shard knows to be committed.
status check_install(shard_id shard, const shard_position& at, log_index applied);

/// The position of a shard that takes a snapshot in place of its rows and log. The log begins
/// behind the snapshot, which is committed. The vote stays, unless the snapshot's term is newer.
shard_position position_after_install(const shard_position& at, log_index applied,
                                      term_no applied_term, std::string conf_state);

/// Why index `at` of a log cannot be read: `ec::not_found` if it was removed by truncation,
/// `ec::unavailable` if it is behind the end, `ec::corrupt` if it should be there.
error missing_entry(shard_id shard, const shard_position& position, log_index at);

} // namespace tutti::storage
