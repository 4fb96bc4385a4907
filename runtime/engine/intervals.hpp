#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::model {
class byte_writer;
} // namespace tutti::model

namespace tutti::engine {

/// A set of positive integers kept as sorted closed intervals: `1..100000` costs two numbers.
/// This is the `details` form of a foreach overview (spec 04c §3.3).
class interval_set {
public:
  using interval = std::pair<std::int64_t, std::int64_t>;

  interval_set() = default;

  explicit interval_set(std::vector<interval> sorted) : items_(std::move(sorted)) {}

  void add(std::int64_t first, std::int64_t last);

  void add(std::int64_t x) { add(x, x); }

  /// Removes one number and splits its interval; false if it was not there.
  bool remove(std::int64_t x);

  bool contains(std::int64_t x) const;

  std::int64_t count() const;

  bool empty() const { return items_.empty(); }

  /// The length of the prefix 1, 2, 3 … that is in the set.
  std::int64_t prefix() const;

  /// The smallest member from `x` on, or nothing (0).
  std::int64_t next_inside(std::int64_t x) const;

  /// The smallest number from `x` on that is no member.
  std::int64_t next_outside(std::int64_t x) const;

  /// Forgets all members above `x`.
  void cut_above(std::int64_t x);

  const std::vector<interval>& intervals() const { return items_; }

  bool operator==(const interval_set&) const = default;

  /// Stored as deltas.
  void store(model::byte_writer& w) const;
  bool load(std::string_view in);

private:
  std::vector<interval> items_;
};

} // namespace tutti::engine
