#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/definition.hpp"

#include <cstdint>
#include <string_view>

/// Numbers that may be written as durations (spec 01 §8).
namespace tutti::model {

/// Milliseconds of `90`, `2 hours` or `1d2h30min`. Digits alone are seconds. Otherwise all places
/// with a number, at most one blank and a unit (d, h, min, s, ms, millisecond; what follows the
/// unit does not matter) are summed and the rest is ignored, so that `5m` is 0. Fails only when
/// the sum does not fit.
result<std::int64_t> parse_duration_ms(std::string_view text);

/// The same for the form in definitions; a number is seconds. The text has no `${..}` any more.
result<std::int64_t> duration_ms(const parsable_long& x);

/// A whole count, such as a retry limit; the text has digits only.
result<std::int64_t> parse_count(std::string_view text);
result<std::int64_t> count_of(const parsable_long& x);

/// Whether its value depends on params.
bool has_reference(const parsable_long& x);

/// As users wrote it, for messages: `60` or `"2 hours"`.
std::string written(const parsable_long& x);

} // namespace tutti::model
