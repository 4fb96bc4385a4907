#pragma once

#include "runtime/engine/rows.hpp"
#include "runtime/engine/store_reader.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace tutti::actors {

/// The near future of a shard: its next timers in memory, the rest only as rows. Keys sort by due
/// time. Ten thousand timers on one second are a few scans and a few batches.
class shard_clock {
public:
  using timer = std::pair<std::string, engine::rows::stored_timer>;

  explicit shard_clock(std::size_t window) : window_(window) {}

  /// Forgets everything and reads the first window.
  status load(const engine::row_reader& rows);

  /// A timer whose row is not committed yet: until `settle` no refill finds it.
  void arm(const std::string& key, const engine::rows::stored_timer& what);

  /// The row of an armed timer is committed and applied.
  void settle(std::string key, engine::rows::stored_timer what);

  void remove(const std::string& key) {
    near_.erase(key);
    fresh_.erase(key);
  }

  /// When memory is empty and there are more rows: reads the next window.
  status refill(const engine::row_reader& rows);

  /// The next timer that is due, taken out of memory (its row stays).
  std::optional<timer> pop(engine::time_ms now);

  /// When to look again; 0 = never.
  engine::time_ms next_due() const;

private:
  /// Whether a timer of this key has to be in memory.
  bool covers(const std::string& key) const { return complete_ || key < horizon_; }

  void add(std::string key, engine::rows::stored_timer what);
  status read_from(const std::string& from, const engine::row_reader& rows);

  std::size_t window_;
  std::map<std::string, engine::rows::stored_timer> near_;
  std::set<std::string> fresh_; ///< armed, not settled, not removed and not fired
  /// Everything below this key is, or was, in memory.
  std::string horizon_ = "T";
  bool complete_ = true; ///< there are no rows behind the horizon
};

std::string encode_timer(const engine::rows::stored_timer& x);

} // namespace tutti::actors
