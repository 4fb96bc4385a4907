#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tutti::storage {

/// Number of a shard; fixed when a cluster is made.
using shard_id = std::uint16_t;
/// Position of an entry in a shard's log; the first entry has index 1, 0 means none.
using log_index = std::uint64_t;
using term_no = std::uint64_t;

/// One change of a row of a shard's applied state. Keys are opaque and ordered bytewise
/// inside the shard; values are opaque.
struct row_op {
  enum class kind : std::uint8_t {
    put = 0,
    erase = 1,
    erase_range = 2
  };

  kind what = kind::put;
  std::string key{};
  /// For `erase_range` the first key that stays; empty: up to the end of the shard.
  std::string value{};

  bool operator==(const row_op&) const = default;
};

inline row_op put_row(std::string key, std::string value) {
  return {row_op::kind::put, std::move(key), std::move(value)};
}

inline row_op erase_row(std::string key) {
  return {row_op::kind::erase, std::move(key), {}};
}

/// Erases the rows of [from, to); an empty `to` means up to the end of the shard.
inline row_op erase_rows(std::string from, std::string to) {
  return {row_op::kind::erase_range, std::move(from), std::move(to)};
}

struct log_entry {
  log_index index = 0;
  term_no term = 0;
  /// Kind of the entry, as the consensus library numbers them.
  std::uint32_t type = 0;
  std::string data{};

  bool operator==(const log_entry&) const = default;
};

struct hard_state {
  term_no term = 0;
  std::uint64_t vote = 0;
  log_index commit = 0;

  bool operator==(const hard_state&) const = default;
};

/// What one shard wants in one atomic batch. The parts take effect in the order of the
/// members; absent parts change nothing.
struct shard_write {
  shard_id shard = 0;
  /// Removes the entries with this index and behind it.
  std::optional<log_index> truncate_suffix_from{};
  /// Without gaps, the first one right behind the last entry of the log.
  std::vector<log_entry> append{};
  std::optional<hard_state> state{};
  std::vector<row_op> apply{};
  /// The last entry whose rows are in the state now, and its term.
  std::optional<log_index> applied{};
  term_no applied_term = 0;
  std::optional<std::string> conf_state{};
  /// Removes the entries up to this one, which must be applied. On a shard without entries it
  /// may name the applied index: the log then begins behind it, which is how a shard starts.
  std::optional<log_index> truncate_prefix_to{};
};

/// About how many bytes `parts` put on the disk.
std::size_t byte_count(const std::vector<shard_write>& parts);

/// The term of an entry of `shard` that one of the first `count` parts appends; the last one that
/// does so counts.
std::optional<term_no> appended_term(const std::vector<shard_write>& parts, std::size_t count,
                                     shard_id shard, log_index at);

} // namespace tutti::storage
