#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tutti {

/// MD5 (RFC 1321). For names that must not change, never for secrets.
std::array<std::uint8_t, 16> md5(std::string_view data);

/// The digest as 32 lower-case hexadecimal digits.
std::string md5_hex(std::string_view data);

} // namespace tutti
