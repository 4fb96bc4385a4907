#include "runtime/sel/zone_rules.hpp"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>

namespace tutti::sel {

namespace {

using std::chrono::seconds;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
/// Beyond these, the library means that there is no change.
constexpr std::int64_t first_second = -62'135'596'800; // 0001-01-01
constexpr std::int64_t last_second = 253'402'300'800;  // 10000-01-01

std::int64_t to_millis(date::sys_seconds x) {
  const auto count = x.time_since_epoch().count();
  if (count < first_second)
    return least;
  return count > last_second ? greatest : count * 1000;
}

} // namespace

const date::time_zone* find_rules(std::string_view name) {
  try {
    const auto* out = date::locate_zone(name);
    out->get_info(date::sys_seconds{seconds{0}}); // reads the data, which may fail
    return out;
  } catch (const std::exception&) {
    return nullptr;
  }
}

zone_span span_at(const date::time_zone& rules, std::int64_t utc) {
  const auto second = std::clamp(utc / 1000 - (utc % 1000 < 0 ? 1 : 0), first_second, last_second);
  auto info = rules.get_info(date::sys_seconds{seconds{second}});
  return {to_millis(info.begin), to_millis(info.end),
          static_cast<std::int32_t>(info.offset.count() * 1000), info.save.count() != 0,
          std::move(info.abbrev)};
}

} // namespace tutti::sel
