#include "runtime/sel/failure.hpp"
#include "runtime/sel/machine.hpp"
#include "runtime/sel/regex_parser.hpp"

#include <algorithm>

namespace tutti::sel {

namespace {

int hex_digit(char32_t c) {
  if (c >= U'0' && c <= U'9')
    return static_cast<int>(c - U'0');
  if (c >= U'a' && c <= U'f')
    return static_cast<int>(c - U'a' + 10);
  return c >= U'A' && c <= U'F' ? static_cast<int>(c - U'A' + 10) : -1;
}

bool is_class_letter(char16_t c) {
  return text_view{u"dDwWsShHvV"}.find(c) != text_view::npos;
}

char_set class_of(char16_t letter) {
  const auto negative = letter >= u'A' && letter <= u'Z';
  auto out = escape_class(static_cast<char16_t>(letter | 0x20));
  if (negative)
    out.negate();
  return out;
}

} // namespace

regex_parser::position regex_parser::escape() {
  if (at_end())
    refuse("Unexpected internal error");
  const auto c = x_[at_];
  if (is_class_letter(c)) {
    ++at_;
    return add_set(class_of(c));
  }
  if (c == u'p' || c == u'P') {
    ++at_;
    return add_set(property(c == u'P'));
  }
  if (text_view{u"AbBGzZ"}.find(c) != text_view::npos) {
    ++at_;
    return escape_zero_width(c);
  }
  if (c >= u'1' && c <= u'9') {
    ++at_;
    return back_reference(c);
  }
  if (c == u'k') {
    ++at_;
    return named_reference();
  }
  if (c == u'R') {
    ++at_;
    return line_break();
  }
  if (c >= 0x80)
    return add_one(take());
  ++at_;
  return add_one(escaped_character(c));
}

regex_parser::position regex_parser::escape_zero_width(char16_t letter) {
  switch (letter) {
    case u'A':
      return zero_width(op::text_begin, false);
    case u'b':
    case u'B':
      return zero_width(op::word_edge, letter == u'B');
    case u'G':
      return zero_width(op::last_end, false);
    case u'z':
      return zero_width(op::text_end, false);
    default:
      return zero_width(op::line_end, false);
  }
}

/// More digits belong to it as long as there are as many groups.
regex_parser::position regex_parser::back_reference(char16_t first) {
  std::uint32_t group = first - u'0';
  while (!at_end() && x_[at_] >= u'0' && x_[at_] <= u'9') {
    const auto longer = group * 10 + (x_[at_] - u'0');
    if (longer > out_.group_count)
      break;
    group = longer;
    ++at_;
  }
  regex_node x;
  x.kind = kind::back;
  x.a = group;
  x.flag = flags_.any_case;
  return add(std::move(x));
}

regex_parser::position regex_parser::named_reference() {
  if (!accept(u"<"))
    refuse("\\k is not followed by '<' for named capturing group");
  const auto called = name();
  for (const auto& [known, number] : out_.names)
    if (known == called) {
      regex_node x;
      x.kind = kind::back;
      x.a = number;
      x.flag = flags_.any_case;
      return add(std::move(x));
    }
  refuse("There is no group of this name");
}

/// `\R`: both characters of a pair, or one that ends a line.
regex_parser::position regex_parser::line_break() {
  regex_node pair;
  pair.kind = kind::sequence;
  pair.kids = {add_one(U'\r'), add_one(U'\n')};
  regex_node either;
  either.kind = kind::alternatives;
  either.kids = {add(std::move(pair)), add_set(escape_class(u'v'))};
  return add(std::move(either));
}

char_set regex_parser::property(bool negative) {
  text called;
  if (accept(u"{")) {
    const auto end = x_.find(u'}', at_);
    if (end == text_view::npos)
      refuse("Unclosed character family");
    called = x_.substr(at_, end - at_);
    at_ = end + 1;
  } else if (!at_end()) {
    called = x_.substr(at_++, 1);
  }
  char_set out;
  if (!property_class(called, out))
    refuse("Unknown character property name {" + to_utf8(called.substr(0, 32)) + "}");
  if (negative)
    out.negate();
  return out;
}

char32_t regex_parser::escaped_character(char16_t letter) {
  switch (letter) {
    case u't':
      return U'\t';
    case u'n':
      return U'\n';
    case u'r':
      return U'\r';
    case u'f':
      return U'\f';
    case u'a':
      return U'\a';
    case u'e':
      return 0x1B;
    case u'0':
      return octal();
    case u'x':
      return accept(u"{") ? hex_in_braces() : hex(2);
    case u'u':
      return hex(4);
    case u'c':
      if (at_end())
        refuse("Illegal control escape sequence");
      return static_cast<char32_t>(x_[at_++] ^ 64);
    default:
      if ((letter >= u'a' && letter <= u'z') || (letter >= u'A' && letter <= u'Z'))
        refuse("Illegal/unsupported escape sequence");
      return letter;
  }
}

char32_t regex_parser::hex(std::size_t count) {
  char32_t out = 0;
  for (std::size_t i = 0; i < count; ++i, ++at_) {
    const auto digit = at_end() ? -1 : hex_digit(x_[at_]);
    if (digit < 0)
      refuse("Illegal hexadecimal escape sequence");
    out = out * 16 + static_cast<char32_t>(digit);
  }
  return out;
}

char32_t regex_parser::hex_in_braces() {
  char32_t out = 0;
  for (auto first = true; !accept(u"}"); first = false, ++at_) {
    const auto digit = at_end() ? -1 : hex_digit(x_[at_]);
    if (digit < 0 || (first && is(u'}')))
      refuse("Unclosed hexadecimal escape sequence");
    out = out * 16 + static_cast<char32_t>(digit);
    if (out > 0x10FFFF)
      refuse("Hexadecimal codepoint is too big");
  }
  return out;
}

char32_t regex_parser::octal() {
  const auto digit = [&] {
    return !at_end() && x_[at_] >= u'0' && x_[at_] <= u'7' ? x_[at_] - u'0' : -1;
  };
  if (digit() < 0)
    refuse("Illegal octal escape sequence");
  auto out = static_cast<char32_t>(digit());
  ++at_;
  for (int i = 0; i < 2 && digit() >= 0 && out * 8 + static_cast<char32_t>(digit()) <= 0377; ++i)
    out = out * 8 + static_cast<char32_t>(x_[at_++] - u'0');
  return out;
}

// -- classes ---------------------------------------------------------------------------

regex_parser::position regex_parser::class_in_brackets() {
  return add_set(class_items());
}

/// Behind `[` up to its `]`.
char_set regex_parser::class_items() {
  if (++depth_ > 200)
    refuse("A character class nests too deeply");
  const auto negative = accept(u"^");
  auto out = class_operand();
  while (accept(u"&&")) {
    if (is(u']'))
      break;
    auto other = class_operand();
    out.intersect(other);
  }
  if (!accept(u"]"))
    refuse("Unclosed character class");
  --depth_;
  if (negative)
    out.negate();
  out.finish();
  return out;
}

/// Items up to `&&` or `]`.
char_set regex_parser::class_operand() {
  char_set out;
  std::size_t many = 4096; // ranges that may be the same
  for (auto first = true; at_end() || first || !is(u']'); first = false) {
    if (at_end())
      refuse("Unclosed character class");
    if (is(u"&&")) {
      if (first) {
        at_ += 2;
        continue;
      }
      break;
    }
    if (accept(u"["))
      out.add(class_items());
    else
      out.add(class_item());
    if (out.size() > many) {
      out.finish();
      many = std::max(many, 2 * out.size());
    }
  }
  out.finish();
  return out;
}

/// A class escape, a character or a range.
char_set regex_parser::class_item() {
  char_set out;
  m_.spend(4);
  if (class_escape(out)) {
    m_.spend(out.size() / 4);
    return out;
  }
  const auto one = [&] {
    if (!accept(u"\\"))
      return take();
    if (at_end())
      refuse("Unclosed character class");
    if (x_[at_] >= 0x80)
      return take();
    return escaped_character(x_[at_++]);
  };
  const auto first = one();
  auto last = first;
  if (is(u'-') && at_ + 1 < x_.size() && x_[at_ + 1] != u']' && x_[at_ + 1] != u'[') {
    ++at_;
    last = one();
    if (last < first)
      refuse("Illegal character range");
  }
  out.add(first, last);
  if (flags_.any_case) {
    constexpr char32_t last_with_case = 0x1FFFF;
    m_.spend(std::min(last, last_with_case) - std::min(first, last_with_case));
    out.ignore_case(flags_.unicode_case);
  }
  out.finish();
  return out;
}

bool regex_parser::class_escape(char_set& out) {
  if (!is(u'\\') || at_ + 1 >= x_.size())
    return false;
  const auto c = x_[at_ + 1];
  if (is_class_letter(c)) {
    at_ += 2;
    out = class_of(c);
    return true;
  }
  if (c == u'p' || c == u'P') {
    at_ += 2;
    out = property(c == u'P');
    return true;
  }
  if (c == u'Q') {
    at_ += 2;
    const auto end = std::min(x_.find(u"\\E", at_), x_.size());
    while (at_ < end) {
      const auto one = take();
      out.add(one, one);
    }
    accept(u"\\E");
    out.finish();
    return true;
  }
  return false;
}

} // namespace tutti::sel
