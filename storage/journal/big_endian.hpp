#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::storage {

/// Appends an unsigned number, most significant byte first: byte order is number order.
template <class Unsigned>
void append_be(std::string& out, Unsigned value) {
  for (auto shift = sizeof(Unsigned) * 8; shift > 0; shift -= 8)
    out += static_cast<char>((value >> (shift - 8)) & 0xFF);
}

/// @pre `bytes.size() >= at + sizeof(Unsigned)`
template <class Unsigned>
Unsigned read_be(std::string_view bytes, std::size_t at = 0) {
  assert(bytes.size() >= at + sizeof(Unsigned));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i)
    value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<Unsigned>(value);
}

} // namespace tutti::storage
