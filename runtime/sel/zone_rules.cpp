#include "runtime/sel/zone_rules.hpp"

#include "runtime/sel/calendar.hpp"
#include "runtime/sel/zone_footer.hpp"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <limits>
#include <map>
#include <mutex>

namespace tutti::sel {

namespace {

using std::chrono::seconds;

constexpr std::int64_t earliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();
/// Beyond these, the library means that there is no change.
constexpr std::int64_t first_second = -62'135'596'800; // 0001-01-01
constexpr std::int64_t last_second = 253'402'300'800;  // 10000-01-01

std::int64_t to_millis(date::sys_seconds x) {
  const auto count = x.time_since_epoch().count();
  if (count < first_second)
    return earliest;
  return count > last_second ? latest : count * 1000;
}

/// The last line of the zone's file.
std::optional<yearly_rule> read_rule(const std::string& name) {
  std::ifstream file{"/usr/share/zoneinfo/" + name, std::ios::binary};
  constexpr std::streamoff tail = 128;
  file.seekg(0, std::ios::end);
  file.seekg(std::max<std::streamoff>(0, file.tellg() - tail));
  std::string text(tail, '\0');
  file.read(text.data(), tail);
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.empty() || text.back() != '\n')
    return std::nullopt;
  text.pop_back();
  const auto start = text.rfind('\n');
  return start == std::string::npos ? std::nullopt : parse_yearly_rule(text.substr(start + 1));
}

/// The rule for the years after the zone's last change in the library; null if there is none.
/// There are only as many as zones.
const yearly_rule* rule_of(const date::time_zone& rules) {
  static std::mutex mutex;
  static std::map<const date::time_zone*, std::optional<yearly_rule>> known;
  const std::lock_guard lock{mutex};
  auto at = known.find(&rules);
  if (at == known.end())
    at = known.emplace(&rules, read_rule(rules.name())).first;
  return at->second ? &*at->second : nullptr;
}

zone_span span_by_rule(const yearly_rule& rule, std::int64_t second) {
  const auto year = civil_of(day_of(second * 1000 + rule.winter_offset * 1000LL)).year;
  std::int64_t begin = earliest;
  std::int64_t end = latest;
  auto summer = false;
  for (auto y = year - 1; y <= year + 1; ++y)
    for (auto is_summer : {true, false}) {
      const auto turn = is_summer ? rule.summer_begins(y) : rule.winter_begins(y);
      if (turn <= second && turn > begin) {
        begin = turn;
        summer = is_summer;
      } else if (turn > second) {
        end = std::min(end, turn);
      }
    }
  return {begin * 1000, end * 1000, (summer ? rule.summer_offset : rule.winter_offset) * 1000,
          summer, summer ? rule.summer_name : rule.winter_name};
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
  const auto floor = utc / 1000 - (utc % 1000 < 0 ? 1 : 0);
  const auto second = std::clamp(floor, first_second, last_second);
  auto info = rules.get_info(date::sys_seconds{seconds{second}});
  zone_span out{to_millis(info.begin), to_millis(info.end),
                static_cast<std::int32_t>(info.offset.count() * 1000), info.save.count() != 0,
                std::move(info.abbrev)};
  constexpr std::int64_t year_2037 = 2'114'380'800;
  if (out.end != latest || second < year_2037)
    return out;
  const auto* rule = rule_of(rules);
  constexpr std::int64_t far = latest / 2000;
  return rule && floor < far ? span_by_rule(*rule, floor) : out;
}

} // namespace tutti::sel
