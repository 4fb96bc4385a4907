#pragma once

#include "runtime/model/json_tree.hpp"

/// Writing values as text at once, without a tree of JSON values in between: what `json_text` does.
/// The text is the one that `to_text(to_json(x))` gives.
namespace tutti::model {

/// A text in quotes; bytes that are no UTF-8 are replaced.
void append_text(std::string& out, std::string_view x);

void append_tree(std::string& out, const json::value& x);

inline void append_json(std::string& out, bool x) {
  out += x ? "true" : "false";
}

void append_json(std::string& out, std::int32_t x);
void append_json(std::string& out, std::int64_t x);
void append_json(std::string& out, double x);

inline void append_json(std::string& out, const std::string& x) {
  append_text(out, x);
}

template <class T>
void append_json(std::string& out, const T& x);

/// An object on its way, member by member.
class member_writer {
public:
  explicit member_writer(std::string& out) : out_(out) {}

  /// Writes the name; the value is to follow.
  void name(std::string_view x) {
    out_ += separator_;
    separator_ = ',';
    append_text(out_, x);
    out_ += ':';
  }

  /// Of a name without anything to escape.
  void plain_name(std::string_view x) {
    out_ += separator_;
    separator_ = ',';
    ((out_ += '"') += x) += "\":";
  }

  /// A member that is kept as text.
  void kept(std::string_view name, const std::string& text);

  void end() { out_ += separator_ == '{' ? "{}" : "}"; }

private:
  std::string& out_;
  char separator_ = '{';
};

namespace detail {

template <class T>
void append_list(std::string& out, const T& items) {
  auto separator = '[';
  for (const auto& item : items) {
    out += separator;
    separator = ',';
    append_json(out, static_cast<const typename T::value_type&>(item));
  }
  out += separator == '[' ? "[]" : "]";
}

template <class T>
void append_map(std::string& out, const T& items) {
  member_writer members{out};
  for (const auto& [key, item] : items) {
    if constexpr (std::is_enum_v<std::remove_cvref_t<decltype(key)>>)
      members.plain_name(to_string(key));
    else
      members.name(key);
    append_json(out, item);
  }
  members.end();
}

/// Whether the described member of that name is written.
template <described T>
bool is_written(const T& x, std::string_view name) {
  auto found = false;
  for_each_field<T>(
    [&](const auto& f) { found = found || (f.name == name && !left_out(x.*(f.member), f.when)); });
  return found;
}

} // namespace detail

/// Writes the described members in order.
template <described T>
void append_members(std::string& out, member_writer& members, const T& x) {
  for_each_field<T>([&](const auto& f) {
    const auto& member = x.*(f.member);
    if (detail::left_out(member, f.when))
      return;
    members.plain_name(f.name);
    append_json(out, member);
  });
}

/// Writes members kept as text; the described members that are written win.
template <described T>
void append_extras(member_writer& members, const T& x, const ordered_map<std::string>& extras) {
  for (const auto& [name, text] : extras)
    if (!detail::is_written(x, name))
      members.kept(name, text);
}

template <class T>
void append_json(std::string& out, const T& x) {
  if constexpr (std::is_enum_v<T>)
    ((out += '"') += to_string(x)) += '"';
  else if constexpr (has_own_writer<T>)
    append_tree(out, write_json(x));
  else if constexpr (detail::is_optional<T>::value) {
    if (x)
      append_json(out, *x);
    else
      out += "null";
  } else if constexpr (detail::is_vector<T>::value || detail::is_unique_list<T>::value)
    detail::append_list(out, x);
  else if constexpr (detail::is_map<T>::value || detail::is_enum_map<T>::value)
    detail::append_map(out, x);
  else {
    static_assert(described<T>, "no JSON form for this type");
    member_writer members{out};
    append_members(out, members, x);
    if constexpr (detail::has_extras<T>)
      append_extras(members, x, x.extras);
    members.end();
  }
}

} // namespace tutti::model
