#include "actors/http/params.hpp"

#include "actors/http/errors.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>

namespace tutti::http {

namespace {

template <class Number>
using bounds = std::numeric_limits<Number>;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool is_one_of(std::string_view text, const std::array<std::string_view, 4>& words) {
  std::string lower{text};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(words.begin(), words.end(), lower) != words.end();
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-')
    text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

} // namespace

const std::string* param_reader::text(std::string_view name) const {
  if (const auto* value = find_value(asked_.path_vars, name))
    return value;
  return find_value(asked_.query, name);
}

std::string param_reader::required_text(std::string_view name) {
  if (const auto* value = text(name))
    return *value;
  refuse_missing(name);
  return {};
}

bool param_reader::flag(std::string_view name, bool fallback) {
  const auto* value = text(name);
  if (!value)
    return fallback;
  const auto word = trimmed(*value);
  if (word.empty())
    return fallback;
  if (is_one_of(word, {"true", "on", "yes", "1"}))
    return true;
  if (!is_one_of(word, {"false", "off", "no", "0"}))
    refuse_value(name, *value);
  return false;
}

std::optional<std::int64_t> param_reader::number(std::string_view name, std::int64_t least,
                                                 std::int64_t most) {
  const auto* value = text(name);
  if (!value || value->empty())
    return std::nullopt;
  const auto parsed = parse_number(trimmed(*value));
  if (parsed && *parsed >= least && *parsed <= most)
    return parsed;
  refuse_value(name, *value);
  return std::nullopt;
}

std::int64_t param_reader::required_number(std::string_view name, std::int64_t least,
                                           std::int64_t most) {
  const auto value = number(name, least, most);
  if (!value)
    refuse_missing(name);
  return value.value_or(0);
}

std::optional<std::int64_t> param_reader::int64(std::string_view name) {
  return number(name, bounds<std::int64_t>::min(), bounds<std::int64_t>::max());
}

std::optional<std::int32_t> param_reader::int32(std::string_view name) {
  const auto value = number(name, bounds<std::int32_t>::min(), bounds<std::int32_t>::max());
  if (!value)
    return std::nullopt;
  return static_cast<std::int32_t>(*value);
}

std::int64_t param_reader::required_int64(std::string_view name) {
  return required_number(name, bounds<std::int64_t>::min(), bounds<std::int64_t>::max());
}

std::int32_t param_reader::required_int32(std::string_view name) {
  return static_cast<std::int32_t>(
    required_number(name, bounds<std::int32_t>::min(), bounds<std::int32_t>::max()));
}

void param_reader::refuse(const std::string& detail) {
  if (!refusal_)
    refusal_ = problem(400, status_title(400), detail, asked_.path);
}

void param_reader::refuse_value(std::string_view name, std::string_view value) {
  refuse("Failed to convert '" + std::string{name} + "' with value: '" + std::string{value} + "'");
}

void param_reader::refuse_missing(std::string_view name) {
  refuse("Required parameter '" + std::string{name} + "' is not present.");
}

} // namespace tutti::http
