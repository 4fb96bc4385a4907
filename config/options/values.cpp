#include "config/options/values.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

namespace tutti::config {

namespace {

struct scale {
  std::string_view name;
  std::int64_t factor;
};

// Smallest first; printing takes the largest that divides.
constexpr std::array<scale, 5> byte_scales{
  {{"B", 1}, {"KB", 1LL << 10}, {"MB", 1LL << 20}, {"GB", 1LL << 30}, {"TB", 1LL << 40}}};
constexpr std::array<scale, 5> time_scales{
  {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

error refusal(std::string allowed) {
  return error{ec::bad_request, "must be " + std::move(allowed)};
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto* last = text.data() + text.size();
  auto res = std::from_chars(text.data(), last, value);
  if (text.empty() || res.ec != std::errc{} || res.ptr != last)
    return std::nullopt;
  return value;
}

bool same_letters(std::string_view a, std::string_view b) {
  auto same = [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

template <std::size_t N>
const scale* find_scale(const std::array<scale, N>& scales, std::string_view unit) {
  for (const auto& x : scales)
    if (same_letters(x.name, unit))
      return &x;
  return nullptr;
}

/// Empty when the text is no number with a known unit, or does not fit.
template <std::size_t N>
std::optional<std::int64_t> scaled(const std::array<scale, N>& scales, std::string_view text,
                                   std::string_view default_unit) {
  auto digits = text.find_first_not_of("0123456789");
  auto unit = digits == std::string_view::npos ? default_unit : text.substr(digits);
  while (!unit.empty() && unit.front() == ' ')
    unit.remove_prefix(1);
  auto number = whole_number(text.substr(0, digits));
  const auto* found = find_scale(scales, unit);
  std::int64_t value = 0;
  if (!number || !found || __builtin_mul_overflow(*number, found->factor, &value))
    return std::nullopt;
  return value;
}

template <std::size_t N>
std::string print_scaled(const std::array<scale, N>& scales, std::int64_t value,
                         std::string_view unit_of_zero) {
  if (value == 0)
    return "0" + std::string{unit_of_zero};
  auto fits = [&](const scale& x) { return value % x.factor == 0; };
  const auto& best = *std::find_if(scales.rbegin(), scales.rend(), fits);
  return std::to_string(value / best.factor) + std::string{best.name};
}

bool inside(std::optional<std::int64_t> value, bounds range) {
  return value && *value >= range.min && *value <= range.max;
}

std::string span(const std::string& from, const std::string& to) {
  return from + ".." + to;
}

} // namespace

std::string integers_in(bounds range) {
  return "an integer in " + span(std::to_string(range.min), std::to_string(range.max));
}

std::string sizes_in(bounds range) {
  return "a size in " + span(print_bytes(range.min), print_bytes(range.max));
}

std::string durations_in(bounds range) {
  return "a duration in " + span(print_duration(range.min), print_duration(range.max));
}

result<std::int64_t> read_integer(std::string_view text, bounds range) {
  auto value = whole_number(text);
  if (!inside(value, range))
    return refusal(integers_in(range));
  return *value;
}

result<std::int64_t> read_bytes(std::string_view text, bounds range) {
  auto value = scaled(byte_scales, text, "B");
  if (!inside(value, range))
    return refusal(sizes_in(range) + ", written like 64MB (units B, KB, MB, GB, TB)");
  return *value;
}

std::string print_bytes(std::int64_t bytes) {
  return print_scaled(byte_scales, bytes, "B");
}

result<std::int64_t> read_duration(std::string_view text, bounds range) {
  auto value = scaled(time_scales, text, "");
  if (!inside(value, range))
    return refusal(durations_in(range) + ", written like 10s (units ms, s, m, h, d)");
  return *value;
}

std::string print_duration(std::int64_t ms) {
  return print_scaled(time_scales, ms, "s");
}

result<bool> read_boolean(std::string_view text) {
  for (auto word : {"true", "on", "yes", "1"})
    if (same_letters(text, word))
      return true;
  for (auto word : {"false", "off", "no", "0"})
    if (same_letters(text, word))
      return false;
  return refusal("true or false");
}

std::string print_boolean(bool value) {
  return value ? "true" : "false";
}

result<endpoint> read_endpoint(std::string_view text) {
  auto wrong = [] {
    return refusal("HOST:PORT with a port in 0..65535, written like 127.0.0.1:8080 or [::1]:8080");
  };
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return wrong();
  auto host = text.substr(0, colon);
  auto port = whole_number(text.substr(colon + 1));
  if (!inside(port, {0, 65535}))
    return wrong();
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find_first_of("[]:/ ") != std::string_view::npos)
    return wrong();
  if (host.empty())
    return wrong();
  return endpoint{std::string{host}, static_cast<std::uint16_t>(*port)};
}

std::string print_endpoint(const endpoint& where) {
  const bool bare = where.host.find(':') == std::string::npos;
  return (bare ? where.host : "[" + where.host + "]") + ":" + std::to_string(where.port);
}

} // namespace tutti::config
