#pragma once

#include "runtime/engine/views.hpp"

#include <boost/json.hpp>

namespace tutti::engine::views {

/// The ids of one page, by the rules of spec 05 §1.8.
struct page_range {
  std::int64_t lowest = 1;  ///< that exists (E)
  std::int64_t highest = 0; ///< that exists (L); 0 = none
  std::int64_t from = 0;    ///< the highest of the page
  std::int64_t to = 0;      ///< the lowest of the page
  bool empty = true;
};

/// `highest` 0 means that there is nothing at all; so does one below `lowest`.
page_range range_of(const page_request& asked, std::int64_t highest, std::int64_t lowest = 1);

/// `page_info`, `total_count` and `elements`.
boost::json::object page_json(const page_range& range, boost::json::array elements);

} // namespace tutti::engine::views
