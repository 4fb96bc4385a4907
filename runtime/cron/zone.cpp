#include "runtime/cron/zone.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace tutti::cron {

namespace {

constexpr std::int64_t offset_max_s = 18 * 3600;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Two digits, or one where `least` is 1.
std::optional<std::int64_t> take_number(std::string_view& text, std::size_t least) {
  std::size_t size = 0;
  while (size < 2 && size < text.size() && is_digit(text[size]))
    ++size;
  if (size < least)
    return std::nullopt;
  std::int64_t out = 0;
  for (auto c : text.substr(0, size))
    out = out * 10 + (c - '0');
  text.remove_prefix(size);
  return out;
}

/// `Z`, `+h`, `+hh`, `+hh:mm`, `+hhmm`, `+hh:mm:ss`, `+hhmmss`; at most 18 hours.
std::optional<std::int64_t> parse_offset(std::string_view text) {
  if (text == "Z")
    return 0;
  if (text.empty() || (text[0] != '+' && text[0] != '-'))
    return std::nullopt;
  auto sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  auto colons = text.find(':') != std::string_view::npos;
  auto hours = take_number(text, text.size() == 1 ? 1 : 2);
  std::int64_t rest[2] = {0, 0};
  for (auto& x : rest) {
    if (!hours || text.empty())
      break;
    if (colons && text[0] != ':')
      return std::nullopt;
    if (colons)
      text.remove_prefix(1);
    auto number = take_number(text, 2);
    if (!number || *number > 59)
      return std::nullopt;
    x = *number;
  }
  if (!hours || !text.empty())
    return std::nullopt;
  auto out = *hours * 3600 + rest[0] * 60 + rest[1];
  return out > offset_max_s ? std::nullopt : std::optional{sign * out};
}

/// The offset behind `GMT`, `UTC` or `UT`; nothing if the id begins with none of them.
std::optional<std::string_view> prefixed_offset(std::string_view id) {
  for (std::string_view prefix : {"GMT", "UTC", "UT"})
    if (id == prefix)
      return "Z";
    else if (id.starts_with(prefix) && (id[prefix.size()] == '+' || id[prefix.size()] == '-'))
      return id.substr(prefix.size());
  return std::nullopt;
}

/// Names in the data that the Java runtime does not have.
constexpr std::array<std::string_view, 7> left_out{"EST",     "HST",       "MST",       "ROC",
                                                   "Factory", "localtime", "posixrules"};

bool is_name(std::string_view id) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto allowed = [&](char c) {
    return letter(c) || is_digit(c) || std::string_view{"~/._+-"}.find(c) != std::string_view::npos;
  };
  return id.size() >= 2 && id.size() <= 64 && letter(id[0])
         && std::all_of(id.begin(), id.end(), allowed);
}

const zones::zone_rules* find_rules(std::string_view id) {
  if (std::find(left_out.begin(), left_out.end(), id) != left_out.end() || id.starts_with("posix/")
      || id.starts_with("right/"))
    return nullptr;
  return zones::find_rules(id);
}

error unknown(std::string_view id) {
  return {ec::bad_request, "Unknown time-zone ID: " + std::string{id}};
}

} // namespace

zone_span zone::span_at(std::int64_t epoch_s) const {
  if (!rules_)
    return {offset_s_, end_of_time_s};
  const auto span = zones::span_at(*rules_, epoch_s);
  return {span.offset_s, std::min(span.end_s, end_of_time_s)};
}

result<zone> find_zone(std::string_view id) {
  if (id.empty())
    return zone{};
  auto behind_prefix = prefixed_offset(id);
  if (behind_prefix || id == "Z" || id[0] == '+' || id[0] == '-') {
    auto offset = parse_offset(behind_prefix.value_or(id));
    if (!offset)
      return error{ec::bad_request,
                   "Invalid ID for ZoneOffset, invalid format: " + std::string{id.substr(0, 100)}};
    return zone{*offset};
  }
  if (!is_name(id))
    return error{ec::bad_request, "Invalid ID for region-based ZoneId, invalid format: "
                                    + std::string{id.substr(0, 100)}};
  const auto* rules = find_rules(id);
  if (!rules)
    return unknown(id);
  return zone{*rules};
}

} // namespace tutti::cron
