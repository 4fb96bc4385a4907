#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace tutti::actors {

/// Random UUIDs (version 4). One per thread, or one with a seed for a simulation.
class uuid_source {
public:
  explicit uuid_source(std::uint64_t seed) : random_(seed) {}

  /// Seeded by the system.
  uuid_source() : random_(std::random_device{}()) {
    std::random_device seeds;
    std::seed_seq mixed{seeds(), seeds(), seeds(), seeds()};
    random_.seed(mixed);
  }

  std::string operator()() {
    static constexpr auto digits = "0123456789abcdef";
    std::string text(36, '-');
    auto high = random_();
    auto low = random_();
    high = (high & 0xFFFFFFFFFFFF0FFFULL) | 0x4000ULL;
    low = (low & 0x3FFFFFFFFFFFFFFFULL) | 0x8000000000000000ULL;
    for (auto i = 0, nibble = 0; i < 36; ++i) {
      if (i == 8 || i == 13 || i == 18 || i == 23)
        continue;
      auto word = nibble < 16 ? high : low;
      text[static_cast<std::size_t>(i)] = digits[(word >> (60 - 4 * (nibble % 16))) & 0xF];
      ++nibble;
    }
    return text;
  }

private:
  std::mt19937_64 random_;
};

} // namespace tutti::actors
