#pragma once

#include "storage/journal/node_store.hpp"
#include "storage/rocks/rocks_db.hpp"
#include "storage/rocks/rocks_keys.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::storage {

/// Which generation of each shard's rows counts.
using generation_table = std::map<shard_id, generation_no>;

enum class direction {
  ascending,
  descending
};

/// A key range that an iterator cannot leave. It must outlive the iterator.
class row_range {
public:
  row_range(std::string from, std::string to)
    : from_(std::move(from)),
      to_(std::move(to)),
      lower_(from_),
      upper_(to_) {}

  row_range(const row_range&) = delete;
  row_range& operator=(const row_range&) = delete;

  bool empty() const { return from_ >= to_; }

  /// `base` with the bounds of this range.
  rocksdb::ReadOptions bound(rocksdb::ReadOptions base = {}) const {
    base.iterate_lower_bound = &lower_;
    base.iterate_upper_bound = &upper_;
    return base;
  }

private:
  std::string from_;
  std::string to_;
  rocksdb::Slice lower_;
  rocksdb::Slice upper_;
};

/// The value of a row of any column family.
result<std::optional<std::string>> read_value(const rocks_db& at,
                                              const rocksdb::ReadOptions& options,
                                              rocksdb::ColumnFamilyHandle* family,
                                              std::string_view key);

/// Visits what `rows` covers, without the prefix of shard and generation.
status visit_rows(const rocks_db& at, shard_id shard, rocksdb::Iterator& rows, direction way,
                  const read_view::row_visitor& visit);

/// The position of a shard as its rows say.
result<shard_position> read_position(const rocks_db& at, const rocksdb::ReadOptions& options,
                                     shard_id shard);

/// The generations in all rows of one tag: `generation` or `installing`.
result<generation_table> read_generations(const rocks_db& at, shard_tag tag);

struct entry_range {
  log_index lo = 0;
  log_index hi = 0;
  std::uint64_t max_bytes = 0;
};

/// Appends the wanted entries to `out` until they are all there or too many bytes. Gives the index
/// of the entry that is missing, or 0.
result<log_index> read_entries(const rocks_db& at, shard_id shard, const shard_position& position,
                               const entry_range& wanted, std::vector<log_entry>& out);

/// A view of all shards as they are in `snapshot`, which it takes over.
std::unique_ptr<read_view> make_rocks_view(std::shared_ptr<rocks_db> db,
                                           std::shared_ptr<const generation_table> generations,
                                           const rocksdb::Snapshot* snapshot);

/// A stream of one shard's rows as they are in `snapshot`, which it takes over.
result<std::unique_ptr<shard_snapshot>> make_rocks_snapshot(std::shared_ptr<rocks_db> db,
                                                            shard_id shard,
                                                            generation_no generation,
                                                            const rocksdb::Snapshot* snapshot);

} // namespace tutti::storage
