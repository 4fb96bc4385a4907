#include "runtime/sel/regex_set.hpp"

#include "runtime/sel/text.hpp"

#include <algorithm>
#include <iterator>

namespace tutti::sel {

namespace {

#include "runtime/sel/regex_classes.inc"

constexpr char_range digits[] = {{'0', '9'}};
constexpr char_range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
constexpr char_range spaces[] = {{'\t', '\r'}, {' ', ' '}};
constexpr char_range horizontal[] = {{'\t', '\t'},     {' ', ' '},       {0xA0, 0xA0},
                                     {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200A},
                                     {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};
constexpr char_range vertical[] = {{'\n', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}};
constexpr char_range lower[] = {{'a', 'z'}};
constexpr char_range upper[] = {{'A', 'Z'}};
constexpr char_range alpha[] = {{'A', 'Z'}, {'a', 'z'}};
constexpr char_range alnum[] = {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}};
constexpr char_range ascii_all[] = {{0, 0x7F}};
constexpr char_range punct[] = {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}};
constexpr char_range graph[] = {{'!', '~'}};
constexpr char_range print[] = {{' ', '~'}};
constexpr char_range blank[] = {{'\t', '\t'}, {' ', ' '}};
constexpr char_range control[] = {{0, 0x1F}, {0x7F, 0x7F}};
constexpr char_range hex_digits[] = {{'0', '9'}, {'A', 'F'}, {'a', 'f'}};

struct named_class {
  std::u16string_view name;
  std::span<const char_range> ranges;
};

const named_class classes[] = {{u"Lower", lower},
                               {u"Upper", upper},
                               {u"ASCII", ascii_all},
                               {u"Alpha", alpha},
                               {u"Digit", digits},
                               {u"Alnum", alnum},
                               {u"Punct", punct},
                               {u"Graph", graph},
                               {u"Print", print},
                               {u"Blank", blank},
                               {u"Cntrl", control},
                               {u"XDigit", hex_digits},
                               {u"Space", spaces},
                               {u"L", letters},
                               {u"Lu", upper_letters},
                               {u"Ll", lower_letters},
                               {u"N", numbers},
                               {u"Nd", decimal_digits},
                               {u"P", punctuation},
                               {u"S", symbols},
                               {u"Z", separators},
                               {u"M", marks},
                               {u"javaLowerCase", lower_letters},
                               {u"javaUpperCase", upper_letters},
                               {u"javaLetter", letters},
                               {u"javaDigit", decimal_digits},
                               {u"IsAlphabetic", letters},
                               {u"IsLetter", letters},
                               {u"IsUppercase", upper_letters},
                               {u"IsLowercase", lower_letters},
                               {u"IsDigit", decimal_digits},
                               {u"IsPunctuation", punctuation}};

bool within(std::span<const char_range> ranges, char32_t c) {
  const auto at = std::upper_bound(ranges.begin(), ranges.end(), c,
                                   [](char32_t x, const char_range& r) { return x < r.first; });
  return at != ranges.begin() && c <= std::prev(at)->last;
}

} // namespace

void char_set::finish() {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const char_range& a, const char_range& b) { return a.first < b.first; });
  std::size_t used = 0;
  for (const auto& r : ranges_) {
    if (used > 0 && r.first <= ranges_[used - 1].last + 1)
      ranges_[used - 1].last = std::max(ranges_[used - 1].last, r.last);
    else
      ranges_[used++] = r;
  }
  ranges_.resize(used);
  ascii_[0] = ascii_[1] = 0;
  for (char32_t c = 0; c < 128; ++c)
    if (within(ranges_, c))
      ascii_[c / 64] |= std::uint64_t{1} << (c % 64);
}

void char_set::ignore_case(bool unicode) {
  finish();
  char_set more;
  for (const auto& r : ranges_) {
    const auto last = std::min<char32_t>(r.last, unicode ? 0x1FFFF : 0x7F);
    for (auto c = r.first; c <= last; ++c)
      for (auto other : {to_lower(c), to_upper(c), to_lower(to_upper(c))})
        if (other != c && (unicode || other < 0x80))
          more.ranges_.push_back({other, other});
  }
  add(more.ranges_);
  finish();
}

void char_set::intersect(const char_set& other) {
  finish();
  std::vector<char_range> out;
  std::size_t j = 0;
  for (const auto& r : ranges_) {
    while (j > 0 && other.ranges_[j - 1].last >= r.first)
      --j;
    for (; j < other.ranges_.size() && other.ranges_[j].first <= r.last; ++j) {
      const auto first = std::max(r.first, other.ranges_[j].first);
      const auto last = std::min(r.last, other.ranges_[j].last);
      if (first <= last)
        out.push_back({first, last});
    }
  }
  ranges_ = std::move(out);
  finish();
}

void char_set::negate() {
  finish();
  std::vector<char_range> out;
  char32_t next = 0;
  for (const auto& r : ranges_) {
    if (r.first > next)
      out.push_back({next, r.first - 1});
    next = r.last + 1;
  }
  if (next <= 0x10FFFF)
    out.push_back({next, 0x10FFFF});
  ranges_ = std::move(out);
  finish();
}

bool char_set::has_beyond_ascii(char32_t c) const {
  return within(ranges_, c);
}

char_set escape_class(char16_t letter) {
  switch (letter) {
    case u'd':
      return char_set{digits};
    case u'w':
      return char_set{words};
    case u's':
      return char_set{spaces};
    case u'h':
      return char_set{horizontal};
    default:
      return char_set{vertical};
  }
}

bool property_class(std::u16string_view name, char_set& out) {
  const auto find = [&](std::u16string_view x) {
    return std::find_if(std::begin(classes), std::end(classes),
                        [&](const named_class& c) { return c.name == x; });
  };
  const auto* found = find(name);
  if (found == std::end(classes) && name.substr(0, 2) == u"Is")
    found = find(name.substr(2));
  if (found == std::end(classes))
    return false;
  out.add(found->ranges);
  out.finish();
  return true;
}

bool is_word_char(char32_t c) {
  if (c < 0x80)
    return within(words, c);
  return within(letters, c) || within(decimal_digits, c);
}

} // namespace tutti::sel
