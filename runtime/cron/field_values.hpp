#pragma once

#include "runtime/base/error.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Values of one cron field (spec 07 §2). Texts are in upper case.
namespace tutti::cron {

/// What a range with its ends the wrong way round means.
enum class wrapping : std::uint8_t {
  refused,
  first_value, ///< it runs at its first value only
  wraps,       ///< it goes on from the least value
};

struct named_value {
  std::string_view name;
  int number;
};

struct field_rule {
  std::string_view name; ///< for errors
  int least = 0;
  int greatest = 0;
  wrapping reversed = wrapping::refused;
  std::span<const named_value> names{};
};

/// Splits at commas; empty items stay.
std::vector<std::string_view> items_of(std::string_view field);

/// A number or a name in the field's range.
result<int> read_value(std::string_view text, const field_rule& rule);

/// Appends the values of one item of a list: `*`, `5`, `1-5`, `*/2`, `/2`, `1-5/2`, `3/2`.
status read_item(std::string_view item, const field_rule& rule, std::vector<int>& out);

/// All values of a list.
result<std::vector<int>> read_field(std::string_view field, const field_rule& rule);

} // namespace tutti::cron
