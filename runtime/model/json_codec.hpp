#pragma once

#include "runtime/model/json.hpp"
#include "runtime/model/stored.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

/// How `fields()` becomes JSON. Meant for the few files that instantiate the templates; others
/// include `json.hpp`.
///
/// A type whose JSON is not its fields has two functions of its own in this namespace:
/// `json::value write_json(const T&)` and `bool read_json(json_reader&, const json_place&, const
/// json::value&, T&)`. The templates below find them by overload resolution.
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

  /// `<path>: expected <what>, found <found>`. Always false.
  bool expected(const json_place& at, std::string_view what, const json::value& found);
  /// `<path>: <why>`. Always false.
  bool refuse(const json_place& at, std::string why);
  /// An unknown member: refused with the allowed names, or skipped.
  bool unknown(const json_place& at, const std::vector<std::string_view>& allowed);
};

/// A short text of a value for messages.
std::string brief(const json::value& x);

// -- writing --------------------------------------------------------------------------------------

json::value write_json(bool x);
json::value write_json(std::int64_t x);
json::value write_json(double x);
json::value write_json(const std::string& x);
json::value write_json(const raw_json& x);
json::value write_json(const parsable_long& x);
json::value write_json(const value& x);
json::value write_json(const param& x);
json::value write_json(const tag& x);
json::value write_json(const user& x);
json::value write_json(const step& x);
json::value write_json(const properties_snapshot& x);
json::value write_json(const metadata& x);
json::value write_json(const workflow_create_request& x);
json::value write_json(const initiator& x);
json::value write_json(const timeline_event& x);

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
  else if constexpr (std::is_same_v<M, raw_json>)
    return when == emit::not_empty && (x.text.empty() || x.text == "{}" || x.text == "[]");
  else if constexpr (std::is_same_v<M, user>)
    return when == emit::not_empty && x.name.empty() && x.extras.empty();
  else if constexpr (std::is_same_v<M, std::string> || is_vector<M>::value || is_map<M>::value)
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
    out[key] = write_json(item);
  return out;
}

} // namespace detail

/// Writes the described members in order.
template <described T>
void write_members(json::object& out, const T& x) {
  for_each_field<T>([&](const auto& f) {
    const auto& member = x.*(f.member);
    if (!detail::left_out(member, f.when))
      out[f.name] = write_json(member);
  });
}

template <class T>
json::value write_json(const T& x) {
  if constexpr (std::is_enum_v<T>) {
    auto name = to_string(x);
    return json::value(json::string_view{name.data(), name.size()});
  } else if constexpr (detail::is_optional<T>::value)
    return x ? write_json(*x) : json::value{};
  else if constexpr (detail::is_vector<T>::value)
    return detail::write_list(x);
  else if constexpr (detail::is_map<T>::value)
    return detail::write_map(x);
  else {
    static_assert(described<T>, "no JSON form for this type");
    json::object out;
    write_members(out, x);
    return out;
  }
}

// -- reading --------------------------------------------------------------------------------------

bool read_json(json_reader& in, const json_place& at, const json::value& x, bool& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, std::int64_t& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, double& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, std::string& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, raw_json& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, parsable_long& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, value& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, param& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, param_map& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, tag& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, user& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, run_strategy& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, backoff& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, step_transition& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, step& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, workflow& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, properties& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x,
               properties_snapshot& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, metadata& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x,
               workflow_create_request& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, initiator& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x,
               workflow_start_request& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x,
               workflow_instance_restart_request& out);
bool read_json(json_reader& in, const json_place& at, const json::value& x, timeline_event& out);

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

/// How an enum is read.
template <class E>
struct json_enum;

#define TUTTI_JSON_ENUM(type, parser)                                                              \
  template <>                                                                                      \
  struct json_enum<type> {                                                                         \
    static std::optional<type> parse(std::string_view text) { return parser(text); }               \
  }

TUTTI_JSON_ENUM(step_type, parse_step_type);
TUTTI_JSON_ENUM(step_kind, parse_step_kind);
TUTTI_JSON_ENUM(failure_mode, parse_failure_mode);
TUTTI_JSON_ENUM(criticality, parse_criticality);
TUTTI_JSON_ENUM(run_rule, parse_run_rule);
TUTTI_JSON_ENUM(backoff_type, parse_backoff_type);
TUTTI_JSON_ENUM(param_type, parse_param_type);
TUTTI_JSON_ENUM(param_mode, parse_param_mode);
TUTTI_JSON_ENUM(internal_param_mode, parse_internal_param_mode);
TUTTI_JSON_ENUM(param_source, parse_param_source);
TUTTI_JSON_ENUM(step_status, parse_step_status);
TUTTI_JSON_ENUM(run_status, parse_run_status);
TUTTI_JSON_ENUM(run_policy, parse_run_policy);
TUTTI_JSON_ENUM(initiator_type, parse_initiator_type);
TUTTI_JSON_ENUM(timeline_type, parse_timeline_type);
TUTTI_JSON_ENUM(log_level, parse_log_level);

#undef TUTTI_JSON_ENUM

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
    std::string_view name{member.key().data(), member.key().size()};
    T item{};
    if (!read_json(in, json_place{at, name}, member.value(), item))
      return false;
    out.append(std::string{name}, std::move(item));
  }
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

/// Reads the described members; others go to `extras`, or are unknown without it.
template <described T>
bool read_members(json_reader& in, const json_place& at, const json::value& x, T& out,
                  ordered_map<std::string>* extras = nullptr) {
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object", x);
  for (const auto& member : *members) {
    std::string_view name{member.key().data(), member.key().size()};
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
  else
    return read_members(in, at, x, out);
}

// -- the public functions -------------------------------------------------------------------------

template <class T>
json::value to_json(const T& x) {
  return write_json(x);
}

template <class T>
std::string json_text(const T& x) {
  return to_text(write_json(x));
}

template <class T>
result<T> from_json(const json::value& x, const json_rules& rules) {
  json_reader in{rules};
  T out{};
  if (!read_json(in, json_place{rules.root}, x, out))
    return in.failure.value_or(error{ec::internal, "JSON was refused without a reason"});
  return out;
}

template <class T>
result<T> parse_json(std::string_view text, const json_rules& rules) {
  auto x = parse_text(text);
  if (!x)
    return x.error();
  return from_json<T>(*x, rules);
}

/// Makes the public functions of `json.hpp` for a type.
#define TUTTI_JSON_TYPE(type)                                                                      \
  template boost::json::value to_json<type>(const type&);                                          \
  template std::string json_text<type>(const type&);                                               \
  template result<type> from_json<type>(const boost::json::value&, const json_rules&);             \
  template result<type> parse_json<type>(std::string_view, const json_rules&)

} // namespace tutti::model
