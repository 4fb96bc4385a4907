#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The text of `start` of an interval trigger: `MM-dd-yyyy hh:mm:ss.SSSz` (spec 07 §1). Hours go
/// from 01 to 12 and there is no half of the day: all hours are of the morning, 12 is midnight.
namespace tutti::model {

/// How closely a text must follow the pattern.
enum class date_reading : std::uint8_t {
  /// Each number in its width and its range.
  exact,
  /// Any number of digits and any value: what is over goes into the next larger unit. So reads the
  /// lenient Java pattern of the original.
  lenient
};

/// Epoch ms. Zones: `UTC`, `GMT`, `GMT+1`, `+0100`, and the common names such as `PST`.
std::optional<std::int64_t> parse_trigger_date(std::string_view text, date_reading how);

/// The time in UTC, with `UTC` at its end.
std::string trigger_date_text(std::int64_t epoch_ms);

} // namespace tutti::model
