#pragma once

#include "runtime/base/error.hpp"
#include "runtime/zones/zone_rules.hpp"

#include <cstdint>
#include <string_view>

/// Time zones of triggers (spec 07 §3): offsets by the system's tz data.
namespace tutti::cron {

/// A stretch of time with one offset.
struct zone_span {
  std::int64_t offset_s = 0; ///< seconds east of Greenwich
  std::int64_t end_s = 0;    ///< epoch seconds; the stretch may go on behind it
};

/// No time that this code looks at is later: the year 10000.
inline constexpr std::int64_t end_of_time_s = 253'402'300'800;

/// A plain value.
class zone {
public:
  /// UTC.
  zone() = default;

  explicit zone(std::int64_t offset_s) : offset_s_(offset_s) {}

  explicit zone(const zones::zone_rules& rules) : rules_(&rules) {}

  /// Ends at `end_of_time_s` at the latest.
  zone_span span_at(std::int64_t epoch_s) const;

private:
  const zones::zone_rules* rules_ = nullptr;
  std::int64_t offset_s_ = 0;
};

/// An empty id is UTC. Else an offset (`+05:30`, `Z`, `GMT+8`, `UTC+1`), or a zone of the tz data,
/// in its exact letters; not the ids that the Java runtime leaves out, such as `EST`.
/// `ec::bad_request` with Java's text.
result<zone> find_zone(std::string_view id);

} // namespace tutti::cron
