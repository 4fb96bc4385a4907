#pragma once

#include "runtime/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Texts of option values. Every `read_…` refuses with a sentence that says what is allowed;
/// every `print_…` gives a text that its `read_…` turns into the same value.
namespace tutti::config {

/// Both ends belong to it.
struct bounds {
  std::int64_t min = 0;
  std::int64_t max = 0;

  bool operator==(const bounds&) const = default;
};

/// A place to listen at or to connect to. Port 0 picks a free one.
struct endpoint {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const endpoint&) const = default;
};

/// "an integer in 1..1024"
std::string integers_in(bounds range);

/// "a size in 1MB..16GB"
std::string sizes_in(bounds range);

/// "a duration in 1s..1h"
std::string durations_in(bounds range);

result<std::int64_t> read_integer(std::string_view text, bounds range);

/// A whole number with B, KB, MB, GB or TB, powers of 1024; without a unit it is bytes.
result<std::int64_t> read_bytes(std::string_view text, bounds range);

std::string print_bytes(std::int64_t bytes);

/// A whole number with ms, s, m, h or d, in milliseconds. The unit must be there.
result<std::int64_t> read_duration(std::string_view text, bounds range);

std::string print_duration(std::int64_t ms);

/// true, on, yes, 1 and false, off, no, 0.
result<bool> read_boolean(std::string_view text);

std::string print_boolean(bool value);

/// HOST:PORT, where HOST is a name, an IPv4 address or an IPv6 address in brackets.
result<endpoint> read_endpoint(std::string_view text);

std::string print_endpoint(const endpoint& where);

} // namespace tutti::config
