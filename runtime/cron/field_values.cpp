#include "runtime/cron/field_values.hpp"

#include <charconv>
#include <optional>

namespace tutti::cron {

namespace {

error refuse(std::string_view text, const field_rule& rule) {
  return {ec::bad_request, "Invalid value [" + std::string{text} + "] of the "
                             + std::string{rule.name} + ", expected values from "
                             + std::to_string(rule.least) + " to " + std::to_string(rule.greatest)};
}

std::optional<int> number_of(std::string_view text) {
  int out = 0;
  if (text.empty() || text.size() > 9 || text[0] == '-')
    return std::nullopt;
  auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (why != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return out;
}

struct bounds {
  int from;
  int to;
};

/// The part of an item before the slash. Without a range it goes to the end of the field if there
/// is a slash, and is one value if there is none.
result<bounds> read_bounds(std::string_view text, bool has_step, const field_rule& rule) {
  if (text == "*" || (text.empty() && has_step))
    return bounds{rule.least, rule.greatest};
  auto dash = text.find('-');
  auto from = read_value(text.substr(0, dash), rule);
  if (!from)
    return from.error();
  if (dash == std::string_view::npos)
    return bounds{*from, has_step ? rule.greatest : *from};
  auto to = read_value(text.substr(dash + 1), rule);
  if (!to)
    return to.error();
  return bounds{*from, *to};
}

/// Without a slash 1. The largest step is the largest value of the field.
result<int> read_step(std::string_view item, std::size_t slash, const field_rule& rule) {
  if (slash == std::string_view::npos)
    return 1;
  auto step = number_of(item.substr(slash + 1));
  if (!step || *step < 1 || *step > rule.greatest)
    return error{ec::bad_request, "Invalid step in [" + std::string{item} + "] of the "
                                    + std::string{rule.name} + ", expected 1 to "
                                    + std::to_string(rule.greatest)};
  return *step;
}

} // namespace

std::vector<std::string_view> items_of(std::string_view field) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0;;) {
    auto comma = field.find(',', at);
    out.push_back(field.substr(at, comma - at));
    if (comma == std::string_view::npos)
      return out;
    at = comma + 1;
  }
}

result<int> read_value(std::string_view text, const field_rule& rule) {
  for (const auto& x : rule.names)
    if (x.name == text)
      return x.number;
  auto number = number_of(text);
  if (!number || *number < rule.least || *number > rule.greatest)
    return refuse(text, rule);
  return *number;
}

status read_item(std::string_view item, const field_rule& rule, std::vector<int>& out) {
  auto slash = item.find('/');
  auto step = read_step(item, slash, rule);
  if (!step)
    return step.error();
  auto ends = read_bounds(item.substr(0, slash), slash != std::string_view::npos, rule);
  if (!ends)
    return ends.error();
  auto last = ends->to;
  auto length = rule.greatest - rule.least + 1;
  if (ends->from > ends->to) {
    if (rule.reversed == wrapping::refused)
      return refuse(item, rule);
    last = rule.reversed == wrapping::wraps ? ends->to + length : ends->from;
  }
  for (int x = ends->from; x <= last; x += *step)
    out.push_back(x > rule.greatest ? x - length : x);
  return unit{};
}

result<std::vector<int>> read_field(std::string_view field, const field_rule& rule) {
  std::vector<int> out;
  for (auto item : items_of(field)) {
    auto good = read_item(item, rule, out);
    if (!good)
      return good.error();
  }
  return out;
}

} // namespace tutti::cron
