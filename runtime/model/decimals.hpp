#pragma once

#include "runtime/model/param.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Texts of decimal numbers and doubles, in the forms that users of the JVM know.
namespace tutti::model {

/// Whether the whole text is a number as JSON writes it.
bool is_json_number(std::string_view text);

/// Reads `1.50`, `-2`, `1e3`, `.5`; the scale stays: 1.50 stays 1.50 and 1e3 is written 1E+3.
std::optional<decimal> parse_decimal(std::string_view text);

/// The shortest decimal that reads back as `x`: 5 gives 5.0. @pre `x` is finite
decimal decimal_of(double x);

double to_double(const decimal& x);

/// The text of a double: `5.0`, `1.0E10`, `NaN`, `-Infinity`.
std::string double_text(double x);

/// The whole part of a number text, towards zero; nothing when it does not fit 64 bits.
std::optional<std::int64_t> whole_part(std::string_view number);

} // namespace tutti::model
