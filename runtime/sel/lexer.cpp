#include "runtime/sel/lexer.hpp"

#include "runtime/sel/failure.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace tutti::sel {

namespace {

constexpr std::u16string_view reserved_words[]
  = {u"abstract",   u"boolean", u"break",     u"byte",      u"case",         u"catch",
     u"char",       u"class",   u"const",     u"continue",  u"default",      u"do",
     u"double",     u"else",    u"extends",   u"false",     u"final",        u"finally",
     u"float",      u"for",     u"goto",      u"if",        u"implements",   u"import",
     u"instanceof", u"int",     u"interface", u"long",      u"native",       u"new",
     u"null",       u"package", u"private",   u"protected", u"public",       u"return",
     u"short",      u"static",  u"super",     u"switch",    u"synchronized", u"this",
     u"throw",      u"throws",  u"transient", u"true",      u"try",          u"void",
     u"volatile",   u"while"};

/// Longer ones first.
constexpr std::u16string_view long_symbols[]
  = {u">>>=", u"<<=", u">>=", u">>>", u"&&", u"||", u"==", u"!=", u"<=", u">=", u"++",
     u"--",   u"+=",  u"-=",  u"*=",  u"/=", u"%=", u"&=", u"|=", u"^=", u"<<", u">>"};
constexpr text_view short_symbols = u"+-*/%<>=!?:;,.()[]{}~&|^";

bool is_letter(char16_t c) {
  constexpr std::array<std::array<char16_t, 2>, 8> ranges{{{0xC0, 0xD6},
                                                           {0xD8, 0xF6},
                                                           {0xF8, 0x1FFF},
                                                           {0x3040, 0x318F},
                                                           {0x3300, 0x337F},
                                                           {0x3400, 0x3D2D},
                                                           {0x4E00, 0x9FFF},
                                                           {0xF900, 0xFAFF}}};
  if (c < 0x80)
    return c == u'$' || c == u'_' || (c >= u'A' && c <= u'Z') || (c >= u'a' && c <= u'z');
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const auto& r) { return c >= r[0] && c <= r[1]; });
}

/// The digits of other scripts that names may have are all among the letters.
bool is_letter_or_digit(char16_t c) {
  return is_letter(c) || (c >= u'0' && c <= u'9');
}

int hex_value(char16_t c) {
  if (c >= u'0' && c <= u'9')
    return c - u'0';
  if (c >= u'a' && c <= u'f')
    return c - u'a' + 10;
  return c >= u'A' && c <= u'F' ? c - u'A' + 10 : -1;
}

[[noreturn]] void refuse(std::size_t at, std::string why) {
  fail(label::token, "Lexical error at character " + std::to_string(at + 1) + ": " + why);
}

bool is_octal(char16_t c) {
  return c >= u'0' && c <= u'7';
}

} // namespace

plain_source without_unicode_escapes(text_view source) {
  plain_source out;
  out.chars.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    out.chars += source[i];
    if (source[i] != u'\\' || i + 1 == source.size())
      continue;
    if (source[i + 1] != u'u') { // a pair, or the start of another escape
      out.chars += source[++i];
      continue;
    }
    auto at = i + 1;
    while (at < source.size() && source[at] == u'u')
      ++at;
    char16_t unit = 0;
    for (int k = 0; k < 4; ++k, ++at) {
      const auto digit = at < source.size() ? hex_value(source[at]) : -1;
      if (digit < 0) {
        out.chars.pop_back();
        out.malformed_at = i + 1;
        return out;
      }
      unit = static_cast<char16_t>(unit * 16 + digit);
    }
    out.chars.back() = unit;
    i = at - 1;
  }
  return out;
}

void lexer::check_end() const {
  if (malformed_at_ != 0)
    fail(label::malformed, "Invalid escape character at character " + std::to_string(malformed_at_)
                             + ": expected four hexadecimal digits after \\u");
}

bool lexer::is_digit(std::size_t at) const {
  return at < source_.size() && source_[at] >= u'0' && source_[at] <= u'9';
}

void lexer::skip_blanks() {
  while (at_ < source_.size()) {
    const auto rest = source_.substr(at_);
    if (text_view{u" \t\n\r\f"}.find(rest[0]) != text_view::npos) {
      ++at_;
    } else if (rest.substr(0, 2) == u"//") {
      at_ += std::min(rest.find_first_of(u"\n\r"), rest.size());
    } else if (rest.substr(0, 2) == u"/*") {
      const auto end = rest.find(u"*/", 2);
      if (end == text_view::npos)
        check_end();
      if (end == text_view::npos)
        refuse(at_, "the comment does not end");
      at_ += end + 2;
    } else {
      return;
    }
  }
  check_end();
}

