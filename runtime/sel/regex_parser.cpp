#include "runtime/sel/regex_parser.hpp"

#include "runtime/sel/failure.hpp"
#include "runtime/sel/machine.hpp"

#include <algorithm>

namespace tutti::sel {

namespace {

constexpr std::uint32_t depth_max = 500;
constexpr std::size_t length_max = 1 << 18;

bool is_ascii_letter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

bool is_ascii_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}

} // namespace

void fail_regex(text_view pattern, std::size_t at, std::string why) {
  fail(label::pattern_syntax, why + " near index " + std::to_string(at) + " of the pattern \""
                                + to_utf8(pattern.substr(0, 64)) + "\"");
}

regex_tree parse_regex(machine& m, text_view pattern) {
  return regex_parser{m, pattern}.parse();
}

regex_tree regex_parser::parse() && {
  if (x_.size() > length_max)
    fail(label::illegal_state,
         "A pattern has more than " + std::to_string(length_max) + " characters");
  m_.spend(x_.size());
  out_.root = alternatives();
  if (!at_end())
    refuse("Unmatched closing ')'");
  return std::move(out_);
}

// -- characters ------------------------------------------------------------------------

bool regex_parser::accept(text_view word) {
  if (!is(word))
    return false;
  at_ += word.size();
  return true;
}

char32_t regex_parser::take() {
  return next_character(x_, at_);
}

void regex_parser::refuse(std::string why) const {
  fail_regex(x_, at_, std::move(why));
}

void regex_parser::skip_comments() {
  while (flags_.comments && !at_end()) {
    if (text_view{u" \t\n\v\f\r"}.find(x_[at_]) != text_view::npos)
      ++at_;
    else if (x_[at_] == u'#')
      at_ = std::min(x_.find(u'\n', at_), x_.size());
    else
      return;
  }
}

// -- grammar ---------------------------------------------------------------------------

regex_parser::position regex_parser::alternatives() {
  if (++depth_ > depth_max)
    fail(label::illegal_state,
         "A pattern nests more than " + std::to_string(depth_max) + " levels");
  std::vector<position> kids{sequence()};
  while (accept(u"|"))
    kids.push_back(sequence());
  --depth_;
  if (kids.size() == 1)
    return kids[0];
  regex_node x;
  x.kind = kind::alternatives;
  x.kids = std::move(kids);
  return add(std::move(x));
}

regex_parser::position regex_parser::sequence() {
  regex_node x;
  x.kind = kind::sequence;
  for (;;) {
    skip_comments();
    if (at_end() || is(u'|') || is(u')'))
      break;
    if (accept(u"\\Q")) {
      x.kids.push_back(quoted());
      continue;
    }
    x.kids.push_back(quantified(atom()));
  }
  return add(std::move(x));
}

/// Up to `\E`. A quantifier behind it counts for the last character.
regex_parser::position regex_parser::quoted() {
  const auto end = std::min(x_.find(u"\\E", at_), x_.size());
  regex_node x;
  x.kind = kind::sequence;
  while (at_ < end)
    x.kids.push_back(add_one(take()));
  accept(u"\\E");
  if (!x.kids.empty())
    x.kids.back() = quantified(x.kids.back());
  return add(std::move(x));
}

regex_parser::position regex_parser::atom() {
  switch (x_[at_]) {
    case u'(':
      ++at_;
      return parenthesis();
    case u'[':
      ++at_;
      return class_in_brackets();
    case u'\\':
      ++at_;
      return escape();
    case u'.':
      ++at_;
      return add_dot();
    case u'^':
      ++at_;
      return zero_width(op::text_begin, flags_.many_lines);
    case u'$':
      ++at_;
      return zero_width(op::line_end, flags_.many_lines);
    case u'*':
    case u'+':
    case u'?':
      refuse("Dangling meta character");
    case u'{':
      return add({}); // a repetition of nothing
    default:
      return add_one(take());
  }
}

std::uint32_t regex_parser::number() {
  std::uint64_t out = 0;
  if (at_end() || !is_ascii_digit(x_[at_]))
    refuse("Illegal repetition");
  for (; !at_end() && is_ascii_digit(x_[at_]); ++at_) {
    out = out * 10 + (x_[at_] - u'0');
    if (out > 0x7FFFFFFF)
      refuse("Illegal repetition range");
  }
  return static_cast<std::uint32_t>(out);
}

regex_parser::position regex_parser::quantified(position what) {
  skip_comments();
  regex_node x;
  x.kind = kind::repeat;
  x.b = no_limit;
  if (accept(u"?")) {
    x.b = 1;
  } else if (accept(u"+")) {
    x.a = 1;
  } else if (accept(u"{")) {
    x.a = number();
    x.flag = true;
    if (!accept(u","))
      x.b = x.a;
    else if (!is(u'}'))
      x.b = number();
    if (!accept(u"}"))
      refuse("Unclosed counted closure");
    if (x.b < x.a)
      refuse("Illegal repetition range");
  } else if (!accept(u"*")) {
    return what;
  }
  if (accept(u"?"))
    x.how = greed::lazy;
  else if (accept(u"+"))
    x.how = greed::possessive;
  x.kids = {what};
  return add(std::move(x));
}

