#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tutti {

/// What went wrong, for the program. Stored and sent: append only, never renumber.
enum class ec : std::uint8_t {
  ok = 0,
  /// The caller's fault; repeating the same request gives the same answer.
  bad_request = 1,
  not_found = 2,
  /// Somebody else was first, or the state changed meanwhile.
  conflict = 3,
  precondition_failed = 4,
  unprocessable = 5,
  /// The work goes on, but the caller's patience ended.
  timeout = 6,
  /// This node cannot serve now (not the leader, shutting down, disk full). Try again.
  unavailable = 7,
  /// A queue or budget is full. Try again later, slower.
  overloaded = 8,
  too_large = 9,
  /// The disk or the network failed.
  io = 10,
  /// Stored bytes are not what was written. A human must look.
  corrupt = 11,
  /// A bug, or an impossible state.
  internal = 12,
};

/// The name of a code, as in the API's `status` member.
std::string_view to_string(ec code);

/// A code for the program, a sentence for the reader, and details one by one.
struct error {
  ec code = ec::internal;
  /// What was asked, what was found, with the identifiers in it.
  std::string message;
  /// Single findings, for example one line per mistake in a definition.
  std::vector<std::string> details{};
  /// The name under which clients of the original know this kind of failure, for example
  /// `NumberFormatException`; empty where there is none. Views a constant; not stored.
  std::string_view kind{};

  bool operator==(const error&) const = default;
};

/// The value of a function that returns nothing.
struct unit {
  bool operator==(const unit&) const = default;
};

/// A value, or the reason why there is none. Shaped like `std::expected`.
template <class T>
class [[nodiscard]] result {
public:
  // NOLINTNEXTLINE(google-explicit-constructor): a value is a result
  result(T value) : content_(std::in_place_index<0>, std::move(value)) {}

  // NOLINTNEXTLINE(google-explicit-constructor): an error is a result
  result(::tutti::error why) : content_(std::in_place_index<1>, std::move(why)) {}

  bool has_value() const { return content_.index() == 0; }

  explicit operator bool() const { return has_value(); }

  /// @pre `has_value()`
  T& value() & {
    assert(has_value());
    return *std::get_if<0>(&content_);
  }

  const T& value() const& {
    assert(has_value());
    return *std::get_if<0>(&content_);
  }

  T&& value() && {
    assert(has_value());
    return std::move(*std::get_if<0>(&content_));
  }

  T& operator*() & { return value(); }

  const T& operator*() const& { return value(); }

  T&& operator*() && { return std::move(*this).value(); }

  T* operator->() { return &value(); }

  const T* operator->() const { return &value(); }

  /// @pre `!has_value()`
  const ::tutti::error& error() const {
    assert(!has_value());
    return *std::get_if<1>(&content_);
  }

private:
  std::variant<T, ::tutti::error> content_;
};

using status = result<unit>;

} // namespace tutti
