#include "runtime/sel/sel.hpp"

namespace tutti::sel {

namespace {

bool is_blank(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

std::string_view trimmed(std::string_view x) {
  while (!x.empty() && is_blank(x.front()))
    x.remove_prefix(1);
  while (!x.empty() && is_blank(x.back()))
    x.remove_suffix(1);
  return x;
}

/// Behind the quoted text that begins at `at`.
std::size_t after_string(std::string_view x, std::size_t at) {
  const auto quote = x[at];
  for (++at; at < x.size() && x[at] != quote; ++at)
    if (x[at] == '\\')
      ++at;
  return at + 1;
}

/// Where the code ends and only blanks and comments follow.
std::size_t code_end(std::string_view x) {
  std::size_t end = 0;
  for (std::size_t at = 0; at < x.size();) {
    const auto two = x.substr(at, 2);
    if (two == "//") {
      at = std::min(x.find_first_of("\n\r", at), x.size());
    } else if (two == "/*") {
      const auto close = x.find("*/", at + 2);
      if (close == std::string_view::npos)
        return x.size(); // never ends: a mistake to be reported as it is
      at = close + 2;
    } else if (x[at] == '\'' || x[at] == '"') {
      at = end = std::min(after_string(x, at), x.size());
    } else {
      if (!is_blank(x[at]))
        end = at + 1;
      ++at;
    }
  }
  return end;
}

} // namespace

std::string with_semicolon(std::string_view expression) {
  const auto all = trimmed(expression);
  const auto end = code_end(all);
  const auto code = trimmed(all.substr(0, end));
  const auto complete = code.empty() || code.back() == ';'
                        || (code.back() == '}' && !code.starts_with("{\""));
  if (complete)
    return std::string{all};
  return std::string{all.substr(0, end)} + ";" + std::string{all.substr(end)};
}

} // namespace tutti::sel
