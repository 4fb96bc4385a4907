#include "runtime/sel/call_rules.hpp"
#include "runtime/sel/regex_use.hpp"
#include "runtime/sel/text_format.hpp"
#include "runtime/sel/text_forms.hpp"

#include <algorithm>

namespace tutti::sel {

namespace {

text_view separator_of(const cell& x) {
  if (cast_text(x).is_null_text())
    fail(label::null_pointer, "The separator is null");
  return x.view();
}

cell* join_texts(machine& m, arguments args) {
  if (args.empty())
    fail(label::illegal_argument, "String.join has no arguments");
  const auto is_list = args.size() == 2 && is_array(args[1]->kind);
  const auto& separator = cast_text(*args[0]);
  if (is_list)
    cast(*args[1], type::string_array);
  for (std::size_t i = 1; i < args.size() && !is_list; ++i)
    cast_text(*args[i]);
  const auto between = separator_of(separator);
  text_builder out{m};
  const auto add = [&](std::size_t i, const cell& x) {
    if (i > 0)
      out.add(between);
    out.add(x.is_null_text() ? text_view{u"null"} : x.view());
  };
  if (is_list)
    for (std::uint32_t i = 0; i < args[1]->items->count; ++i)
      add(i, args[1]->items->items[i]);
  else
    for (std::size_t i = 1; i < args.size(); ++i)
      add(i - 1, *args[i]);
  return out.to_cell();
}

cell* escape_text(machine& m, const cell& self, arguments args) {
  auto x = self;
  if (args.size() == 1 && args[0]->kind == type::string)
    x = *args[0];
  else if (!args.empty())
    fail(label::illegal_argument, "Invalid arguments for String.escape");
  if (x.is_null_text() && args.empty())
    fail(label::null_pointer, "The string is null");
  constexpr text_view special = u"\\\t\b\n\r\f\"";
  constexpr text_view letters = u"\\tbnrf\"";
  text_builder out{m};
  for (auto c : x.is_null_text() ? text_view{u"null"} : x.view()) {
    const auto at = special.find(c);
    if (at == text_view::npos)
      out.add(c);
    else
      out.add(u'\\').add(letters[at]);
  }
  return out.to_cell();
}

cell* replace_text(machine& m, text_view x, text_view what, text_view with) {
  text_builder out{m};
  m.spend(x.size() / 16 + what.size() / 8);
  const scratch held{m, find_text_memory(what)};
  if (what.empty()) { // between all characters
    for (auto c : x)
      out.add(with).add(c);
    return out.add(with).to_cell();
  }
  std::size_t done = 0;
  for (auto at = find_text(x, what, 0); at != text_view::npos; at = find_text(x, what, done)) {
    out.add(x.substr(done, at - done)).add(with);
    done = at + what.size();
    m.spend(what.size() / 8);
  }
  if (done == 0)
    return m.make_text(x);
  return out.add(x.substr(done)).to_cell();
}

cell* part_of(machine& m, text_view x, std::int64_t from, std::int64_t to) {
  if (from < 0 || to > static_cast<std::int64_t>(x.size()) || from > to)
    fail(label::string_index, "begin " + std::to_string(from) + ", end " + std::to_string(to)
                                + ", length " + std::to_string(x.size()));
  return m.make_text(x.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
}

std::int64_t compare(text_view a, text_view b) {
  const auto [x, y] = std::mismatch(
    a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())), b.begin());
  if (y != b.end() && x != a.end() && *x != *y)
    return std::int64_t{*x} - *y;
  return static_cast<std::int64_t>(a.size()) - static_cast<std::int64_t>(b.size());
}

std::int64_t last_index(machine& m, text_view in, text_view what) {
  m.spend(in.size() / 16 + what.size() / 8);
  const scratch held{m, find_text_memory(what) + 2 * (in.size() + what.size())};
  const text a{in.rbegin(), in.rend()};
  const text b{what.rbegin(), what.rend()};
  const auto at = find_text(a, b, 0);
  if (at == text_view::npos)
    return -1;
  return static_cast<std::int64_t>(in.size() - at - what.size());
}

bool same(const cell& self, const cell& other) {
  check_has_value(other);
  return other.kind == type::string && !other.is_null_text() && self.view() == other.view();
}

cell* no_arguments(machine& m, method what, text_view x) {
  const auto changes_case = what == method::to_upper_case || what == method::to_lower_case;
  const scratch held{m, changes_case ? 2 * x.size() : 0};
  switch (what) {
    case method::to_upper_case:
      return m.make_text_copy(to_upper(x));
    case method::to_lower_case:
      return m.make_text_copy(to_lower(x));
    case method::length:
      return m.make_long(static_cast<std::int64_t>(x.size()));
    case method::is_empty:
      return m.make_bool(x.empty());
    case method::trim:
      return m.make_text(trimmed(x));
    default:
      return nullptr;
  }
}

cell* one_argument(machine& m, method what, const cell& self, const cell& arg) {
  const auto x = self.view();
  switch (what) {
    case method::split:
      return split_text(m, x, text_argument(arg), 0);
    case method::starts_with:
      return m.make_bool(x.starts_with(text_argument(arg)));
    case method::ends_with:
      return m.make_bool(x.ends_with(text_argument(arg)));
    case method::contains: {
      m.spend(x.size() / 16);
      const scratch held{m, find_text_memory(text_argument(arg))};
      return m.make_bool(find_text(x, text_argument(arg), 0) != text_view::npos);
    }
    case method::substring:
      return part_of(m, x, int_argument(arg), static_cast<std::int64_t>(x.size()));
    case method::last_index_of:
      return m.make_long(last_index(m, x, text_argument(arg)));
    case method::equals:
      return m.make_bool(same(self, arg));
    case method::compare_to:
      return m.make_long(compare(x, text_argument(arg)));
    default:
      return nullptr;
  }
}

cell* two_arguments(machine& m, method what, text_view x, const cell& a, const cell& b) {
  switch (what) {
    case method::split: {
      const auto& pattern = text_or_null(a);
      const auto limit = int_argument(b);
      return split_text(m, x, text_argument(pattern), limit);
    }
    case method::replace: {
      const auto& old = text_or_null(a);
      const auto& with = text_or_null(b);
      return replace_text(m, x, text_argument(old), text_argument(with));
    }
    case method::replace_all: {
      const auto& pattern = text_or_null(a);
      const auto& with = text_or_null(b);
      return replace_matches(m, x, text_argument(pattern), with);
    }
    case method::substring: {
      const auto from = int_argument(a);
      return part_of(m, x, from, int_argument(b));
    }
    default:
      return nullptr;
  }
}

bool is_known(method what, std::size_t count) {
  switch (what) {
    case method::to_upper_case:
    case method::to_lower_case:
    case method::length:
    case method::is_empty:
    case method::trim:
      return count == 0;
    case method::starts_with:
    case method::ends_with:
    case method::contains:
    case method::last_index_of:
    case method::equals:
    case method::compare_to:
    case method::value_of:
      return count == 1;
    case method::split:
    case method::substring:
      return count == 1 || count == 2;
    case method::replace:
    case method::replace_all:
      return count == 2;
    default:
      return false;
  }
}

cell* value_of(machine& m, const cell& x) {
  check_has_value(x);
  text_builder out{m};
  append_unboxed(m, out, x);
  return out.to_cell();
}

cell* format_call(machine& m, arguments args) {
  if (args.empty())
    fail(label::illegal_argument, "String.format has no arguments");
  if (cast_text(*args[0]).is_null_text())
    fail(label::null_pointer, "The format is null");
  return format_text(m, args[0]->view(), args.subspan(1));
}

} // namespace

cell* call_text(machine& m, cell& self, method what, std::string_view name, arguments args) {
  if (what == method::format)
    return format_call(m, args);
  if (what == method::join)
    return join_texts(m, args);
  if (what == method::escape)
    return escape_text(m, self, args);
  const auto count = args.size();
  if (!is_known(what, count))
    fail_no_method(self, name, args);
  return call_wrapped(name, count, [&] {
    for (const auto* x : args)
      check_has_value(*x);
    if (self.is_null_text() != (what == method::value_of))
      fail_wrong_receiver();
    if (what == method::value_of)
      return value_of(m, *args[0]);
    m.spend(self.length / 64);
    if (count == 0)
      return no_arguments(m, what, self.view());
    return count == 1 ? one_argument(m, what, self, *args[0])
                      : two_arguments(m, what, self.view(), *args[0], *args[1]);
  });
}

} // namespace tutti::sel
