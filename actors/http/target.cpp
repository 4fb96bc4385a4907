#include "actors/http/target.hpp"

#include "actors/http/utf8.hpp"

namespace tutti::http {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

error undecodable(std::string_view text, std::string_view why) {
  return {ec::bad_request,
          "request target: cannot decode '" + std::string{text} + "': " + std::string{why}};
}

/// The absolute form `http://host/path` names the same thing as `/path`.
std::string_view origin_form(std::string_view target) {
  const auto scheme = target.find("://");
  if (target.empty() || target.front() == '/' || scheme == std::string_view::npos)
    return target;
  const auto path = target.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos ? std::string_view{"/"} : target.substr(path);
}

status read_segments(std::string_view path, std::vector<std::string>& into) {
  into.clear();
  // The root has no segments.
  for (std::size_t begin = 1; begin <= path.size() && path.size() > 1;) {
    const auto end = std::min(path.find('/', begin), path.size());
    auto segment = percent_decode(path.substr(begin, end - begin), false);
    if (!segment)
      return segment.error();
    into.push_back(std::move(*segment));
    begin = end + 1;
  }
  return unit{};
}

status read_query(std::string_view query, name_values& into) {
  into.clear();
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto item = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (item.empty())
      continue;
    const auto cut = std::min(item.find('='), item.size());
    auto name = percent_decode(item.substr(0, cut), true);
    if (!name)
      return name.error();
    auto value = percent_decode(item.substr(std::min(cut + 1, item.size())), true);
    if (!value)
      return value.error();
    into.emplace_back(std::move(*name), std::move(*value));
  }
  return unit{};
}

} // namespace

const std::string* find_value(const name_values& in, std::string_view name) {
  for (const auto& [key, value] : in)
    if (key == name)
      return &value;
  return nullptr;
}

result<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_blank) {
      c = ' ';
    } else if (c == '%') {
      const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return undecodable(text, "two hexadecimal digits must follow '%'");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0')
      return undecodable(text, "a NUL character is not allowed");
    decoded += c;
  }
  if (!is_utf8(decoded))
    return undecodable(text, "the decoded bytes are not UTF-8");
  return decoded;
}

status read_target(std::string_view target, request& into) {
  const auto form = origin_form(target);
  const auto fragment = std::min(form.find('#'), form.size());
  const auto whole = form.substr(0, fragment);
  const auto mark = std::min(whole.find('?'), whole.size());
  const auto path = whole.substr(0, mark);
  if (path != "*" && !path.empty() && path.front() != '/')
    return error{ec::bad_request, "request target: '" + header_text(target)
                                    + "' must be a path that starts with '/'"};
  into.path = path.empty() ? "/" : std::string{path};
  if (path == "*") {
    into.segments = {"*"};
    into.query.clear();
    return unit{};
  }
  if (auto read = read_segments(into.path, into.segments); !read)
    return read;
  return read_query(whole.substr(std::min(mark + 1, whole.size())), into.query);
}

} // namespace tutti::http
