#include "runtime/sel/date_fields.hpp"

#include "runtime/sel/failure.hpp"

#include <algorithm>

namespace tutti::sel {

namespace {

/// Greater is longer; the length of an era has no limit.
enum class span : std::uint8_t {
  millis,
  seconds,
  minutes,
  hours,
  halfdays,
  days,
  weeks,
  months,
  years,
  centuries,
  unlimited
};

struct extent {
  span range;
  span unit;
};

extent extent_of(date_field what) {
  constexpr extent extents[] = {{span::unlimited, span::unlimited}, // era
                                {span::unlimited, span::centuries}, {span::unlimited, span::years},
                                {span::unlimited, span::years},     {span::unlimited, span::years},
                                {span::years, span::months},        {span::years, span::weeks},
                                {span::years, span::days},          {span::months, span::days},
                                {span::weeks, span::days},          {span::days, span::halfdays},
                                {span::halfdays, span::hours},      {span::halfdays, span::hours},
                                {span::days, span::hours},          {span::days, span::hours},
                                {span::days, span::minutes},        {span::hours, span::minutes},
                                {span::days, span::seconds},        {span::minutes, span::seconds},
                                {span::days, span::millis},         {span::seconds, span::millis},
                                {span::minutes, span::millis},      {span::hours, span::millis}};
  return extents[static_cast<std::size_t>(what)];
}

constexpr std::int32_t default_year = 2000;

} // namespace

/// Larger fields first; those of the same size stay in order.
void field_bucket::sort() {
  const auto is_larger = [](const saved& a, const saved& b) {
    const auto x = extent_of(a.what);
    const auto y = extent_of(b.what);
    return x.range != y.range ? x.range > y.range : x.unit > y.unit;
  };
  constexpr std::size_t few = 16; // a stable sort of more may take memory
  if (fields_.size() > few)
    return std::stable_sort(fields_.begin(), fields_.end(), is_larger);
  for (auto i = fields_.begin(); i != fields_.end(); ++i)
    std::rotate(std::upper_bound(fields_.begin(), i, *i, is_larger), i, i + 1);
}

std::int64_t field_bucket::compute() {
  sort();
  if (!fields_.empty()) {
    const auto unit = extent_of(fields_.front().what).unit;
    if (unit <= span::months && unit >= span::days)
      fields_.insert(fields_.begin(), {date_field::year, default_year});
  }
  std::int64_t local = 0;
  for (const auto& x : fields_)
    local = round_floor(x.what, set(x.what, local, x.value));
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    local = set(fields_[i].what, local, fields_[i].value);
    if (i + 1 == fields_.size())
      local = round_floor(fields_[i].what, local);
  }
  if (offset_)
    return safe_add(local, -*offset_);
  const auto& place = named_ ? *named_ : place_;
  const auto offset = offset_from_local(place, local);
  const auto utc = safe_add(local, -static_cast<std::int64_t>(offset));
  if (place.offset_at(utc) != offset)
    fail(label::illegal_instant, "There is no such time in the zone " + std::string{place.id()}
                                   + ": a clock is turned there");
  return utc;
}

void fail_date_text(text_view x, std::size_t at) {
  const auto shown = x.substr(0, 64);
  if (at >= x.size())
    fail(label::illegal_argument, "Invalid format: \"" + to_utf8(shown) + "\" is too short");
  fail(label::illegal_argument, "Invalid format: \"" + to_utf8(shown) + "\" is malformed at \""
                                  + to_utf8(x.substr(at, 32)) + "\"");
}

} // namespace tutti::sel
