#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tutti::sel {

/// Both ends belong to it.
struct char_range {
  char32_t first;
  char32_t last;
};

/// A set of characters, as sorted ranges that do not touch once it is finished.
class char_set {
public:
  char_set() = default;

  explicit char_set(std::span<const char_range> ranges) {
    add(ranges);
    finish();
  }

  void add(char32_t first, char32_t last) { ranges_.push_back({first, last}); }

  void add(std::span<const char_range> ranges) {
    ranges_.insert(ranges_.end(), ranges.begin(), ranges.end());
  }

  void add(const char_set& other) { add(other.ranges_); }

  /// Adds the other case of letters; of ASCII letters only unless `unicode`.
  void ignore_case(bool unicode);
  /// @pre `other` is finished
  void intersect(const char_set& other);
  void negate();

  /// To be called after `add`.
  void finish();

  /// @pre finished
  bool has(char32_t c) const {
    if (c < 128)
      return (ascii_[c / 64] >> (c % 64) & 1) != 0;
    return has_beyond_ascii(c);
  }

  std::size_t size() const { return ranges_.size(); }

private:
  bool has_beyond_ascii(char32_t c) const;

  std::vector<char_range> ranges_;
  std::uint64_t ascii_[2] = {0, 0};
};

/// `d`, `w`, `s`, `h`, `v`: what follows a backslash, in lower case.
char_set escape_class(char16_t letter);

/// The class of `\p{name}`; false if it is unknown.
bool property_class(std::u16string_view name, char_set& out);

/// What `\b` takes for a part of a word.
bool is_word_char(char32_t c);

/// What ends a line.
constexpr bool is_line_end(char32_t c) {
  return c == U'\n' || c == U'\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

} // namespace tutti::sel
