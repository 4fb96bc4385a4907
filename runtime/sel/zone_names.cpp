#include "runtime/sel/zone_names.hpp"

namespace tutti::sel {

text zone_name(const zone& place, std::int64_t utc, bool is_long) {
  if (place.is_fixed() && place.id() == "UTC")
    return is_long ? u"Coordinated Universal Time" : u"UTC";
  auto out = place.abbreviation(utc);
  if (out.empty() || out[0] == u'+' || out[0] == u'-')
    return ascii(offset_text(place.offset_at(utc)));
  return out;
}

} // namespace tutti::sel
