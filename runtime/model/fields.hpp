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

/// Calls `f(field_decl)` for each member in declaration order.
template <described T, class F>
constexpr void for_each_field(F&& f) {
  std::apply([&](const auto&... x) { (f(x), ...); }, T::fields());
}

} // namespace tutti::model
