#include "runtime/sel/zone_names.hpp"

#include <string>
#include <string_view>

namespace tutti::sel {

namespace {

struct zone_naming {
  std::string_view short_winter;
  std::string_view short_summer;
  std::string_view long_winter;
  std::string_view long_summer;
  std::string_view ids; ///< each between blanks
};

#include "runtime/sel/zone_namings.inc"

const zone_naming* find_naming(std::string_view id) {
  const auto wanted = " " + std::string{id} + " ";
  for (const auto& x : zone_namings)
    if (x.ids.find(wanted) != std::string_view::npos)
      return &x;
  return nullptr;
}

} // namespace

text zone_name(const zone& place, std::int64_t utc, bool is_long) {
  if (const auto* known = find_naming(place.id())) {
    // In the data of Dublin it is the winter that turns the clock.
    const auto summer = place.is_summer_time(utc) != (place.id() == "Europe/Dublin");
    const auto winter_name = is_long ? known->long_winter : known->short_winter;
    return to_utf16(summer ? (is_long ? known->long_summer : known->short_summer) : winter_name);
  }
  auto out = place.abbreviation(utc);
  if (out.empty() || out[0] == u'+' || out[0] == u'-')
    return ascii(offset_text(place.offset_at(utc)));
  return out;
}

} // namespace tutti::sel
