#include "runtime/sel/regex_use.hpp"

#include "runtime/sel/call_rules.hpp"
#include "runtime/sel/regex.hpp"
#include "runtime/sel/text_forms.hpp"

#include <algorithm>
#include <optional>

namespace tutti::sel {

namespace {

constexpr text_view special = u".$|()[{^?*+\\";

bool is_ascii_alnum(char16_t c) {
  return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z');
}

/// The character that a simple pattern stands for.
std::optional<char16_t> single_character(text_view pattern) {
  if (pattern.size() == 1 && special.find(pattern[0]) == text_view::npos)
    return pattern[0];
  if (pattern.size() == 2 && pattern[0] == u'\\' && !is_ascii_alnum(pattern[1]))
    return pattern[1];
  return std::nullopt;
}

/// Gives matches as ranges; a single character needs no program.
class finder {
public:
  finder(machine& m, text_view x, text_view pattern) : x_(x), single_(single_character(pattern)) {
    if (single_ && *single_ >= 0xD800 && *single_ < 0xE000)
      single_.reset();
    if (single_)
      return;
    program_ = compile_regex(m, pattern);
    matcher_.emplace(m, program_, x);
  }

  bool next() {
    if (!single_) {
      if (!matcher_->find())
        return false;
      start = matcher_->start();
      end = matcher_->end();
      return true;
    }
    start = x_.find(*single_, end);
    end = start + 1;
    return start != text_view::npos;
  }

  std::size_t start = 0;
  std::size_t end = 0;

private:
  text_view x_;
  std::optional<char16_t> single_;
  regex program_;
  std::optional<regex_matcher> matcher_;
};

/// Puts what a replacement stands for behind `out`.
class replacer {
public:
  replacer(text_view replacement, const regex& program) : x_(replacement), program_(program) {}

  void append(text_builder& out, const regex_matcher& match) {
    for (std::size_t at = 0; at < x_.size();) {
      const auto c = x_[at++];
      if (c == u'\\') {
        if (at == x_.size())
          fail(label::illegal_argument, "character to be escaped is missing");
        out.add(x_[at++]);
      } else if (c == u'$') {
        const auto group = x_.substr(at, 1) == u"{" ? named_group(at) : numbered_group(at);
        if (match.has_group(group))
          out.add(match.group(group));
      } else {
        out.add(c);
      }
    }
  }

private:
  std::uint32_t named_group(std::size_t& at) const {
    const auto end = x_.find(u'}', at);
    const auto name = x_.substr(at + 1, end == text_view::npos ? end : end - at - 1);
    if (end == text_view::npos)
      fail(label::illegal_argument, "named capturing group is missing trailing '}'");
    if (name.empty() || !is_ascii_alnum(name[0]) || (name[0] >= u'0' && name[0] <= u'9'))
      fail(label::illegal_argument, "the name of a capturing group is malformed");
    at = end + 1;
    for (const auto& [known, number] : program_.names)
      if (known == name)
        return number;
    fail(label::illegal_argument, "No group with name {" + to_utf8(name.substr(0, 32)) + "}");
  }

  /// As many digits as there are groups for.
  std::uint32_t numbered_group(std::size_t& at) const {
    if (at == x_.size())
      fail(label::illegal_argument, "Illegal group reference: group index is missing");
    if (x_[at] < u'0' || x_[at] > u'9')
      fail(label::illegal_argument, "Illegal group reference");
    std::uint32_t group = x_[at++] - u'0';
    if (group > program_.group_count)
      fail("IndexOutOfBoundsException", "No group " + std::to_string(group));
    while (at < x_.size() && x_[at] >= u'0' && x_[at] <= u'9') {
      const auto longer = group * 10 + (x_[at] - u'0');
      if (longer > program_.group_count)
        break;
      group = longer;
      ++at;
    }
    return group;
  }

  text_view x_;
  const regex& program_;
};

} // namespace

cell* split_text(machine& m, text_view x, text_view pattern, std::int32_t limit) {
  std::vector<text_view> parts;
  scratch held{m};
  finder matches{m, x, pattern};
  std::size_t index = 0;
  const auto full = [&] {
    return limit > 0 && parts.size() + 1 >= static_cast<std::size_t>(limit);
  };
  const auto keep = [&](text_view part) {
    if (parts.size() == parts.capacity())
      held.grow_to(std::max<std::size_t>(16, parts.capacity() * 2) * sizeof(text_view));
    parts.push_back(part);
  };
  m.spend(x.size() / 32);
  while (!full() && matches.next()) {
    if (index == 0 && matches.start == 0 && matches.end == 0)
      continue; // no empty part before a match of nothing
    keep(x.substr(index, matches.start - index));
    index = matches.end;
  }
  keep(x.substr(index));
  while (limit == 0 && parts.size() > 1 && parts.back().empty())
    parts.pop_back();
  if (limit == 0 && parts.size() == 1 && parts[0].empty() && !x.empty())
    parts.clear();
  return m.make_text_views(parts);
}

cell* replace_matches(machine& m, text_view x, text_view pattern, const cell& replacement) {
  const auto program = compile_regex(m, pattern);
  regex_matcher match{m, program, x};
  text_builder out{m};
  std::size_t done = 0;
  auto any = false;
  while (match.find()) {
    any = true;
    out.add(x.substr(done, match.start() - done));
    replacer{text_argument(replacement), program}.append(out, match);
    done = match.end();
  }
  if (!any)
    return m.make_text(x);
  out.add(x.substr(done));
  return out.to_cell();
}

} // namespace tutti::sel
