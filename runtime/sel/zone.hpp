#pragma once

#include "runtime/sel/text.hpp"
#include "runtime/zones/zone_rules.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

/// Time zones with Joda-Time's rules for gaps and overlaps (spec 03 §8).
namespace tutti::sel {

/// A zone of the system's tz data, or a fixed offset. A plain value; names live for ever.
class zone {
public:
  /// UTC.
  zone() = default;

  /// @pre less than 24 hours
  explicit zone(std::int32_t fixed_offset);

  zone(const zones::zone_rules& rules, std::string_view id) : rules_(&rules), id_(id) {}

  /// The canonical id: `America/Los_Angeles` for `US/Pacific`, `+08:00`, `UTC`.
  std::string_view id() const { return id_.empty() ? std::string_view{fixed_id_} : id_; }

  bool is_fixed() const { return rules_ == nullptr; }

  /// Milliseconds east of Greenwich.
  std::int32_t offset_at(std::int64_t utc) const;

  /// The first change after `utc`, or `utc` if there is none.
  std::int64_t next_change(std::int64_t utc) const;

  /// The last millisecond before the last change at or before `utc`, or `utc` if there is none.
  std::int64_t before_change(std::int64_t utc) const;

  /// `PST`, `+03`; empty for a fixed offset.
  text abbreviation(std::int64_t utc) const;

  bool is_summer_time(std::int64_t utc) const;

private:
  const zones::zone_rules* rules_ = nullptr;
  std::int32_t fixed_offset_ = 0;
  char fixed_id_[16] = "UTC";
  std::string_view id_;
};

/// Nothing for an unknown id. Never throws. Thread-safe.
std::optional<zone> find_zone(text_view id);

/// `+08:00`, with seconds and milliseconds where there are any.
std::string offset_text(std::int32_t offset);

/// Reads `+hh[:mm[:ss[.SSS]]]` at `at`, with or without colons, and moves `at` behind it.
std::optional<std::int32_t> parse_offset(text_view x, std::size_t& at);

// -- local and absolute time; ArithmeticException on overflow -----------------------------

std::int64_t to_local(const zone& z, std::int64_t utc);

/// The offset of a local time: the later one in a gap, the earlier one in an overlap.
std::int32_t offset_from_local(const zone& z, std::int64_t local);

/// Before a gap the time moves on.
std::int64_t from_local(const zone& z, std::int64_t local);

/// As above; in an overlap the offset at `original` is preferred.
std::int64_t from_local(const zone& z, std::int64_t local, std::int64_t original);

/// In an overlap, the earlier of the two instants.
std::int64_t earlier_at_overlap(const zone& z, std::int64_t utc);

} // namespace tutti::sel
