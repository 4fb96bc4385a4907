#include "runtime/sel/format_number.hpp"

#include "runtime/sel/call_rules.hpp"
#include "runtime/sel/hash_map.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string>

namespace tutti::sel {

namespace {

[[noreturn]] void fail_flag(const format_spec& spec, char flag) {
  fail("FormatFlagsConversionMismatchException",
       "Conversion = " + to_utf8(text_view{&spec.conversion, 1})
         + ", Flags = " + std::string(1, flag));
}

void refuse_flags(const format_spec& spec, std::string_view flags) {
  const std::pair<char, bool> set[] = {{'#', spec.alternate}, {'+', spec.plus},
                                       {' ', spec.space},     {'0', spec.zeros},
                                       {',', spec.groups},    {'(', spec.brackets}};
  for (const auto flag : flags)
    for (const auto& [name, is_set] : set)
      if (name == flag && is_set)
        fail_flag(spec, flag);
}

[[noreturn]] void fail_precision(const format_spec& spec) {
  fail("IllegalFormatPrecisionException", std::to_string(spec.precision));
}

void need_width(const format_spec& spec, bool zeros_too) {
  if (spec.width < 0 && (spec.left || (zeros_too && spec.zeros)))
    fail("MissingFormatWidthException", "A flag of a format specifier needs a width");
}

void check_number(const format_spec& spec) {
  need_width(spec, true);
  if ((spec.plus && spec.space) || (spec.left && spec.zeros))
    fail("IllegalFormatFlagsException", "Flags of a format specifier exclude each other");
}

void check_fixed(const format_spec& spec) {
  if (spec.precision >= 0)
    fail_precision(spec);
  const auto others = spec.alternate || spec.plus || spec.space || spec.zeros || spec.groups
                      || spec.brackets || spec.relative;
  if (spec.conversion == u'n' && spec.width >= 0)
    fail("IllegalFormatWidthException", std::to_string(spec.width));
  if (others || (spec.conversion == u'n' && spec.left))
    fail("IllegalFormatFlagsException", "Flags of a format specifier are not possible there");
  need_width(spec, false);
}

void check_real(const format_spec& spec) {
  check_number(spec);
  switch (spec.conversion | 0x20) {
    case u'a':
      return refuse_flags(spec, "(,");
    case u'e':
      return refuse_flags(spec, ",");
    case u'g':
      return refuse_flags(spec, "#");
    default:
      return;
  }
}

/// The number, with its sign and what fills it up to the width. `digits` may hold a point.
text with_sign(const format_spec& spec, bool negative, std::string digits,
               std::string_view exponent = {}) {
  if (spec.groups) {
    const auto point = std::min(digits.find('.'), digits.size());
    for (auto at = static_cast<std::ptrdiff_t>(point) - 3; at > 0; at -= 3)
      digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  std::string out = negative     ? (spec.brackets ? "(" : "-")
                    : spec.plus  ? "+"
                    : spec.space ? " "
                                 : "";
  const auto closing = negative && spec.brackets;
  if (spec.zeros) {
    const auto used = out.size() + digits.size() + exponent.size() + (closing ? 1 : 0);
    const auto width = static_cast<std::size_t>(spec.width);
    out.append(width > used ? width - used : 0, '0');
  }
  out += digits;
  out += exponent;
  if (closing)
    out += ')';
  return ascii(out);
}

/// The shortest digits of a number: 0.digits * 10^exponent.
struct digits_of {
  std::string digits;
  int exponent = 0;

  explicit digits_of(double x) {
    char buffer[40];
    const auto end
      = std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::scientific).ptr;
    const std::string_view all{buffer, static_cast<std::size_t>(end - buffer)};
    const auto e = all.find('e');
    for (auto c : all.substr(0, e))
      if (c != '.')
        digits += c;
    exponent = std::stoi(std::string{all.substr(e + 1)}) + 1;
  }

  /// Keeps so many digits and rounds half up.
  void round(int count) {
    if (count < 0 || count >= static_cast<int>(digits.size()))
      return;
    const auto up = digits[static_cast<std::size_t>(count)] >= '5';
    digits.resize(static_cast<std::size_t>(count));
    if (!up) {
      if (digits.empty())
        digits = "0";
      return;
    }
    auto i = digits.size();
    while (i > 0 && digits[i - 1] == '9')
      digits[--i] = '0';
    if (i > 0) {
      ++digits[i - 1];
      return;
    }
    digits.insert(0, 1, '1');
    ++exponent;
  }

  std::string plain(int decimals) const {
    std::string out;
    for (int i = 0; i < exponent; ++i)
      out += i < static_cast<int>(digits.size()) ? digits[static_cast<std::size_t>(i)] : '0';
    if (out.empty())
      out = "0";
    if (decimals > 0)
      out += '.';
    for (int i = exponent; i < exponent + decimals; ++i) {
      const auto known = i >= 0 && i < static_cast<int>(digits.size());
      out += known ? digits[static_cast<std::size_t>(i)] : '0';
    }
    return out;
  }

  std::string mantissa(int decimals) const {
    auto out = digits.substr(0, 1);
    if (decimals > 0) {
      out += '.';
      out += digits.substr(1, static_cast<std::size_t>(decimals));
      out.resize(static_cast<std::size_t>(decimals) + 2, '0');
    }
    return out;
  }
};

std::string exponent_text(int x) {
  char out[16];
  std::snprintf(out, sizeof out, "e%c%02d", x < 0 ? '-' : '+', std::abs(x));
  return out;
}

text plain_number(const format_spec& spec, double x, bool negative) {
  const auto decimals = spec.precision < 0 ? 6 : spec.precision;
  digits_of number{x};
  const auto kept = number.exponent + decimals;
  if (kept < 0)
    number.digits = "0";
  else
    number.round(kept);
  auto out = number.plain(decimals);
  if (spec.alternate && decimals == 0)
    out += '.';
  return with_sign(spec, negative, std::move(out));
}

text scientific_number(const format_spec& spec, double x, bool negative) {
  const auto decimals = spec.precision < 0 ? 6 : spec.precision;
  digits_of number{x};
  number.round(decimals + 1);
  auto out = number.mantissa(decimals);
  if (spec.alternate && decimals == 0)
    out += '.';
  return with_sign(spec, negative, std::move(out), exponent_text(x == 0 ? 0 : number.exponent - 1));
}

text general_number(const format_spec& spec, double x, bool negative) {
  const auto precision = spec.precision < 0 ? 6 : std::max(spec.precision, 1);
  if (x == 0)
    return with_sign(spec, negative, digits_of{0}.plain(precision - 1));
  digits_of number{x};
  number.round(precision);
  const auto exponent = number.exponent - 1;
  if (exponent >= -4 && exponent < precision)
    return with_sign(spec, negative, number.plain(precision - exponent - 1));
  return with_sign(spec, negative, number.mantissa(precision - 1), exponent_text(exponent));
}

text hexadecimal_number(const format_spec& spec, double x, bool negative) {
  char buffer[64];
  if (spec.precision < 0)
    std::snprintf(buffer, sizeof buffer, "%a", x);
  else
    std::snprintf(buffer, sizeof buffer, "%.*a", std::clamp(spec.precision, 1, 13), x);
  std::string number = buffer;
  const auto p = number.find("p+");
  if (p != std::string::npos)
    number.erase(p + 1, 1);
  if (number.find('.') == std::string::npos)
    number.insert(number.find('p'), ".0");
  const auto digits = number.substr(2);
  auto out = ascii(negative ? "-0x" : spec.plus ? "+0x" : spec.space ? " 0x" : "0x");
  const auto width = static_cast<std::size_t>(std::max(spec.width, 0));
  const auto used = out.size() + digits.size();
  if (spec.zeros && width > used)
    out.append(width - used, u'0');
  return out + ascii(digits);
}

} // namespace

void check_format_spec(const format_spec& spec) {
  switch (spec.conversion) {
    case u'n':
    case u'%':
      return check_fixed(spec);
    case u'b':
    case u'B':
    case u'h':
    case u'H':
      refuse_flags(spec, "#");
      [[fallthrough]];
    case u's':
    case u'S':
      need_width(spec, false);
      return refuse_flags(spec, "+ 0,(");
    case u'c':
    case u'C':
      if (spec.precision >= 0)
        fail_precision(spec);
      refuse_flags(spec, "#+ 0,(");
      return need_width(spec, false);
    case u't':
    case u'T':
      if (spec.precision >= 0)
        fail_precision(spec);
      if (date_part_pattern(spec.date_part).empty())
        fail("UnknownFormatConversionException",
             "Conversion = 't" + to_utf8(text_view{&spec.date_part, 1}) + "'");
      refuse_flags(spec, "#+ 0,(");
      return need_width(spec, false);
    case u'd':
    case u'o':
    case u'x':
    case u'X':
      check_number(spec);
      if (spec.precision >= 0)
        fail_precision(spec);
      return refuse_flags(spec, spec.conversion == u'd' ? "#" : ",");
    case u'e':
    case u'E':
    case u'f':
    case u'g':
    case u'G':
    case u'a':
    case u'A':
      return check_real(spec);
    default:
      fail("UnknownFormatConversionException",
           "Conversion = '" + to_utf8(text_view{&spec.conversion, 1}) + "'");
  }
}

text_view date_part_pattern(char16_t part) {
  constexpr std::pair<char16_t, text_view> parts[] = {{u'H', u"HH"},
                                                      {u'I', u"hh"},
                                                      {u'k', u"H"},
                                                      {u'l', u"h"},
                                                      {u'M', u"mm"},
                                                      {u'S', u"ss"},
                                                      {u'L', u"SSS"},
                                                      {u'N', u"SSS"},
                                                      {u'p', u"a"},
                                                      {u'z', u"Z"},
                                                      {u'Z', u"'UTC'"},
                                                      {u's', u"s"},
                                                      {u'Q', u"s"},
                                                      {u'B', u"MMMM"},
                                                      {u'b', u"MMM"},
                                                      {u'h', u"MMM"},
                                                      {u'A', u"EEEE"},
                                                      {u'a', u"EEE"},
                                                      {u'C', u"CC"},
                                                      {u'Y', u"yyyy"},
                                                      {u'y', u"yy"},
                                                      {u'j', u"DDD"},
                                                      {u'm', u"MM"},
                                                      {u'd', u"dd"},
                                                      {u'e', u"d"},
                                                      {u'R', u"HH:mm"},
                                                      {u'T', u"HH:mm:ss"},
                                                      {u'r', u"hh:mm:ss a"},
                                                      {u'D', u"MM/dd/yy"},
                                                      {u'F', u"yyyy-MM-dd"},
                                                      {u'c', u"EEE MMM dd HH:mm:ss 'UTC' yyyy"}};
  for (const auto& [name, pattern] : parts)
    if (name == part)
      return pattern;
  return {};
}

text decimal_number(const format_spec& spec, std::int64_t value) {
  auto digits = std::to_string(value);
  if (value < 0)
    digits.erase(0, 1);
  return with_sign(spec, value < 0, std::move(digits));
}

text bits_number(const format_spec& spec, std::int64_t value, bool is_long) {
  refuse_flags(spec, "( +");
  const auto bits = is_long ? static_cast<std::uint64_t>(value)
                            : static_cast<std::uint32_t>(static_cast<std::int32_t>(value));
  char buffer[24];
  const auto base = spec.conversion == u'o' ? 8 : 16;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, bits, base).ptr;
  const std::string digits{buffer, end};
  std::string out = !spec.alternate ? "" : base == 8 ? "0" : "0x";
  const auto width = static_cast<std::size_t>(std::max(spec.width, 0));
  const auto used = out.size() + digits.size();
  if (spec.zeros && width > used)
    out.append(width - used, '0');
  return ascii(out + digits);
}

