#include "runtime/params/basic_tokens.hpp"

#include <array>
#include <charconv>

namespace tutti::params {

namespace {

constexpr std::size_t quoted_max = 200;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  // Bytes of longer characters count as letters: names may hold them.
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'
         || static_cast<unsigned char>(c) >= 0x80;
}

void append_utf8(std::string& out, std::uint32_t c) {
  auto byte = [&](std::uint32_t x) { out += static_cast<char>(x); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xE0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

bool read_hex4(std::string_view text, std::uint32_t& out) {
  if (text.size() < 4)
    return false;
  auto [end, error] = std::from_chars(text.data(), text.data() + 4, out, 16);
  return error == std::errc{} && end == text.data() + 4;
}

} // namespace

error token_reader::refuse(std::size_t at, std::string_view found, std::string_view why) const {
  auto shown = std::string{all_.substr(0, quoted_max)} + (all_.size() > quoted_max ? "..." : "");
  auto what = found.empty() ? std::string{"the end"} : "`" + std::string{found} + "`";
  return {ec::bad_request, "Expression [" + shown + "]: found " + what + " at character "
                             + std::to_string(at + 1) + ", " + std::string{why}};
}

bool token_reader::skip_blanks() {
  while (at_ < all_.size()) {
    auto rest = all_.substr(at_);
    if (std::string_view{" \t\n\r\f"}.find(rest[0]) != std::string_view::npos) {
      ++at_;
    } else if (rest.starts_with("//")) {
      auto end = rest.find('\n');
      at_ = end == std::string_view::npos ? all_.size() : at_ + end;
    } else if (rest.starts_with("/*")) {
      auto end = rest.find("*/", 2);
      if (end == std::string_view::npos)
        return false;
      at_ += end + 2;
    } else {
      break;
    }
  }
  return true;
}

token token_reader::take(token_kind kind, std::size_t size) {
  token out{kind, all_.substr(at_, size), at_, {}};
  at_ += size;
  return out;
}

token token_reader::read_number() {
  auto rest = all_.substr(at_);
  std::size_t size = 0;
  auto digits = [&] {
    while (size < rest.size() && is_digit(rest[size]))
      ++size;
  };
  auto at = [&](std::string_view set) {
    return size < rest.size() && set.find(rest[size]) != std::string_view::npos;
  };
  digits();
  auto kind = token_kind::integer;
  if (at(".")) {
    kind = token_kind::decimal;
    ++size;
    digits();
  }
  if (at("eE")) {
    kind = token_kind::decimal;
    ++size;
    if (at("+-"))
      ++size;
    digits();
  }
  if (at("fFdD")) {
    kind = token_kind::decimal;
    ++size;
  } else if (kind == token_kind::integer && at("lL")) {
    ++size;
  }
  return take(kind, size);
}

bool token_reader::read_escape(std::string& out) {
  constexpr std::string_view letters = "ntbrf\\'\"";
  constexpr std::string_view meanings = "\n\t\b\r\f\\'\"";
  auto rest = all_.substr(at_ + 1);
  if (rest.empty())
    return false;
  auto i = letters.find(rest[0]);
  if (i != std::string_view::npos) {
    out += meanings[i];
    at_ += 2;
    return true;
  }
  std::uint32_t code = 0;
  if (rest[0] != 'u' || !read_hex4(rest.substr(1), code) || (code >= 0xD800 && code < 0xE000))
    return false;
  append_utf8(out, code);
  at_ += 6;
  return true;
}

result<token> token_reader::read_text() {
  auto begin = at_;
  auto quote = all_[at_++];
  token out{token_kind::text, {}, begin, {}};
  while (at_ < all_.size() && all_[at_] != quote && all_[at_] != '\n' && all_[at_] != '\r') {
    if (all_[at_] != '\\') {
      out.content += all_[at_++];
      continue;
    }
    auto place = at_;
    if (!read_escape(out.content))
      return refuse(place, all_.substr(place, 2), "expected an escape that the language knows");
  }
  if (at_ >= all_.size() || all_[at_] != quote)
    return refuse(begin, all_.substr(begin, 1), "which begins a text that does not end");
  ++at_;
  out.text = all_.substr(begin, at_ - begin);
  return out;
}

result<token> token_reader::next() {
  if (!skip_blanks())
    return refuse(at_, "/*", "which begins a comment that does not end");
  if (at_ >= all_.size())
    return token{token_kind::end, {}, all_.size(), {}};
  auto rest = all_.substr(at_);
  if (is_letter(rest[0])) {
    std::size_t size = 1;
    while (size < rest.size() && (is_letter(rest[size]) || is_digit(rest[size])))
      ++size;
    return take(token_kind::name, size);
  }
  if (is_digit(rest[0]) || (rest[0] == '.' && rest.size() > 1 && is_digit(rest[1])))
    return read_number();
  if (rest[0] == '\'' || rest[0] == '"')
    return read_text();
  constexpr std::array<std::string_view, 8> pairs{"==", "!=", "<=", ">=", "&&", "||", "--", "++"};
  for (auto pair : pairs)
    if (rest.starts_with(pair))
      return take(token_kind::symbol, 2);
  return take(token_kind::symbol, 1);
}

} // namespace tutti::params
