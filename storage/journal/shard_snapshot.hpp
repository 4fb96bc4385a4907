#pragma once

#include "runtime/base/error.hpp"
#include "storage/journal/shard_write.hpp"

#include <cstddef>
#include <string>

namespace tutti::storage {

/// What a snapshot is a picture of.
struct snapshot_header {
  log_index applied = 0;
  term_no applied_term = 0;
  std::string conf_state{};

  bool operator==(const snapshot_header&) const = default;
};

/// A consistent picture of one shard as a stream of chunks (see snapshot_chunk.hpp for their
/// bytes). A store makes one of its own rows; whoever receives chunks from another node
/// implements it over them. One thread at a time.
class shard_snapshot {
public:
  shard_snapshot() = default;
  shard_snapshot(const shard_snapshot&) = delete;
  shard_snapshot& operator=(const shard_snapshot&) = delete;
  virtual ~shard_snapshot() = default;

  virtual const snapshot_header& header() const = 0;

  /// The next chunk, of about `max_bytes` (one row if a single row is larger); empty after the
  /// last one. A reader of received chunks may ignore `max_bytes`.
  virtual result<std::string> next(std::size_t max_bytes) = 0;
};

} // namespace tutti::storage
