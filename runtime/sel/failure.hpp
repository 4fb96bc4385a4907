#pragma once

#include "runtime/base/error.hpp"

#include <exception>
#include <optional>
#include <string>
#include <string_view>

/// How a program of the expression language fails (spec 03 §11).
namespace tutti::sel {

/// Thrown and caught inside this folder only; callers of the evaluator get a `result`.
struct failure final : std::exception {
  std::string label; ///< the class of the failure, as the language names it
  std::string message;
  std::string cause;              ///< label of what a failed method call hides; empty = nothing
  std::optional<error> from_host; ///< an error of the scope, handed on as it is

  const char* what() const noexcept override { return message.c_str(); }
};

namespace label {

inline constexpr std::string_view token = "TokenMgrError";
inline constexpr std::string_view parse = "ParseException";
inline constexpr std::string_view number_format = "NumberFormatException";
inline constexpr std::string_view illegal_argument = "IllegalArgumentException";
inline constexpr std::string_view unsupported = "UnsupportedOperationException";
inline constexpr std::string_view class_cast = "ClassCastException";
inline constexpr std::string_view arithmetic = "ArithmeticException";
inline constexpr std::string_view array_index = "ArrayIndexOutOfBoundsException";
inline constexpr std::string_view string_index = "StringIndexOutOfBoundsException";
inline constexpr std::string_view negative_size = "NegativeArraySizeException";
inline constexpr std::string_view null_pointer = "NullPointerException";
inline constexpr std::string_view illegal_state = "IllegalStateException";
inline constexpr std::string_view runtime = "RuntimeException";
inline constexpr std::string_view malformed = "Error";
inline constexpr std::string_view field_value = "IllegalFieldValueException";
inline constexpr std::string_view illegal_instant = "IllegalInstantException";
inline constexpr std::string_view wrong_method_type = "WrongMethodTypeException";
inline constexpr std::string_view pattern_syntax = "PatternSyntaxException";

} // namespace label

[[noreturn]] void fail(std::string_view label, std::string message);

/// Hands on an error of the scope.
[[noreturn]] void fail(const error& from_host);

} // namespace tutti::sel