token lexer::take(token_kind kind, std::size_t length) {
  token out{kind, source_.substr(at_, length), at_};
  at_ += length;
  return out;
}

token lexer::next() {
  skip_blanks();
  if (at_ == source_.size())
    return {token_kind::end, {}, at_};
  const auto c = source_[at_];
  if (is_letter(c)) {
    auto end = at_ + 1;
    while (end < source_.size() && is_letter_or_digit(source_[end]))
      ++end;
    const auto word = source_.substr(at_, end - at_);
    const auto reserved = std::find(std::begin(reserved_words), std::end(reserved_words), word)
                          != std::end(reserved_words);
    return take(reserved ? token_kind::reserved : token_kind::identifier, word.size());
  }
  if (is_digit(at_) || (c == u'.' && is_digit(at_ + 1))) {
    auto kind = token_kind::integer;
    const auto length = number_length(kind);
    return take(kind, length);
  }
  if (c == u'\'' || c == u'"')
    return take(token_kind::string, string_length());
  return take(token_kind::symbol, symbol_length());
}

std::size_t lexer::number_length(token_kind& kind) const {
  const auto is_in = [&](std::size_t i, text_view set) {
    return i < source_.size() && set.find(source_[i]) != text_view::npos;
  };
  auto end = at_;
  if (source_[at_] == u'0' && is_in(at_ + 1, u"xX") && at_ + 2 < source_.size()
      && hex_value(source_[at_ + 2]) >= 0) {
    for (end = at_ + 2; end < source_.size() && hex_value(source_[end]) >= 0;)
      ++end;
    return end + (is_in(end, u"lL") ? 1 : 0) - at_;
  }
  while (is_digit(end))
    ++end;
  const auto whole_end = end;
  auto real = is_in(end, u".");
  if (real)
    for (++end; is_digit(end);)
      ++end;
  if (is_in(end, u"eE")) {
    const auto digits = end + 1 + (is_in(end + 1, u"+-") ? 1 : 0);
    if (is_digit(digits)) {
      real = true;
      for (end = digits; is_digit(end);)
        ++end;
    }
  }
  if (is_in(end, u"fFdD")) {
    real = true;
    ++end;
  }
  if (real) {
    kind = token_kind::floating;
    return end - at_;
  }
  end = whole_end;
  if (source_[at_] == u'0') // `08` is the two words 0 and 8
    for (end = at_ + 1; end < whole_end && is_octal(source_[end]);)
      ++end;
  return end + (is_in(end, u"lL") ? 1 : 0) - at_;
}

std::size_t lexer::string_length() const {
  const auto quote = source_[at_];
  for (auto i = at_ + 1; i < source_.size(); ++i) {
    const auto c = source_[i];
    if (c == quote)
      return i + 1 - at_;
    if (c == u'\n' || c == u'\r')
      refuse(at_, "the string does not end");
    if (c != u'\\')
      continue;
    ++i;
    if (i < source_.size() && text_view{u"ntbrf\\'\"01234567"}.find(source_[i]) == text_view::npos)
      refuse(i, "unknown escape in a string");
  }
  check_end();
  refuse(at_, "the string does not end");
}

std::size_t lexer::symbol_length() const {
  const auto rest = source_.substr(at_);
  for (auto symbol : long_symbols)
    if (rest.substr(0, symbol.size()) == symbol)
      return symbol.size();
  if (short_symbols.find(rest[0]) == text_view::npos)
    refuse(at_, "[" + to_utf8(rest.substr(0, 1)) + "] belongs to no word of the language");
  return 1;
}

text unquoted(text_view raw) {
  raw = raw.substr(1, raw.size() - 2);
  text out;
  out.reserve(raw.size());
  constexpr text_view letters = u"ntbrf\\'\"";
  constexpr text_view meanings = u"\n\t\b\r\f\\'\"";
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != u'\\') {
      out += raw[i];
      continue;
    }
    const auto which = letters.find(raw[++i]);
    if (which == text_view::npos)
      fail(label::illegal_argument,
           "The octal escape \\" + to_utf8(raw.substr(i, 1)) + " in a string is not supported");
    out += meanings[which];
  }
  return out;
}

} // namespace tutti::sel
