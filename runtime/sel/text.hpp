#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Texts of the language: UTF-16 units, as its lengths and positions count them.
namespace tutti::sel {

using text = std::u16string;
using text_view = std::u16string_view;

/// Bytes that are no UTF-8 become U+FFFD.
text to_utf16(std::string_view utf8);

/// Halves of pairs that stand alone become U+FFFD.
std::string to_utf8(text_view x);

/// Reads the character at `at` and moves `at` behind it; a lone half of a pair stands for itself.
char32_t next_character(text_view x, std::size_t& at);

void append_character(text& out, char32_t c);

text ascii(std::string_view x);

text long_text(std::int64_t x);

/// `1.0`, `1.0E10`, `Infinity`, `NaN`.
text double_text(double x);

/// Optional sign and decimal digits of any script.
std::optional<std::int64_t> parse_long(text_view x);

/// Blanks around, a type suffix and hexadecimal are accepted.
std::optional<double> parse_double(text_view x);

text to_upper(text_view x);
text to_lower(text_view x);
char32_t to_upper(char32_t c);
char32_t to_lower(char32_t c);

/// The value of a decimal digit of any script, or -1.
int digit_value(char32_t c);

/// Without the characters up to the blank at both ends.
text_view trimmed(text_view x);

/// The first position >= `from` of `what`, or npos. Linear time, and `find_text_memory(what)`
/// bytes for a while.
constexpr std::size_t find_text_memory(text_view what) {
  return what.size() <= 8 ? 0 : 4 * what.size();
}

std::size_t find_text(text_view in, text_view what, std::size_t from);

} // namespace tutti::sel
