#pragma once

#include "runtime/sel/machine.hpp"

#include <cstdint>

/// Numbers as `String.format` writes them.
namespace tutti::sel {

/// `%[flags][width][.precision]conversion`.
struct format_spec {
  char16_t conversion = 0;
  char16_t date_part = 0; ///< behind `t`
  bool left = false;      ///< -
  bool alternate = false; ///< #
  bool plus = false;
  bool space = false;
  bool zeros = false;    ///< 0
  bool groups = false;   ///< ,
  bool brackets = false; ///< (
  bool relative = false; ///< <
  std::int32_t width = -1;
  std::int32_t precision = -1;
};

/// Flags that do not fit the conversion or each other, an unknown conversion: failures as in Java.
void check_format_spec(const format_spec& spec);

text decimal_number(const format_spec& spec, std::int64_t value);

/// Octal or hexadecimal.
text bits_number(const format_spec& spec, std::int64_t value, bool is_long);

/// `e`, `f`, `g` and `a`.
text real_number(const format_spec& spec, double value);

/// The pattern of a date for what stands behind `t`; empty if there is none.
text_view date_part_pattern(char16_t part);

text hex_text(std::uint64_t x);

/// What `hashCode` gives.
std::int32_t java_hash(machine& m, const cell& x);

} // namespace tutti::sel
