#include "runtime/base/md5.hpp"

#include <bit>
#include <cstddef>

namespace tutti {

namespace {

constexpr std::array<std::uint32_t, 64> sines = {
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
  0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
  0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
  0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
  0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
  0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
  0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
  0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

constexpr int shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

struct sums {
  std::uint32_t a = 0x67452301;
  std::uint32_t b = 0xefcdab89;
  std::uint32_t c = 0x98badcfe;
  std::uint32_t d = 0x10325476;
};

std::uint32_t word_at(std::string_view block, std::size_t i) {
  std::uint32_t x = 0;
  for (std::size_t k = 4; k-- > 0;)
    x = x << 8 | static_cast<unsigned char>(block[4 * i + k]);
  return x;
}

void add_block(sums& total, std::string_view block) {
  auto [a, b, c, d] = total;
  for (std::size_t i = 0; i < 64; ++i) {
    auto round = i / 16;
    auto mixed = round == 0   ? (b & c) | (~b & d)
                 : round == 1 ? (d & b) | (~d & c)
                 : round == 2 ? b ^ c ^ d
                              : c ^ (b | ~d);
    auto word = round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i;
    auto sum = a + mixed + sines[i] + word_at(block, word % 16);
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, shifts[round][i % 4]);
  }
  total = {total.a + a, total.b + b, total.c + c, total.d + d};
}

} // namespace

std::array<std::uint8_t, 16> md5(std::string_view data) {
  sums total;
  auto bits = static_cast<std::uint64_t>(data.size()) * 8;
  for (; data.size() >= 64; data.remove_prefix(64))
    add_block(total, data.substr(0, 64));
  std::string tail{data};
  tail += '\x80';
  while (tail.size() % 64 != 56)
    tail += '\0';
  for (auto shift = 0; shift < 64; shift += 8)
    tail += static_cast<char>(bits >> shift & 0xFF);
  for (std::size_t at = 0; at < tail.size(); at += 64)
    add_block(total, std::string_view{tail}.substr(at, 64));
  std::array<std::uint8_t, 16> out{};
  const std::uint32_t words[] = {total.a, total.b, total.c, total.d};
  for (std::size_t i = 0; i < 16; ++i)
    out[i] = static_cast<std::uint8_t>(words[i / 4] >> (8 * (i % 4)) & 0xFF);
  return out;
}

std::string md5_hex(std::string_view data) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (auto byte : md5(data)) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

} // namespace tutti
