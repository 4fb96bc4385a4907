#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

/// Names of enums, one table per enum: the name of value `i` is entry `i`.
namespace tutti::model {

/// Compares ASCII letters without regard to case.
constexpr bool equal_any_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size())
    return false;
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i]))
      return false;
  return true;
}

template <class E, std::size_t N>
constexpr std::string_view name_in(const std::array<std::string_view, N>& names, E x) {
  auto i = static_cast<std::size_t>(x);
  return i < N ? names[i] : std::string_view{"UNKNOWN"};
}

template <class E, std::size_t N>
constexpr std::optional<E> find_any_case(const std::array<std::string_view, N>& names,
                                         std::string_view text) {
  for (std::size_t i = 0; i < N; ++i)
    if (equal_any_case(names[i], text))
      return static_cast<E>(i);
  return std::nullopt;
}

template <class E, std::size_t N>
constexpr std::optional<E> find_exact(const std::array<std::string_view, N>& names,
                                      std::string_view text) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == text)
      return static_cast<E>(i);
  return std::nullopt;
}

} // namespace tutti::model