regex_parser::position regex_parser::parenthesis() {
  const auto outside = flags_;
  position out = 0;
  if (accept(u"?:")) {
    out = alternatives();
  } else if (accept(u"?=") || accept(u"?!")) {
    out = look_or_atomic(kind::look, x_[at_ - 1] == u'!');
  } else if (accept(u"?>")) {
    out = look_or_atomic(kind::atomic, false);
  } else if (accept(u"?<=") || accept(u"?<!")) {
    out = look_or_atomic(kind::behind, x_[at_ - 1] == u'!');
  } else if (accept(u"?<")) {
    out = named_group();
  } else if (accept(u"?")) {
    if (!inline_flags())
      return add({}); // flags for the rest of the enclosing group
    out = alternatives();
  } else {
    regex_node x;
    x.kind = kind::group;
    x.a = ++out_.group_count;
    x.kids = {alternatives()};
    out = add(std::move(x));
  }
  if (!accept(u")"))
    refuse("Unclosed group");
  flags_ = outside;
  return out;
}

regex_parser::position regex_parser::look_or_atomic(kind what, bool negative) {
  regex_node x;
  x.kind = what;
  x.flag = negative;
  x.kids = {alternatives()};
  return add(std::move(x));
}

text regex_parser::name() {
  text out;
  while (!at_end() && x_[at_] != u'>') {
    const auto c = x_[at_];
    if (!is_ascii_letter(c) && (out.empty() || !is_ascii_digit(c)))
      refuse("Illegal name of a group");
    out += c;
    ++at_;
  }
  if (out.empty() || !accept(u">"))
    refuse("Illegal name of a group");
  return out;
}

regex_parser::position regex_parser::named_group() {
  auto called = name();
  for (const auto& known : out_.names)
    if (known.first == called)
      refuse("The name of a group is defined twice");
  regex_node x;
  x.kind = kind::group;
  x.a = ++out_.group_count;
  out_.names.emplace_back(std::move(called), x.a);
  x.kids = {alternatives()};
  return add(std::move(x));
}

/// Reads `i-s:` or `i-s)`: true if a group begins behind them.
bool regex_parser::inline_flags() {
  auto on = true;
  while (!at_end() && x_[at_] != u')' && x_[at_] != u':') {
    const auto c = x_[at_++];
    if (c == u'-' && on)
      on = false;
    else
      set_flag(c, on);
  }
  if (accept(u")"))
    return false;
  if (!accept(u":"))
    refuse("Unknown inline modifier");
  return true;
}

void regex_parser::set_flag(char16_t letter, bool on) {
  switch (letter) {
    case u'i':
      flags_.any_case = on;
      return;
    case u'm':
      flags_.many_lines = on;
      return;
    case u's':
      flags_.dot_is_all = on;
      return;
    case u'u':
    case u'U':
      flags_.unicode_case = on;
      return;
    case u'd':
      flags_.unix_lines = on;
      return;
    case u'x':
      flags_.comments = on;
      return;
    default:
      refuse("Unknown inline modifier");
  }
}

// -- tree ------------------------------------------------------------------------------

regex_parser::position regex_parser::add(regex_node x) {
  out_.nodes.push_back(std::move(x));
  return static_cast<position>(out_.nodes.size() - 1);
}

regex_parser::position regex_parser::add_one(char32_t c) {
  const auto ascii_only = flags_.any_case && !flags_.unicode_case && c >= 0x80;
  if (flags_.any_case && !ascii_only) {
    char_set set;
    set.add(c, c);
    set.ignore_case(flags_.unicode_case);
    if (set.size() > 1)
      return add_set(std::move(set));
  }
  regex_node x;
  x.kind = kind::one;
  x.a = c;
  return add(std::move(x));
}

regex_parser::position regex_parser::add_set(char_set set) {
  set.finish();
  m_.spend(32);
  m_.memory().charge(sizeof(char_set) + set.size() * sizeof(char_range));
  regex_node x;
  x.kind = kind::set;
  x.a = static_cast<std::uint32_t>(out_.sets.size());
  out_.sets.push_back(std::move(set));
  return add(std::move(x));
}

regex_parser::position regex_parser::add_dot() {
  char_set set;
  if (flags_.unix_lines && !flags_.dot_is_all) {
    set.add(U'\n', U'\n');
  } else if (!flags_.dot_is_all) {
    for (char32_t c : {U'\n', U'\r', U'\u0085', U'\u2028', U'\u2029'})
      set.add(c, c);
  }
  set.negate();
  return add_set(std::move(set));
}

regex_parser::position regex_parser::zero_width(op what, bool flag) {
  regex_node x;
  x.kind = kind::zero_width;
  x.what = what;
  x.flag = flag;
  return add(std::move(x));
}

} // namespace tutti::sel
