#pragma once

#include "runtime/model/kept_form.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Errors as the API tells them.
namespace tutti::model {

/// An error that the server found (spec 05 §1.6, shape 1).
struct details {
  std::optional<std::string> status;
  std::optional<std::string> message;
  std::optional<std::vector<std::string>> errors;
  bool retryable = false;
  std::optional<raw_json> cause;

  bool operator==(const details&) const = default;

  static constexpr auto fields() {
    using self = details;
    return std::make_tuple(field(1, "status", &self::status),
                           field(2, "message", &self::message, emit::not_empty),
                           field(3, "errors", &self::errors, emit::not_empty),
                           field(4, "retryable", &self::retryable, emit::not_zero),
                           field(5, "cause", &self::cause));
  }
};

} // namespace tutti::model
