#pragma once

#include "runtime/sel/calls.hpp"
#include "runtime/sel/failure.hpp"

#include <cstdint>
#include <string_view>

/// How methods see their arguments.
namespace tutti::sel {

void wrap_failure(failure& why, std::string_view name, std::size_t count);

/// Runs the body of a method of a text or date: what fails inside becomes
/// IllegalArgumentException with a cause, except limits (spec 03 §8).
template <class F>
cell* call_wrapped(std::string_view name, std::size_t count, F body) {
  try {
    return body();
  } catch (failure& why) {
    wrap_failure(why, name, count);
    throw;
  }
}

/// The receiver of a method is null, or a static method has one.
[[noreturn]] void fail_wrong_receiver();

/// What has no value for a method: UUIDs and the preset objects.
void check_has_value(const cell& x);

/// A text that may be null. ClassCastException for other values.
const cell& text_or_null(const cell& x);

/// ClassCastException, NullPointerException.
text_view text_argument(const cell& x);

/// A number of 32 bits, as larger ones are of another class. ClassCastException,
/// NullPointerException.
std::int32_t int_argument(const cell& x);

// -- casts without unwrapping: NULL fails as well ------------------------------------------

const cell& cast_text(const cell& x);
std::int64_t cast_long(const cell& x);
const cell& cast(const cell& x, type wanted);

// -- numbers in texts: NumberFormatException -------------------------------------------------

std::int64_t long_of(const cell& text_cell);
/// NullPointerException for a null text.
double double_of(const cell& text_cell);

} // namespace tutti::sel
