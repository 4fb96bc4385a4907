#include "runtime/params/default_dates.hpp"

#include "runtime/cron/zone.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>

namespace tutti::params {

namespace {

namespace ch = std::chrono;
using model::value;
using maybe = std::optional<value>;

constexpr std::int64_t second_of_day = 86'400;
// Years of four digits, so that dates have eight.
constexpr std::int64_t first_ms = 0;
constexpr std::int64_t last_ms = 253'402'300'799'000 - 86'400'000LL * 8;

/// Zones whose names mean the same everywhere; others are left to the expression.
std::optional<cron::zone> plain_zone(std::string_view id) {
  if (id != "UTC" && id.find('/') == std::string_view::npos)
    return std::nullopt;
  auto out = cron::find_zone(id);
  return out ? std::optional{*out} : std::nullopt;
}

template <class T>
std::optional<T> look_up(const default_lookup& others, std::string_view name) {
  auto found = others(name);
  const auto* out = found ? found->as<T>() : nullptr;
  return out ? std::optional{*out} : std::nullopt;
}

/// The zone that `name` names, or that the default of this name holds.
std::optional<cron::zone> zone_of(const default_lookup& others, std::string_view name) {
  if (name != "WORKFLOW_CRON_TIMEZONE")
    return plain_zone(name);
  auto id = look_up<std::string>(others, name);
  return id ? plain_zone(*id) : std::nullopt;
}

std::int64_t floor_seconds(std::int64_t ms) {
  return ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
}

std::optional<int> digits(std::string_view text) {
  int out = 0;
  for (auto c : text) {
    if (c < '0' || c > '9')
      return std::nullopt;
    out = out * 10 + (c - '0');
  }
  return out;
}

/// Wall clock seconds of `yyyyMMdd` and `HH`.
std::optional<std::int64_t> wall_clock(std::string_view date, std::string_view hour) {
  if (date.size() != 8 || hour.size() != 2)
    return std::nullopt;
  auto number = digits(date);
  auto hours = digits(hour);
  if (!number || !hours || *hours > 23 || *number < 19'700'101)
    return std::nullopt;
  auto day = ch::year{*number / 10'000} / ch::month{static_cast<unsigned>(*number / 100 % 100)}
             / ch::day{static_cast<unsigned>(*number % 100)};
  if (!day.ok())
    return std::nullopt;
  return ch::sys_days{day}.time_since_epoch().count() * second_of_day + *hours * 3600;
}

/// The first instant with this wall clock time; nothing in a gap.
std::optional<std::int64_t> instant_of(const cron::zone& where, std::int64_t wall_s) {
  std::optional<std::int64_t> out;
  for (auto near : {wall_s - second_of_day, wall_s + second_of_day}) {
    auto offset = where.span_at(near).offset_s;
    auto instant = wall_s - offset;
    if (where.span_at(instant).offset_s == offset && (!out || instant < *out))
      out = instant;
  }
  return out;
}

} // namespace

maybe compute_default_zone(const system_default&, const instance_facts& instance, const step_facts*,
                           const default_lookup&) {
  const auto& id = instance.first_trigger_timezone;
  return value{id.empty() ? std::string{"UTC"} : std::string{id}};
}

maybe compute_cron_zone(const system_default&, const instance_facts& instance, const step_facts*,
                        const default_lookup& others) {
  if (instance.initiator == model::initiator_type::time && !instance.initiator_timezone.empty())
    return value{std::string{instance.initiator_timezone}};
  auto id = look_up<std::string>(others, "DSL_DEFAULT_TZ");
  return id ? maybe{value{*std::move(id)}} : std::nullopt;
}

maybe compute_date(const system_default& self, const instance_facts&, const step_facts*,
                   const default_lookup& others) {
  auto ms = look_up<std::int64_t>(others, self.from);
  auto where = zone_of(others, self.zone);
  if (!ms || !where || *ms < first_ms || *ms > last_ms)
    return std::nullopt;
  auto utc = floor_seconds(*ms);
  auto wall = utc + where->span_at(utc).offset_s + self.moved_hours * 3600;
  auto day = ch::floor<ch::days>(ch::sys_seconds{ch::seconds{wall}});
  char out[16];
  if (self.hour_only) {
    auto hour = (wall - day.time_since_epoch().count() * second_of_day) / 3600;
    std::snprintf(out, sizeof out, "%02d", static_cast<int>(hour));
  } else {
    auto date = ch::year_month_day{day};
    auto number = static_cast<int>(date.year()) * 10'000
                  + static_cast<int>(static_cast<unsigned>(date.month())) * 100
                  + static_cast<int>(static_cast<unsigned>(date.day()));
    std::snprintf(out, sizeof out, "%08d", number);
  }
  return value{std::string{out}};
}

maybe compute_derived_time(const system_default& self, const instance_facts&, const step_facts*,
                           const default_lookup& others) {
  auto date = look_up<std::string>(others, "TARGET_RUN_DATE");
  auto hour = look_up<std::string>(others, "TARGET_RUN_HOUR");
  auto where = zone_of(others, self.zone);
  auto wall = date && hour ? wall_clock(*date, *hour) : std::nullopt;
  auto out = wall && where ? instant_of(*where, *wall) : std::nullopt;
  return out ? maybe{value{*out * 1000}} : std::nullopt;
}

} // namespace tutti::params
