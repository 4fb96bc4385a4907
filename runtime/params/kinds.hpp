#pragma once

#include "runtime/base/error.hpp"

#include <string>
#include <string_view>

/// How clients of the original know the failures of parameters: the `kind` of an error
/// (spec 02 §16).
namespace tutti::params::kind {

inline constexpr std::string_view validation = "MaestroValidationException";
inline constexpr std::string_view invalid_expression = "MaestroInvalidExpressionException";
inline constexpr std::string_view internal = "MaestroInternalError";
inline constexpr std::string_view unprocessable = "MaestroUnprocessableEntityException";
inline constexpr std::string_view illegal_argument = "IllegalArgumentException";
inline constexpr std::string_view number_format = "NumberFormatException";
inline constexpr std::string_view class_cast = "ClassCastException";
inline constexpr std::string_view null_pointer = "NullPointerException";

/// A refusal of a kind; the caller's fault.
inline error refuse(std::string_view kind, std::string message) {
  return {ec::bad_request, std::move(message), {}, kind};
}

} // namespace tutti::params::kind
