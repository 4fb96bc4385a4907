#include "actors/http/routes.hpp"

#include "actors/http/errors.hpp"

#include <algorithm>
#include <cassert>
#include <cctype>
#include <utility>

namespace tutti::http {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// Takes the text before the first `mark` off the front.
std::string_view take_until(std::string_view& text, char mark) {
  const auto end = std::min(text.find(mark), text.size());
  const auto piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(piece);
}

bool is_placeholder(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::vector<std::string> cut_pattern(std::string_view pattern) {
  assert(!pattern.empty() && pattern.front() == '/');
  pattern.remove_prefix(1);
  std::vector<std::string> segments;
  while (!pattern.empty())
    segments.emplace_back(take_until(pattern, '/'));
  return segments;
}

std::string shape_of(const std::vector<std::string>& segments) {
  std::string shape;
  for (const auto& segment : segments)
    shape += is_placeholder(segment) ? '1' : '0';
  return shape;
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (is_placeholder(pattern[i]) ? path[i].empty() : pattern[i] != path[i])
      return false;
  return true;
}

bool has_encoded_slash(std::string_view path) {
  for (auto at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1))
    if (same_letters(path.substr(at, 3), "%2f"))
      return true;
  return false;
}

/// A quality of zero excludes what it stands by.
bool is_excluded(std::string_view parameters) {
  while (!parameters.empty()) {
    auto value = take_until(parameters, ';');
    const auto name = take_until(value, '=');
    if (same_letters(name, "q"))
      return !value.empty() && value.find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

/// The media type as the framework prints it: no blanks around its parameters.
std::string compact_media_type(std::string_view content_type) {
  std::string text;
  while (!content_type.empty()) {
    text += text.empty() ? "" : ";";
    text += take_until(content_type, ';');
  }
  return text;
}

bool body_fits(const route& what, const request& asked) {
  if (what.body == body_kind::any)
    return true;
  std::string_view type = asked.content_type;
  return same_letters(take_until(type, ';'),
                      what.body == body_kind::json ? "application/json" : "application/yaml");
}

response no_route(const request& asked) {
  const auto path = std::string_view{asked.path}.substr(asked.path.starts_with('/') ? 1 : 0);
  return problem(404, status_title(404), "No static resource " + std::string{path} + ".",
                 asked.path);
}

response wrong_method(const request& asked, std::vector<std::string> allowed) {
  auto answer = problem(405, status_title(405), "Method '" + asked.method + "' is not supported.",
                        asked.path);
  std::sort(allowed.begin(), allowed.end());
  allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
  std::string list;
  for (const auto& method : allowed)
    list += (list.empty() ? "" : ", ") + method;
  answer.headers.emplace_back("Allow", std::move(list));
  return answer;
}

std::optional<response> refusal(const route& what, const request& asked) {
  if (!body_fits(what, asked)) {
    const auto type = asked.content_type.empty() ? std::string{"null"}
                                                 : compact_media_type(asked.content_type);
    return problem(415, status_title(415), "Content-Type '" + type + "' is not supported.",
                   asked.path);
  }
  if (!what.produces.empty() && !accepts(asked.accept, what.produces))
    return problem(406, status_title(406), "Acceptable representations: [" + what.produces + "].",
                   asked.path);
  if (what.needs_user && !asked.has_user)
    return to_response({ec::bad_request, "the user name cannot be null"});
  return std::nullopt;
}

} // namespace

bool accepts(std::string_view accept, std::string_view media_type) {
  if (trimmed(accept).empty())
    return true;
  const auto family = media_type.substr(0, media_type.find('/'));
  while (!accept.empty()) {
    auto parameters = take_until(accept, ',');
    const auto range = take_until(parameters, ';');
    const bool whole_family = range.ends_with("/*")
                              && same_letters(range.substr(0, range.size() - 2), family);
    if ((range == "*/*" || range == "*" || whole_family || same_letters(range, media_type))
        && !is_excluded(parameters))
      return true;
  }
  return false;
}

void route_table::add(route one) {
  auto segments = cut_pattern(one.pattern);
  const auto size = segments.size();
  if (by_size_.size() <= size)
    by_size_.resize(size + 1);
  auto& peers = by_size_[size];
  auto shape = shape_of(segments);
  const auto place = std::upper_bound(peers.begin(), peers.end(), shape,
                                      [](const std::string& wanted, const entry& other) {
                                        return wanted < other.shape;
                                      });
  peers.insert(place, {std::move(one), std::move(segments), std::move(shape)});
}

std::variant<const route*, response> route_table::find(request& asked) const {
  if (has_encoded_slash(asked.path))
    return to_response(
      {ec::bad_request, "path '" + asked.path + "': an encoded slash (%2F) is not allowed"});
  if (asked.segments.size() >= by_size_.size())
    return no_route(asked);
  const std::string_view method = asked.method == "HEAD" ? "GET" : std::string_view{asked.method};
  std::vector<std::string> allowed;
  for (const auto& one : by_size_[asked.segments.size()]) {
    if (!matches(one.segments, asked.segments))
      continue;
    if (one.what.method != method) {
      allowed.push_back(one.what.method);
      continue;
    }
    if (auto refused = refusal(one.what, asked))
      return std::move(*refused);
    asked.path_vars.clear();
    for (std::size_t i = 0; i < one.segments.size(); ++i)
      if (is_placeholder(one.segments[i]))
        asked.path_vars.emplace_back(one.segments[i].substr(1, one.segments[i].size() - 2),
                                     asked.segments[i]);
    return &one.what;
  }
  return allowed.empty() ? no_route(asked) : wrong_method(asked, std::move(allowed));
}

void route_table::operator()(request asked, responder answer) const {
  auto found = find(asked);
  if (auto* refused = std::get_if<response>(&found))
    answer(std::move(*refused));
  else
    std::get<const route*>(found)->serve(std::move(asked), std::move(answer));
}

} // namespace tutti::http
