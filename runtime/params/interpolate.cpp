#include "runtime/params/interpolate.hpp"

#include "runtime/params/coerce.hpp"

#include <algorithm>

namespace tutti::params {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_plain(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

bool is_braced(char c) {
  return is_plain(c) || c == '-' || c == '.' || c == '/';
}

struct variable {
  std::size_t size = 0; ///< characters of the reference; 0 = none here
  std::string_view name;
  std::string_view step; ///< of `${name@step}`
};

template <class Pred>
std::size_t run_of(std::string_view text, std::size_t from, Pred pred) {
  auto end = from;
  while (end < text.size() && pred(text[end]))
    ++end;
  return end - from;
}

variable braced_at(std::string_view text, std::size_t at) {
  auto begin = at + 2;
  if (begin >= text.size() || !is_letter(text[begin]))
    return {};
  auto size = run_of(text, begin, is_braced);
  auto end = begin + size;
  variable out{0, text.substr(begin, size), {}};
  if (end < text.size() && text[end] == '@') {
    auto step = run_of(text, end + 1, is_braced);
    if (step == 0)
      return {};
    out.step = text.substr(end + 1, step);
    end += 1 + step;
  }
  if (end >= text.size() || text[end] != '}')
    return {};
  out.size = end + 1 - at;
  return out;
}

/// The reference that begins at the dollar `at`.
variable variable_at(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size() || text[at] != '$')
    return {};
  if (text[at + 1] == '{')
    return braced_at(text, at);
  if (!is_letter(text[at + 1]))
    return {};
  auto size = run_of(text, at + 1, is_plain);
  return {size + 1, text.substr(at + 1, size), {}};
}

/// Whether a dollar at `at` is not escaped by a single dollar before it.
bool unescaped(std::string_view text, std::size_t at) {
  return at == 0 || text[at - 1] != '$' || (at >= 2 && text[at - 2] == '$');
}

std::string full_name(const variable& x) {
  return x.step.empty() ? std::string{x.name} : std::string{x.step} + "__" + std::string{x.name};
}

error too_large(std::string_view text) {
  return {ec::bad_request, "Interpolation of [" + std::string{text.substr(0, 100)}
                             + "] gives more than " + std::to_string(size_max) + " characters"};
}

class interpolation {
public:
  interpolation(std::string_view text, scope& names) : text_(text), names_(names) {}

  result<std::string> run() {
    while (at_ < text_.size()) {
      auto dollar = text_.find('$', at_);
      out_ += text_.substr(at_, dollar - at_);
      at_ = std::min(dollar, text_.size());
      if (at_ == text_.size())
        break;
      auto done = token();
      if (!done)
        return done.error();
      if (out_.size() > size_max)
        return too_large(text_);
    }
    return std::move(out_);
  }

private:
  status token() {
    auto open = unescaped(text_, at_);
    auto found = open ? variable_at(text_, at_) : variable{};
    if (found.size > 0)
      return substitute(found);
    auto escaped = open ? variable_at(text_, at_ + 1) : variable{};
    if (escaped.size > 0)
      return keep(escaped);
    auto pair = text_.substr(at_).starts_with("$$");
    out_ += '$';
    at_ += pair ? 2 : 1;
    return unit{};
  }

  status substitute(const variable& x) {
    auto value = names_.resolve(full_name(x));
    if (!value)
      return value.error();
    const auto* numbers = value->as<model::int_seq>();
    if (numbers && numbers->size() > size_max / 2)
      return too_large(text_);
    out_ += to_text(*value);
    at_ += x.size;
    return unit{};
  }

  /// The dollar before the reference makes it a text. After four dollars it is still looked up.
  status keep(const variable& x) {
    if (unescaped(text_, at_ + 1)) {
      auto value = names_.resolve(full_name(x));
      if (!value)
        return value.error();
    }
    out_ += text_.substr(at_ + 1, x.size);
    at_ += 1 + x.size;
    return unit{};
  }

  std::string_view text_;
  scope& names_;
  std::string out_;
  std::size_t at_ = 0;
};

} // namespace

result<std::string> interpolate(std::string_view text, scope& names) {
  return interpolation{text, names}.run();
}

std::vector<std::string> references_in(std::string_view text) {
  std::vector<std::string> out;
  for (auto at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    auto found = unescaped(text, at) ? variable_at(text, at) : variable{};
    if (found.size == 0)
      continue;
    auto name = full_name(found);
    if (std::find(out.begin(), out.end(), name) == out.end())
      out.push_back(std::move(name));
  }
  return out;
}

} // namespace tutti::params
