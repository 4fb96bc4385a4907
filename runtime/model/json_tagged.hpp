#pragma once

#include "runtime/model/enum_text.hpp"
#include "runtime/model/json_codec.hpp"

#include <array>

/// JSON of variants: the members of the alternative, then `type`.
namespace tutti::model {

inline constexpr std::string_view type_member = "type";

/// The names of the alternatives, in their order.
template <std::size_t N>
using type_names = std::array<std::string_view, N>;

template <class V, std::size_t N>
json::value write_tagged(const V& v, const type_names<N>& names) {
  static_assert(N == std::variant_size_v<V>);
  auto out = std::visit([](const auto& x) { return write_json(x); }, v);
  out.get_object()[type_member] = write_json(std::string{names[v.index()]});
  return out;
}

namespace detail {

template <class V, std::size_t I = 0>
bool read_alternative(json_reader& in, const json_place& at, const json::value& x, V& out,
                      std::size_t index) {
  if constexpr (I == std::variant_size_v<V>)
    return in.refuse(at, "has no such alternative");
  else {
    if (index != I)
      return read_alternative<V, I + 1>(in, at, x, out, index);
    auto& item = out.template emplace<I>();
    if constexpr (has_own_json<std::variant_alternative_t<I, V>>)
      return read_json(in, at, x, item);
    else
      return read_members(in, at, x, item, nullptr, type_member);
  }
}

} // namespace detail

/// The text of `type`, or nothing.
inline std::optional<std::string_view> type_of(const json::value& x) {
  const auto* members = x.if_object();
  const auto* type = members ? members->if_contains(type_member) : nullptr;
  return type ? plain_text(*type) : std::nullopt;
}

/// Reads the alternative that `type` names, in any letter case.
template <class V, std::size_t N>
bool read_tagged(json_reader& in, const json_place& at, const json::value& x, V& out,
                 const type_names<N>& names) {
  static_assert(N == std::variant_size_v<V>);
  if (!x.is_object())
    return in.expected(at, "an object with type", x);
  auto type = type_of(x);
  auto index = type ? find_any_case<std::size_t>(names, *type) : std::nullopt;
  if (index)
    return detail::read_alternative(in, at, x, out, *index);
  std::string known;
  for (auto name : names)
    (known += known.empty() ? "" : ", ") += name;
  return in.refuse(json_place{at, type_member},
                   "expected one of " + known + ", found "
                     + (type ? "\"" + std::string{*type} + "\"" : std::string{"no type"}));
}

} // namespace tutti::model
