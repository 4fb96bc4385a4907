#pragma once

#include "runtime/model/fields.hpp"

#include <cstdint>
#include <string>
#include <variant>

/// Values that keep the form in which they came.
namespace tutti::model {

/// JSON that is kept as it is, as compact text. For parts that are free by specification.
struct raw_json {
  std::string text;

  using own_json = void;

  bool operator==(const raw_json&) const = default;

  static constexpr auto fields() { return std::make_tuple(field(1, "text", &raw_json::text)); }
};

/// A number, or a text that becomes one (`${param}` or a duration such as `2 hours`); written
/// back as the same kind (spec 01 §8).
struct parsable_long {
  std::variant<std::int64_t, std::string> v;

  using own_json = void;

  bool operator==(const parsable_long&) const = default;

  static constexpr auto fields() { return std::make_tuple(field(1, "v", &parsable_long::v)); }
};

} // namespace tutti::model
