#include "runtime/engine/views_page.hpp"

#include <algorithm>
#include <limits>

namespace tutti::engine::views {

namespace json = boost::json;

namespace {

/// Cursors come from outside: no number may overflow.
std::int64_t bounded(std::int64_t cursor) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max() / 2;
  return std::clamp(cursor, -most, most);
}

} // namespace

page_range range_of(const page_request& asked, std::int64_t highest, std::int64_t lowest) {
  page_range range;
  range.highest = highest < lowest ? 0 : highest;
  if (range.highest == 0)
    return range;
  range.lowest = lowest;
  auto low = range.lowest;
  if (asked.first) {
    range.from = asked.cursor ? bounded(*asked.cursor) - 1 : highest;
    range.to = std::max(low, range.from - *asked.first + 1);
  } else {
    range.to = asked.cursor ? bounded(*asked.cursor) + 1 : low;
    range.from = std::min(highest, range.to + asked.last.value_or(1) - 1);
  }
  if (range.to > range.from)
    range.to = range.from;
  range.empty = range.from < low || range.to > highest;
  range.from = std::min(range.from, highest);
  range.to = std::max(range.to, low);
  return range;
}

json::object page_json(const page_range& range, json::array elements) {
  json::object info;
  auto total = range.empty || elements.empty() ? range.highest : range.highest - range.lowest + 1;
  if (range.empty || elements.empty())
    info = {{"start_cursor", nullptr},
            {"end_cursor", nullptr},
            {"has_previous_page", false},
            {"has_next_page", false},
            {"start_index", nullptr}};
  else
    info = {{"start_cursor", json::string_view{std::to_string(range.from)}},
            {"end_cursor", json::string_view{std::to_string(range.to)}},
            {"has_previous_page", range.from < range.highest},
            {"has_next_page", range.to > range.lowest},
            {"start_index", range.highest + 1 - range.from}};
  return {{"page_info", std::move(info)},
          {"total_count", total},
          {"elements", std::move(elements)}};
}

} // namespace tutti::engine::views
