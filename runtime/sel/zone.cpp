#include "runtime/sel/zone.hpp"

#include "runtime/sel/calendar.hpp"
#include "runtime/sel/failure.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <limits>

namespace tutti::sel {

namespace {

struct zone_link {
  std::string_view id;
  std::string_view target;
};

#include "runtime/sel/zone_links.inc"

std::string_view canonical(std::string_view id) {
  const auto* at
    = std::lower_bound(std::begin(zone_links), std::end(zone_links), id,
                       [](const zone_link& x, std::string_view y) { return x.id < y; });
  return at != std::end(zone_links) && at->id == id ? at->target : id;
}

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

/// The change after `utc`, or `never`.
std::int64_t change_after(const zone& z, std::int64_t utc) {
  const auto out = z.next_change(utc);
  return out == utc ? never : out;
}

std::int64_t second_of(std::int64_t utc) {
  return utc / 1000 - (utc % 1000 < 0 ? 1 : 0);
}

std::size_t digits_at(text_view x, std::size_t at, std::size_t count_max) {
  std::size_t out = 0;
  while (out < count_max && at + out < x.size() && x[at + out] >= u'0' && x[at + out] <= u'9')
    ++out;
  return out;
}

std::int32_t number_at(text_view x, std::size_t at, std::size_t count) {
  std::int32_t out = 0;
  for (auto c : x.substr(at, count))
    out = out * 10 + (c - u'0');
  return out;
}

/// What follows the hours of an offset: false if it is malformed.
bool parse_rest_of_offset(text_view x, std::size_t& at, std::int32_t& out) {
  if (at == x.size() || (x[at] != u':' && digits_at(x, at, 1) == 0))
    return true;
  const auto colons = x[at] == u':';
  for (auto unit : {60'000, 1'000}) {
    if (at == x.size() || (colons && x[at] != u':'))
      return true;
    at += colons ? 1 : 0;
    const auto count = digits_at(x, at, 2);
    if (count == 0 && !colons)
      return true;
    if (count < 2 || number_at(x, at, 2) > 59)
      return false;
    out += number_at(x, at, 2) * unit;
    at += 2;
  }
  if (at == x.size() || (colons && x[at] != u'.' && x[at] != u','))
    return true;
  at += colons ? 1 : 0;
  const auto count = digits_at(x, at, 3);
  if (count == 0)
    return !colons;
  constexpr std::int32_t weights[] = {0, 100, 10, 1};
  out += number_at(x, at, count) * weights[count];
  at += count;
  return true;
}

std::int64_t subtract_offset(std::int64_t local, std::int32_t offset) {
  return safe_add(local, -static_cast<std::int64_t>(offset));
}

} // namespace

zone::zone(std::int32_t fixed_offset) : fixed_offset_(fixed_offset) {
  const auto name = fixed_offset == 0 ? "UTC" : offset_text(fixed_offset);
  std::snprintf(fixed_id_, sizeof fixed_id_, "%s", name.c_str());
}

std::int32_t zone::offset_at(std::int64_t utc) const {
  return rules_ ? zones::span_at(*rules_, second_of(utc)).offset_s * 1000 : fixed_offset_;
}

std::int64_t zone::next_change(std::int64_t utc) const {
  if (!rules_)
    return utc;
  const auto end = zones::span_at(*rules_, second_of(utc)).end_s;
  return end == zones::latest_s ? utc : end * 1000;
}

std::int64_t zone::before_change(std::int64_t utc) const {
  if (!rules_)
    return utc;
  const auto begin = zones::span_at(*rules_, second_of(utc)).begin_s;
  return begin == zones::earliest_s ? utc : begin * 1000 - 1;
}

text zone::abbreviation(std::int64_t utc) const {
  return rules_ ? ascii(zones::span_at(*rules_, second_of(utc)).abbreviation) : text{};
}

bool zone::is_summer_time(std::int64_t utc) const {
  return rules_ && zones::span_at(*rules_, second_of(utc)).summer;
}

std::optional<zone> find_zone(text_view id) {
  if (id == u"UTC")
    return zone{};
  if (!id.empty() && (id[0] == u'+' || id[0] == u'-')) {
    std::size_t at = 0;
    const auto offset = parse_offset(id, at);
    return offset && at == id.size() ? std::optional{zone{*offset}} : std::nullopt;
  }
  std::string name;
  for (auto c : id) {
    if (c < 0x21 || c > 0x7E || name.size() > 60)
      return std::nullopt;
    name += static_cast<char>(c);
  }
  const auto* rules = zones::find_rules(name);
  if (!rules)
    return std::nullopt;
  const auto target = canonical(zones::name_of(*rules));
  return target == "UTC" ? zone{} : zone{*rules, target};
}

std::string offset_text(std::int32_t offset) {
  const auto size = offset < 0 ? -offset : offset;
  char out[24];
  const auto seconds = size / 1000;
  auto used = std::snprintf(out, sizeof out, "%c%02d:%02d", offset < 0 ? '-' : '+', seconds / 3600,
                            seconds / 60 % 60);
  if (size % 60'000 != 0)
    used += std::snprintf(out + used, sizeof out - static_cast<std::size_t>(used), ":%02d",
                          seconds % 60);
  if (size % 1000 != 0)
    std::snprintf(out + used, sizeof out - static_cast<std::size_t>(used), ".%03d", size % 1000);
  return out;
}

std::optional<std::int32_t> parse_offset(text_view x, std::size_t& at) {
  if (at >= x.size() || (x[at] != u'+' && x[at] != u'-'))
    return std::nullopt;
  const auto negative = x[at] == u'-';
  auto end = at + 1;
  if (digits_at(x, end, 2) < 2 || number_at(x, end, 2) > 23)
    return std::nullopt;
  auto out = number_at(x, end, 2) * 3'600'000;
  end += 2;
  if (!parse_rest_of_offset(x, end, out))
    return std::nullopt;
  at = end;
  return negative ? -out : out;
}

std::int64_t to_local(const zone& z, std::int64_t utc) {
  return safe_add(utc, z.offset_at(utc));
}

std::int32_t offset_from_local(const zone& z, std::int64_t local) {
  const auto offset_local = z.offset_at(local);
  const auto adjusted = local - offset_local;
  const auto offset_adjusted = z.offset_at(adjusted);
  if (offset_local != offset_adjusted) {
    if (offset_local < offset_adjusted
        && change_after(z, adjusted) != change_after(z, local - offset_adjusted))
      return offset_local;
  } else if (offset_local >= 0) {
    const auto before = z.before_change(adjusted);
    if (before < adjusted) {
      const auto offset_before = z.offset_at(before);
      if (adjusted - before <= offset_before - offset_local)
        return offset_before;
    }
  }
  return offset_adjusted;
}

std::int64_t from_local(const zone& z, std::int64_t local) {
  const auto offset_local = z.offset_at(local);
  auto offset = z.offset_at(local - offset_local);
  if (offset_local != offset && offset_local < 0
      && change_after(z, local - offset_local) != change_after(z, local - offset))
    offset = offset_local;
  return subtract_offset(local, offset);
}

std::int64_t from_local(const zone& z, std::int64_t local, std::int64_t original) {
  const auto offset = z.offset_at(original);
  const auto utc = local - offset;
  return z.offset_at(utc) == offset ? utc : from_local(z, local);
}

std::int64_t earlier_at_overlap(const zone& z, std::int64_t utc) {
  const auto before = utc - 3 * millis_per_hour;
  const std::int64_t difference = z.offset_at(before) - z.offset_at(utc + 3 * millis_per_hour);
  if (difference <= 0)
    return utc;
  const auto change = z.next_change(before);
  if (utc < change - difference || utc >= change + difference)
    return utc;
  return utc - (change - difference) >= difference ? utc - difference : utc;
}

} // namespace tutti::sel
