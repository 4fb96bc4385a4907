#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Instants as ISO 8601 text.
namespace tutti::codec {

/// Epoch ms of `2026-01-01T00:00:00.500Z`, `2026-01-01T00:00Z` or `2026-03-07T02:30-08:00`.
/// Digits behind the milliseconds are cut off.
std::optional<std::int64_t> parse_instant(std::string_view text);

/// `2026-01-01T00:00:00Z`, with milliseconds only if there are any.
std::string instant_text(std::int64_t epoch_ms);

} // namespace tutti::codec
