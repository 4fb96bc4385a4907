#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

/// One declaration per type. A struct of the data model lists its members once:
///
///     struct git_info {
///       std::optional<std::string> origin;
///       static constexpr auto fields() {
///         return std::make_tuple(field(1, "origin", &git_info::origin));
///       }
///     };
///
/// From that line come the JSON form (name, order, when it is left out; `json.hpp`) and the
/// stored form (number; `stored.hpp`). Numbers are on disk: append, never reuse one.
namespace tutti::model {

/// When JSON leaves a member out. A null (`std::nullopt`) is left out unless `always`.
enum class emit : std::uint8_t {
  /// Left out when null.
  not_null,
  /// Also left out when an empty text, list or map.
  not_empty,
  /// Left out when zero or false.
  not_zero,
  /// Always written, `null` too.
  always,
  /// Never written to JSON and never read from it; stored only.
  stored_only,
};

template <class T, class M>
struct field_decl {
  std::uint32_t id;
  std::string_view name;
  M T::*member;
  emit when;
};

template <class T, class M>
constexpr field_decl<T, M> field(std::uint32_t id, std::string_view name, M T::*member,
                                 emit when = emit::not_null) {
  return {id, name, member, when};
}

template <class T>
concept described = requires {
  T::fields();
};

/// A number that is no longer written. What an earlier version stored under it is read as `Old`
/// and given to `adopt`, which moves it into the members of today.
template <class T, class Old>
struct retired_decl {
  std::uint32_t id;
  void (*adopt)(Old&&, T&);
};

template <class T, class Old>
constexpr retired_decl<T, Old> retired(std::uint32_t id, void (*adopt)(Old&&, T&)) {
  return {id, adopt};
}

/// Has `static constexpr auto retired_fields()`: a tuple of `retired_decl`.
template <class T>
concept has_retired_fields = requires {
  T::retired_fields();
};

/// Marks a type whose JSON is not its `fields()`: `using own_json = void;` in the type, and two
/// functions declared in `json_own_forms.hpp`.
template <class T>
concept has_own_json = requires {
  typename T::own_json;
};

/// Calls `f(field_decl)` for each member in declaration order.
template <described T, class F>
constexpr void for_each_field(F&& f) {
  constexpr auto all = T::fields(); // Made once, by the compiler.
  std::apply([&](const auto&... x) { (f(x), ...); }, all);
}

} // namespace tutti::model
