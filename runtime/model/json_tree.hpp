#pragma once

#include "runtime/model/enum_map.hpp"
#include "runtime/model/json.hpp"
#include "runtime/model/json_enums.hpp"
#include "runtime/model/json_own_forms.hpp"
#include "runtime/model/stored.hpp"
#include "runtime/model/unique_list.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <utility>

/// How `fields()` becomes a JSON value and comes from one. Included by `json_codec.hpp`.
///
/// A type whose JSON is not its fields is marked `own_json` and has functions of its own, declared
/// in `json_own_forms.hpp`; the templates below find them by overload resolution. A struct with a
/// member `extras` keeps unknown members in it and writes them after its own.
namespace tutti::model {

namespace json = boost::json;

/// Where a value stands in the document; a chain on the stack, made a text only for an error.
class json_place {
public:
  explicit json_place(std::string_view root) : name_(root) {}

  json_place(const json_place& parent, std::string_view name) : parent_(&parent), name_(name) {}

  json_place(const json_place& parent, std::size_t index)
    : parent_(&parent),
      index_(index),
      in_list_(true) {}

  /// For example `workflow.steps[2].step.id`.
  std::string path() const;

private:
  const json_place* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
  bool in_list_ = false;
};

/// What one reading knows: the rules, and the first error.
struct json_reader {
  const json_rules& rules;
  std::optional<error> failure{};
  /// Params need neither a literal nor an expression: results, and what is not checked on its way.
  bool free_params = false;

