#include "runtime/sel/text.hpp"

#include "runtime/model/decimals.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <vector>

namespace tutti::sel {

namespace {

struct case_range {
  char32_t first;
  char32_t last;
  int stride;
  int delta;
};

struct special_case {
  char32_t from;
  char16_t to[3];
};

#include "runtime/sel/letters.inc"

template <std::size_t N>
char32_t mapped(const case_range (&table)[N], char32_t c) {
  const auto* i = std::upper_bound(std::begin(table), std::end(table), c,
                                   [](char32_t x, const case_range& r) { return x < r.first; });
  if (i == std::begin(table))
    return c;
  --i;
  if (c > i->last || (c - i->first) % static_cast<char32_t>(i->stride) != 0)
    return c;
  return static_cast<char32_t>(static_cast<std::int64_t>(c) + i->delta);
}

constexpr char32_t replacement = 0xFFFD;

bool is_high(char32_t c) {
  return c >= 0xD800 && c < 0xDC00;
}

bool is_low(char32_t c) {
  return c >= 0xDC00 && c < 0xE000;
}

/// Length of the UTF-8 sequence that starts with `lead`, 0 if none does.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80)
    return 1;
  if (lead >= 0xC2 && lead < 0xE0)
    return 2;
  if (lead >= 0xE0 && lead < 0xF0)
    return 3;
  return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

char32_t decode(std::string_view in, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(in[at]);
  const auto length = sequence_length(lead);
  if (length == 1) {
    ++at;
    return lead;
  }
  char32_t c = length == 2 ? lead & 0x1FU : length == 3 ? lead & 0x0FU : lead & 0x07U;
  auto good = length != 0 && at + length <= in.size();
  for (std::size_t i = 1; good && i < length; ++i) {
    const auto byte = static_cast<unsigned char>(in[at + i]);
    good = (byte & 0xC0U) == 0x80U;
    c = (c << 6) | (byte & 0x3FU);
  }
  const char32_t least = length == 3 ? 0x800 : length == 4 ? 0x10000 : 0x80;
  if (!good || c < least || c > 0x10FFFF || is_high(c) || is_low(c)) {
    ++at;
    return replacement;
  }
  at += length;
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  auto put = [&](char32_t x) { out += static_cast<char>(static_cast<unsigned char>(x)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

bool is_letter_with_case(char32_t c) {
  return to_upper(c) != c || to_lower(c) != c;
}

/// Whether the text is a number that `strtod` reads in the same way as the language.
bool is_number_shape(std::string_view x, bool hex) {
  auto digits = false;
  auto exponent = false;
  for (std::size_t i = hex ? 2 : 0; i < x.size(); ++i) {
    const auto c = static_cast<char>(x[i] | 0x20);
    const auto is_exponent = hex ? c == 'p' : c == 'e';
    if (x[i] == '.' && !exponent)
      continue;
    if (is_exponent && digits && !exponent) {
      exponent = true;
      i += i + 1 < x.size() && (x[i + 1] == '+' || x[i + 1] == '-') ? 1 : 0;
      if (i + 1 == x.size())
        return false;
      continue;
    }
    const auto is_digit = (x[i] >= '0' && x[i] <= '9')
                          || (hex && !exponent && c >= 'a' && c <= 'f');
    if (!is_digit)
      return false;
    digits = true;
  }
  return digits && (exponent || !hex) && std::count(x.begin(), x.end(), '.') <= 1;
}

} // namespace

text to_utf16(std::string_view utf8) {
  text out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();)
    append_character(out, decode(utf8, at));
  return out;
}

std::string to_utf8(text_view x) {
  std::string out;
  out.reserve(x.size());
  for (std::size_t at = 0; at < x.size();) {
    const auto c = next_character(x, at);
    append_utf8(out, is_high(c) || is_low(c) ? replacement : c);
  }
  return out;
}

char32_t next_character(text_view x, std::size_t& at) {
  const char32_t c = x[at++];
  if (is_high(c) && at < x.size() && is_low(x[at]))
    return 0x10000 + ((c - 0xD800) << 10) + (x[at++] - 0xDC00U);
  return c;
}

void append_character(text& out, char32_t c) {
  if (c < 0x10000) {
    out += static_cast<char16_t>(c);
    return;
  }
  out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
  out += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
}

text ascii(std::string_view x) {
  return {x.begin(), x.end()};
}

text long_text(std::int64_t x) {
  return ascii(std::to_string(x));
}

text double_text(double x) {
  // The least numbers have one digit; of two digits, as many as there must be, the nearest count.
  constexpr auto tiny = 1e-320;
  if (x != 0 && std::fabs(x) < tiny) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.1E", x);
    const std::string nearest = buffer;
    if (model::double_text(x).size() <= nearest.size())
      return ascii(nearest);
  }
  return ascii(model::double_text(x));
}

std::optional<std::int64_t> parse_long(text_view x) {
  const auto negative = !x.empty() && x[0] == u'-';
  if (!x.empty() && (x[0] == u'-' || x[0] == u'+'))
    x.remove_prefix(1);
  if (x.empty())
    return std::nullopt;
  constexpr std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t out = 0; // kept negative: the least number has no positive twin
  for (auto c : x) {
    const auto digit = digit_value(c);
    if (digit < 0 || out < low / 10 || out * 10 < low + digit)
      return std::nullopt;
    out = out * 10 - digit;
  }
  if (!negative && out == low)
    return std::nullopt;
  return negative ? out : -out;
}

std::optional<double> parse_double(text_view x) {
  x = trimmed(x);
  std::string s;
  for (auto c : x) {
    if (c > 0x7E)
      return std::nullopt;
    s += static_cast<char>(c);
  }
  std::string_view body = s;
  const auto negative = !body.empty() && body[0] == '-';
  if (!body.empty() && (body[0] == '-' || body[0] == '+'))
    body.remove_prefix(1);
  if (body == "NaN")
    return std::numeric_limits<double>::quiet_NaN();
  if (body == "Infinity")
    return negative ? -HUGE_VAL : HUGE_VAL;
  const auto hex = body.size() > 2 && body[0] == '0' && (body[1] == 'x' || body[1] == 'X');
  if (!body.empty() && std::string_view{"fFdD"}.find(body.back()) != std::string_view::npos
      && (!hex || body.find_first_of("pP") != std::string_view::npos))
    body.remove_suffix(1);
  if (!is_number_shape(body, hex))
    return std::nullopt;
  const auto number = std::strtod(std::string{body}.c_str(), nullptr);
  return negative ? -number : number;
}

char32_t to_upper(char32_t c) {
  if (c < 0x80)
    return c >= 'a' && c <= 'z' ? c - 32 : c;
  return mapped(to_upper_table, c);
}

char32_t to_lower(char32_t c) {
  if (c < 0x80)
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
  return mapped(to_lower_table, c);
}

text to_upper(text_view x) {
  text out;
  out.reserve(x.size());
  for (std::size_t at = 0; at < x.size();) {
    const auto c = next_character(x, at);
    const auto* special
      = c < 0x80 ? std::end(upper_special)
                 : std::lower_bound(std::begin(upper_special), std::end(upper_special), c,
                                    [](const special_case& s, char32_t y) { return s.from < y; });
    if (special == std::end(upper_special) || special->from != c) {
      append_character(out, to_upper(c));
      continue;
    }
    for (auto unit : special->to)
      if (unit != 0)
        out += unit;
  }
  return out;
}

text to_lower(text_view x) {
  text out;
  out.reserve(x.size());
  for (std::size_t at = 0; at < x.size();) {
    const auto start = at;
    const auto c = next_character(x, at);
    if (c == 0x130) { // capital i with dot: the dot stays
      out += {u'i', u'\x307'};
    } else if (c == 0x3A3) { // sigma at the end of a word
      const auto after = start > 0 && is_letter_with_case(x[start - 1]);
      const auto before = at < x.size() && is_letter_with_case(x[at]);
      out += after && !before ? u'\x3C2' : u'\x3C3';
    } else {
      append_character(out, to_lower(c));
    }
  }
  return out;
}

int digit_value(char32_t c) {
  if (c < 0x80)
    return c >= '0' && c <= '9' ? static_cast<int>(c - '0') : -1;
  const auto* i = std::upper_bound(std::begin(digit_zeros), std::end(digit_zeros), c);
  if (i == std::begin(digit_zeros) || c - *(i - 1) > 9)
    return -1;
  return static_cast<int>(c - *(i - 1));
}

text_view trimmed(text_view x) {
  while (!x.empty() && x.front() <= u' ')
    x.remove_prefix(1);
  while (!x.empty() && x.back() <= u' ')
    x.remove_suffix(1);
  return x;
}

std::size_t find_text(text_view in, text_view what, std::size_t from) {
  if (what.size() <= 8)
    return in.find(what, from);
  // Knuth, Morris and Pratt: text that nearly repeats itself must not take quadratic time.
  std::vector<std::uint32_t> shorter(what.size(), 0);
  for (std::uint32_t i = 1, k = 0; i < what.size(); ++i) {
    while (k > 0 && what[i] != what[k])
      k = shorter[k - 1];
    k += what[i] == what[k] ? 1 : 0;
    shorter[i] = k;
  }
  for (std::size_t i = from, k = 0; i < in.size(); ++i) {
    while (k > 0 && in[i] != what[k])
      k = shorter[k - 1];
    k += in[i] == what[k] ? 1 : 0;
    if (k == what.size())
      return i + 1 - k;
  }
  return text_view::npos;
}

} // namespace tutti::sel
