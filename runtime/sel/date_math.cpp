#include "runtime/sel/date_math.hpp"

#include "runtime/sel/failure.hpp"

namespace tutti::sel {

namespace {

constexpr bool counts_real_time(date_unit x) {
  return x >= date_unit::hours;
}

[[noreturn]] void fail_gap(const zone& place, std::string_view label) {
  fail(label, "There is no such time in the zone " + std::string{place.id()}
                + ": a clock is turned there");
}

/// Sets without looking at gaps; false if the zone has no such time.
bool try_set(moment& x, date_field what, std::int32_t value) {
  const auto local = set(what, to_local(*x.place, x.utc), value);
  const auto utc = from_local(*x.place, local, x.utc);
  if (get(what, to_local(*x.place, utc)) != value)
    return false;
  x.utc = utc;
  return true;
}

} // namespace

moment plus(moment x, date_unit unit, std::int64_t count) {
  if (count == 0)
    return x;
  const auto offset = x.place->offset_at(x.utc);
  const auto local = add(unit, safe_add(x.utc, offset), count);
  const auto back = counts_real_time(unit) ? offset : offset_from_local(*x.place, local);
  return {safe_add(local, -static_cast<std::int64_t>(back)), x.place};
}

moment with_field(moment x, date_field what, std::int32_t value) {
  if (!try_set(x, what, value))
    fail_gap(*x.place, label::field_value);
  return x;
}

moment start_of_day(moment x) {
  const auto local = to_local(*x.place, x.utc);
  const auto morning = safe_add(round_floor(date_field::day_of_month, local), 6 * millis_per_hour);
  const auto utc = from_local(*x.place, morning);
  const auto floor = round_floor(date_field::day_of_month, to_local(*x.place, utc));
  const auto start = from_local(*x.place, floor, utc);
  return {earlier_at_overlap(*x.place, start), x.place};
}

moment with_least(moment x, date_field what) {
  if (!try_set(x, what, least(what)))
    x.utc = x.place->next_change(safe_add(x.utc, -millis_per_day));
  return x;
}

moment with_greatest(moment x, date_field what) {
  const auto local = to_local(*x.place, x.utc);
  if (!try_set(x, what, greatest(what, local)))
    x.utc = x.place->before_change(safe_add(x.utc, millis_per_day));
  return x;
}

std::int64_t instant_of(std::int64_t local, const zone& place) {
  const auto offset = offset_from_local(place, local);
  const auto utc = safe_add(local, -static_cast<std::int64_t>(offset));
  if (place.offset_at(utc) != offset)
    fail_gap(place, label::illegal_instant);
  return utc;
}

std::int32_t days_between(moment from, moment to) {
  const auto a = to_local(*from.place, from.utc);
  const auto b = to_local(*from.place, to.utc);
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(b, a, &difference))
    fail(label::arithmetic, "The calculation of days caused an overflow");
  const auto days = difference / millis_per_day;
  if (days != static_cast<std::int32_t>(days))
    fail(label::arithmetic, "Value cannot fit in an int: " + std::to_string(days));
  return static_cast<std::int32_t>(days);
}

} // namespace tutti::sel