  /// `<path>: expected <what>, found <found>`. Always false.
  bool expected(const json_place& at, std::string_view what, const json::value& found);
  /// `<path>: <why>`. Always false.
  bool refuse(const json_place& at, std::string why);
  /// An unknown member: refused with the allowed names, or skipped.
  bool unknown(const json_place& at, const std::vector<std::string_view>& allowed);
};

/// A short text of a value for messages.
std::string brief(const json::value& x);

inline std::string_view key_of(const json::key_value_pair& member) {
  return {member.key().data(), member.key().size()};
}

/// Whether a member is missing or null.
inline bool absent(const json::object& members, std::string_view name) {
  const auto* x = members.if_contains(name);
  return !x || x->is_null();
}

// -- writing ----------------------------------------------------------------------------

json::value write_json(bool x);
json::value write_json(std::int32_t x);
json::value write_json(std::int64_t x);
json::value write_json(double x);
json::value write_json(const std::string& x);

/// Adds members kept as text; names that are there already win.
void write_extras(json::object& out, const ordered_map<std::string>& extras);

template <class T>
json::value write_json(const T& x);

namespace detail {

template <class M>
bool left_out(const M& x, emit when) {
  if (when == emit::stored_only)
    return true;
  if constexpr (is_optional<M>::value)
    return x ? left_out(*x, when) : when != emit::always;
  else if constexpr (std::is_same_v<M, user>)
    return when == emit::not_empty && x.name.empty() && x.extras.empty();
  else if constexpr (requires { x.empty(); })
    return when == emit::not_empty && x.empty();
  else if constexpr (is_varint<M>)
    return when == emit::not_zero && x == M{};
  else
    return false;
}

template <class T>
json::value write_list(const T& items) {
  json::array out;
  out.reserve(items.size());
  for (const auto& item : items)
    out.push_back(write_json(static_cast<const typename T::value_type&>(item)));
  return out;
}

template <class T>
json::value write_map(const ordered_map<T>& items) {
  json::object out;
  out.reserve(items.size());
  for (const auto& [key, item] : items)
    out.emplace(key, write_json(item));
  return out;
}

template <class E, class V>
json::value write_enum_map(const enum_map<E, V>& items) {
  json::object out;
  out.reserve(items.size());
  for (const auto& [key, item] : items)
    out.emplace(to_string(key), write_json(item));
  return out;
}

template <class T>
struct is_enum_map : std::false_type {};

template <class E, class V>
struct is_enum_map<enum_map<E, V>> : std::true_type {};

template <class T>
struct is_unique_list : std::false_type {};

template <class T>
struct is_unique_list<unique_list<T>> : std::true_type {};

template <class T>
concept has_extras = requires(T x) {
  { x.extras } -> std::same_as<ordered_map<std::string>&>;
};

} // namespace detail

/// Writes the described members in order.
template <described T>
void write_members(json::object& out, const T& x) {
  std::size_t count = out.size();
  for_each_field<T>(
    [&](const auto& f) { count += detail::left_out(x.*(f.member), f.when) ? 0 : 1; });
  out.reserve(count);
  for_each_field<T>([&](const auto& f) {
    const auto& member = x.*(f.member);
    if (!detail::left_out(member, f.when))
      out.emplace(f.name, write_json(member));
  });
}

template <class T>
json::value write_json(const T& x) {
  if constexpr (std::is_enum_v<T>) {
    auto name = to_string(x);
    return json::value(json::string_view{name.data(), name.size()});
  } else if constexpr (detail::is_optional<T>::value)
    return x ? write_json(*x) : json::value{};
  else if constexpr (detail::is_vector<T>::value || detail::is_unique_list<T>::value)
    return detail::write_list(x);
  else if constexpr (detail::is_map<T>::value)
    return detail::write_map(x);
  else if constexpr (detail::is_enum_map<T>::value)
    return detail::write_enum_map(x);
  else {
    static_assert(described<T>, "no JSON form for this type");
    json::object out;
    write_members(out, x);
    if constexpr (detail::has_extras<T>)
      write_extras(out, x.extras);
    return out;
  }
}

// -- reading ----------------------------------------------------------------------------

bool read_json(json_reader& in, const json_place& at, const json::value& x, bool& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, std::int32_t& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, std::int64_t& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, double& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, std::string& out);
/// Definitions have a literal or an expression (spec 02 §2); entries of a MAP are not asked.
bool read_json(json_reader& in, const json_place& at, const json::value& x, param_map& out);

/// Whether the value stands for an absent scalar: null, or a blank text for a number.
bool is_absent(const json::value& x, bool number);

/// A text with the whole of the value, or nothing when it is no text. Exact numbers are none.
std::optional<std::string_view> plain_text(const json::value& x);

/// The text of a number of any kind, or nothing.
std::optional<std::string> number_text(const json::value& x);

/// Keeps a member as text; nulls are dropped.
void keep_extra(ordered_map<std::string>& extras, std::string_view name, const json::value& x);

template <class T>
bool read_json(json_reader& in, const json_place& at, const json::value& x, T& out);

namespace detail {

/// `one of A, B, C`.
template <class E>
std::string choices() {
  std::string out = "one of ";
  for (std::uint8_t i = 0; to_string(static_cast<E>(i)) != "UNKNOWN"; ++i)
    (out += i == 0 ? "" : ", ") += to_string(static_cast<E>(i));
  return out;
}

template <class E>
bool read_enum(json_reader& in, const json_place& at, const json::value& x, E& out) {
  if (x.is_null())
    return true; // Stays what a fresh struct has.
  auto text = plain_text(x);
  auto found = text ? json_enum<E>::parse(*text) : std::nullopt;
  if (!found)
    return in.expected(at, choices<E>(), x);
  out = *found;
  return true;
}

template <class T>
bool read_list(json_reader& in, const json_place& at, const json::value& x, std::vector<T>& out) {
  out.clear();
  if (x.is_null())
    return true;
  const auto* items = x.if_array();
  if (!items)
    return in.expected(at, "a list", x);
  for (std::size_t i = 0; i < items->size(); ++i) {
    T item{};
    if (!read_json(in, json_place{at, i}, (*items)[i], item))
      return false;
    out.push_back(std::move(item));
  }
  return true;
}

template <class T>
bool read_map(json_reader& in, const json_place& at, const json::value& x, ordered_map<T>& out) {
  out.clear();
  if (x.is_null())
    return true;
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object", x);
  for (const auto& member : *members) {
    auto name = key_of(member);
    T item{};
    if (!read_json(in, json_place{at, name}, member.value(), item))
      return false;
    out.append(std::string{name}, std::move(item));
  }
  return true;
}

template <class E, class V>
bool read_enum_map(json_reader& in, const json_place& at, const json::value& x,
                   enum_map<E, V>& out) {
  out.clear();
  if (x.is_null())
    return true;
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object", x);
  for (const auto& member : *members) {
    auto name = key_of(member);
    auto key = json_enum<E>::parse(name);
    if (!key)
      return in.refuse(json_place{at, name}, "unknown key, expected " + choices<E>());
    if (!read_json(in, json_place{at, name}, member.value(), out[*key]))
      return false;
  }
  return true;
}

template <class T>
bool read_unique_list(json_reader& in, const json_place& at, const json::value& x,
                      unique_list<T>& out) {
  std::vector<T> items;
  if (!read_list(in, at, x, items))
    return false;
  out = unique_list<T>{std::move(items)};
  return true;
}

template <class M>
bool read_optional(json_reader& in, const json_place& at, const json::value& x, M& out) {
  using item = typename M::value_type;
  if (is_absent(x, std::is_arithmetic_v<item>)) {
    out.reset();
    return true;
  }
  return read_json(in, at, x, out.emplace());
}

} // namespace detail

/// The names that `fields()` reads.
template <described T>
std::vector<std::string_view> member_names() {
  std::vector<std::string_view> out;
  for_each_field<T>([&](const auto& f) {
    if (f.when != emit::stored_only)
      out.push_back(f.name);
  });
  return out;
}

enum class member_result : std::uint8_t {
  read,
  failed,
  unknown
};

/// Reads the member called `name`, if the type has it.
template <described T>
member_result read_member(json_reader& in, const json_place& at, std::string_view name,
                          const json::value& x, T& out) {
  auto done = member_result::unknown;
  for_each_field<T>([&](const auto& f) {
    if (done != member_result::unknown || f.when == emit::stored_only || f.name != name)
      return;
    auto good = read_json(in, at, x, out.*(f.member));
    done = good ? member_result::read : member_result::failed;
  });
  return done;
}

/// Reads the described members; others go to `extras`, or are unknown without it. A member called
/// `passed` is passed over.
template <described T>
bool read_members(json_reader& in, const json_place& at, const json::value& x, T& out,
                  ordered_map<std::string>* extras = nullptr, std::string_view passed = {}) {
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object", x);
  for (const auto& member : *members) {
    auto name = key_of(member);
    if (!passed.empty() && name == passed)
      continue;
    json_place here{at, name};
    auto done = read_member(in, here, name, member.value(), out);
    if (done == member_result::failed)
      return false;
    if (done == member_result::read)
      continue;
    if (extras)
      keep_extra(*extras, name, member.value());
    else if (!in.unknown(here, member_names<T>()))
      return false;
  }
  return true;
}

/// Reads the described members, with params that need neither a literal nor an expression.
template <described T>
bool read_members_freely(json_reader& in, const json_place& at, const json::value& x, T& out,
                         ordered_map<std::string>* extras = nullptr) {
  auto before = std::exchange(in.free_params, true);
  auto good = read_members(in, at, x, out, extras);
  in.free_params = before;
  return good;
}

template <class T>
bool read_json(json_reader& in, const json_place& at, const json::value& x, T& out) {
  if constexpr (std::is_enum_v<T>)
    return detail::read_enum(in, at, x, out);
  else if constexpr (detail::is_optional<T>::value)
    return detail::read_optional(in, at, x, out);
  else if constexpr (detail::is_vector<T>::value)
    return detail::read_list(in, at, x, out);
  else if constexpr (detail::is_map<T>::value)
    return detail::read_map(in, at, x, out);
  else if constexpr (detail::is_enum_map<T>::value)
    return detail::read_enum_map(in, at, x, out);
  else if constexpr (detail::is_unique_list<T>::value)
    return detail::read_unique_list(in, at, x, out);
  else {
    static_assert(!has_own_json<T>, "declare the type in json_own_forms.hpp");
    if constexpr (detail::has_extras<T>)
      return read_members(in, at, x, out, &out.extras);
    else
      return read_members(in, at, x, out);
  }
}

} // namespace tutti::model
