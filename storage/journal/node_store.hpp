#pragma once

#include "runtime/base/error.hpp"
#include "storage/journal/shard_position.hpp"
#include "storage/journal/shard_snapshot.hpp"
#include "storage/journal/shard_write.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::storage {

/// Reads of applied rows. Any thread, any number of them. A shard that was never written reads as
/// empty. What cannot be trusted is reported as `ec::corrupt`, never skipped.
class read_view {
public:
  /// Sees one row; false ends the scan. The views are good during the call only. Must not throw.
  using row_visitor = std::function<bool(std::string_view key, std::string_view value)>;

  read_view() = default;
  read_view(const read_view&) = delete;
  read_view& operator=(const read_view&) = delete;
  virtual ~read_view() = default;

  virtual result<std::optional<std::string>> get(shard_id shard, std::string_view key) const = 0;

  /// Visits the rows of [from, to) in ascending order, as they were when the scan began. An empty
  /// `to` means up to the end of the shard. Erased rows cost time until they are compacted: a
  /// queue should be scanned from a known lower bound, not from its beginning.
  virtual status scan(shard_id shard, std::string_view from, std::string_view to,
                      const row_visitor& visit) const = 0;

  /// Like `scan`, in descending order.
  virtual status scan_back(shard_id shard, std::string_view from, std::string_view to,
                           const row_visitor& visit) const = 0;

  virtual result<shard_position> position(shard_id shard) const = 0;
};

/// Numbers for metrics; totals count since the store was opened.
struct store_stats {
  std::uint64_t batches_total = 0;
  std::uint64_t syncs_total = 0;
  std::uint64_t written_bytes_total = 0;
  /// Size of the write-ahead log now.
  std::uint64_t wal_bytes = 0;
  /// What the file system has left for us.
  std::uint64_t free_disk_bytes = 0;
};

/// Everything a node keeps: per shard a replicated log, where consensus stands, and the applied
/// rows. Used directly, every read has its own point in time; `view` gives several reads one.
///
/// Threads: reads from any thread. Writes (`write`, `install`, `drop`) may come from several
/// threads, but only one at a time for each shard; an `install` does not hold up a `write` for
/// another shard for longer than one batch.
///
/// Failures: a refused write (`ec::conflict`, `ec::unavailable`) changed nothing. After any other
/// failure of a write, nobody knows what the disk holds, so the store takes no further write: each
/// one fails with that first error, and only opening the store again finds out. Reads go on.
class node_store : public read_view {
public:
  /// Writes all parts in order as one atomic batch: after a crash all of it is there or nothing,
  /// and never without the batches before it. If `sync`, it and all batches before it are durable
  /// when this returns. Several parts may be for one shard.
  ///
  /// Fails with `ec::conflict` for what `position_after` refuses, and with `ec::unavailable` if the
  /// disk is full, which was found before anything was written: try again when there is room.
  virtual status write(const std::vector<shard_write>& parts, bool sync) = 0;

  /// A frozen picture of all shards. It keeps old data on the disk: do not hold it for long. The
  /// store's folder stays in use until its views and snapshots are gone too.
  virtual result<std::unique_ptr<read_view>> view() const = 0;

  /// The shards that were written to, ascending.
  virtual result<std::vector<shard_id>> shards() const = 0;

  /// Appends the entries of [lo, hi) to `out`, at least one and no more than `max_bytes` of data.
  /// Fails with `ec::not_found` if `lo` was removed by truncation, with `ec::unavailable` if
  /// `hi - 1` is behind the end of the log.
  virtual status entries(shard_id shard, log_index lo, log_index hi, std::uint64_t max_bytes,
                         std::vector<log_entry>& out) const = 0;

  /// The term of an entry, or of the last one that was removed. Fails like `entries`.
  virtual result<term_no> term(shard_id shard, log_index at) const = 0;

  /// A consistent picture of the shard's rows, applied index and conf state. It keeps old data on
  /// the disk and in memory: read it to its end soon.
  virtual result<std::unique_ptr<shard_snapshot>> snapshot(shard_id shard) const = 0;

  /// Replaces the shard's rows and log by the snapshot, durably and as one step that a crash
  /// leaves either undone or done. An incomplete, damaged or older snapshot changes nothing:
  /// `ec::corrupt`, `ec::conflict`, or the error of `from`. The memory it needs does not depend on
  /// the size of the snapshot.
  virtual status install(shard_id shard, shard_snapshot& from) = 0;

  /// Forgets the shard, durably: its rows, log and position.
  virtual status drop(shard_id shard) = 0;

  virtual store_stats stats() const = 0;
};

} // namespace tutti::storage
