#include "runtime/zones/zone_rules.hpp"

#include "runtime/zones/yearly_rule.hpp"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>

namespace tutti::zones {

namespace {

using std::chrono::seconds;

/// Beyond these, the library means that there is no change.
constexpr std::int64_t first_s = -62'135'596'800; // 0001-01-01
constexpr std::int64_t last_s = 253'402'300'800;  // 10000-01-01
/// The data lists every change before.
constexpr std::int64_t year_2037_s = 2'114'380'800;
/// No rule is asked for later times: some hundred million years.
constexpr std::int64_t far_s = latest_s / 2000;

std::int64_t change_of(date::sys_seconds x) {
  const auto count = x.time_since_epoch().count();
  if (count < first_s)
    return earliest_s;
  return count > last_s ? latest_s : count;
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

/// Null if the zone has no summer time behind its last change. There are only as many as zones.
const yearly_rule* rule_of(const zone_rules& rules) {
  static std::mutex mutex;
  static std::map<const zone_rules*, std::optional<yearly_rule>> known;
  const std::lock_guard lock{mutex};
  auto at = known.find(&rules);
  if (at == known.end())
    at = known.emplace(&rules, read_rule(rules.name())).first;
  return at->second ? &*at->second : nullptr;
}

} // namespace

const zone_rules* find_rules(std::string_view name) {
  try {
    const auto* out = date::locate_zone(name);
    out->get_info(date::sys_seconds{seconds{0}}); // reads the data, which may fail
    return out;
  } catch (const std::exception&) {
    return nullptr;
  }
}

std::string_view name_of(const zone_rules& rules) {
  return rules.name();
}

zone_span span_at(const zone_rules& rules, std::int64_t epoch_s) {
  const auto second = std::clamp(epoch_s, first_s, last_s);
  auto info = rules.get_info(date::sys_seconds{seconds{second}});
  zone_span out{change_of(info.begin), change_of(info.end),
                static_cast<std::int32_t>(info.offset.count()), info.save.count() != 0,
                std::move(info.abbrev)};
  if (out.end_s != latest_s || second < year_2037_s || epoch_s >= far_s)
    return out;
  const auto* rule = rule_of(rules);
  return rule ? span_by_rule(*rule, epoch_s) : out;
}

} // namespace tutti::zones
