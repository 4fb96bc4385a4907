#include "storage/journal/checksum.hpp"

#include <array>

namespace tutti::storage {

namespace {

using crc_table = std::array<std::uint32_t, 256>;

constexpr crc_table make_table() {
  crc_table table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    auto crc = byte;
    for (auto bit = 0; bit < 8; ++bit)
      crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
    table[byte] = crc;
  }
  return table;
}

constexpr auto table = make_table();

} // namespace

std::uint32_t crc32c(std::string_view bytes) {
  auto crc = ~std::uint32_t{0};
  for (auto c : bytes)
    crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  return ~crc;
}

} // namespace tutti::storage