text real_number(const format_spec& spec, double value) {
  if (std::isnan(value))
    return u"NaN";
  const auto negative = std::signbit(value);
  const auto x = std::fabs(value);
  if (std::isinf(x)) {
    auto plain = spec;
    plain.zeros = false;
    plain.groups = false;
    return with_sign(plain, negative, "Infinity");
  }
  switch (spec.conversion | 0x20) {
    case u'f':
      return plain_number(spec, x, negative);
    case u'e':
      return scientific_number(spec, x, negative);
    case u'g':
      return general_number(spec, x, negative);
    default:
      return hexadecimal_number(spec, x, negative);
  }
}

text hex_text(std::uint64_t x) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, x, 16).ptr;
  return ascii({buffer, static_cast<std::size_t>(end - buffer)});
}

std::int32_t java_hash(machine& m, const cell& x) {
  switch (x.kind) {
    case type::string: {
      std::uint32_t out = 0;
      for (auto c : x.view())
        out = out * 31 + c;
      m.spend(x.length / 16);
      return static_cast<std::int32_t>(out);
    }
    case type::integer: {
      if (x.integer <= 2'147'483'647)
        return static_cast<std::int32_t>(x.integer);
      const auto bits = static_cast<std::uint64_t>(x.integer);
      return static_cast<std::int32_t>(bits ^ (bits >> 32));
    }
    case type::real: {
      const auto bits = std::bit_cast<std::uint64_t>(x.real);
      return static_cast<std::int32_t>(bits ^ (bits >> 32));
    }
    case type::boolean:
      return x.truth ? 1231 : 1237;
    default:
      return 1;
  }
}

} // namespace tutti::sel
