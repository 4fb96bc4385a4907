#include "runtime/model/decimals.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace tutti::model {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  auto end = at;
  while (end < text.size() && is_digit(text[end]))
    ++end;
  return end - at;
}

/// A number is `digits * 10^-scale`; `digits` has no needless leading zeros.
struct parts {
  bool negative = false;
  std::string digits;
  std::int64_t scale = 0;
};

/// Reads an exponent of at most nine digits, as more have no use and may overflow.
bool read_exponent(std::string_view text, std::int64_t& out) {
  if (!text.empty() && text.front() == '+')
    text.remove_prefix(1);
  if (text.empty() || text.size() > 10)
    return false;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

std::optional<parts> split(std::string_view text) {
  parts x;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    x.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  auto whole = digits_at(text, 0);
  x.digits = text.substr(0, whole);
  text.remove_prefix(whole);
  if (!text.empty() && text.front() == '.') {
    auto fraction = digits_at(text, 1);
    x.digits += text.substr(1, fraction);
    x.scale = static_cast<std::int64_t>(fraction);
    text.remove_prefix(1 + fraction);
  }
  if (x.digits.empty())
    return std::nullopt;
  if (!text.empty()) {
    std::int64_t exponent = 0;
    if ((text.front() != 'e' && text.front() != 'E') || !read_exponent(text.substr(1), exponent))
      return std::nullopt;
    x.scale -= exponent;
  }
  auto first = x.digits.find_first_not_of('0');
  x.digits.erase(0, std::min(first, x.digits.size() - 1));
  return x;
}

std::string scientific(const std::string& digits, std::int64_t exponent, bool plus) {
  std::string out{digits[0]};
  if (digits.size() > 1)
    out += "." + digits.substr(1);
  if (exponent == 0)
    return out;
  return out + (exponent > 0 && plus ? "E+" : "E") + std::to_string(exponent);
}

std::string plain(const std::string& digits, std::int64_t scale) {
  if (scale == 0)
    return digits;
  auto point = static_cast<std::int64_t>(digits.size()) - scale;
  if (point > 0)
    return digits.substr(0, static_cast<std::size_t>(point)) + "."
           + digits.substr(static_cast<std::size_t>(point));
  return "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
}

std::string text_of(const parts& x) {
  auto exponent = static_cast<std::int64_t>(x.digits.size()) - 1 - x.scale;
  auto body = x.scale >= 0 && exponent >= -6 ? plain(x.digits, x.scale)
                                             : scientific(x.digits, exponent, true);
  return x.negative && x.digits != "0" ? "-" + body : body;
}

} // namespace

bool is_json_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  auto whole = digits_at(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0'))
    return false;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    auto fraction = digits_at(text, at + 1);
    if (fraction == 0)
      return false;
    at += 1 + fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-'))
      ++at;
    auto exponent = digits_at(text, at);
    if (exponent == 0)
      return false;
    at += exponent;
  }
  return at == text.size();
}

std::optional<decimal> parse_decimal(std::string_view text) {
  auto x = split(text);
  if (!x)
    return std::nullopt;
  return decimal{text_of(*x)};
}

double to_double(const decimal& x) {
  return std::strtod(x.text.c_str(), nullptr);
}

std::string double_text(double x) {
  if (std::isnan(x))
    return "NaN";
  if (std::isinf(x))
    return x < 0 ? "-Infinity" : "Infinity";
  if (x == 0)
    return std::signbit(x) ? "-0.0" : "0.0";
  char buffer[64];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(x),
                                    std::chars_format::scientific);
  std::string_view shortest{buffer, static_cast<std::size_t>(end - buffer)};
  auto number = split(shortest).value_or(parts{});
  auto size = static_cast<std::int64_t>(number.digits.size());
  auto exponent = size - 1 - number.scale;
  std::string sign = x < 0 ? "-" : "";
  if (exponent < -3 || exponent > 6) {
    auto digits = size == 1 ? number.digits + "0" : number.digits;
    return sign + scientific(digits, exponent, false);
  }
  if (number.scale < 1) {
    number.digits.append(static_cast<std::size_t>(1 - number.scale), '0');
    number.scale = 1;
  }
  return sign + plain(number.digits, number.scale);
}

decimal decimal_of(double x) {
  auto text = double_text(x);
  return parse_decimal(text).value_or(decimal{text});
}

std::optional<std::int64_t> whole_part(std::string_view number) {
  auto x = split(number);
  if (!x)
    return std::nullopt;
  if (x->scale > 0) {
    auto cut = static_cast<std::uint64_t>(x->scale);
    x->digits = cut >= x->digits.size() ? "0" : x->digits.substr(0, x->digits.size() - cut);
  } else if (x->digits != "0") {
    if (x->scale < -20)
      return std::nullopt;
    x->digits.append(static_cast<std::size_t>(-x->scale), '0');
  }
  auto text = (x->negative ? "-" : "") + x->digits;
  std::int64_t out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return out;
}

} // namespace tutti::model
