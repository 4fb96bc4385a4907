#include "runtime/sel/arena.hpp"

#include "runtime/sel/failure.hpp"

#include <algorithm>

namespace tutti::sel {

namespace {

constexpr std::size_t block_min = 16 * 1024;
constexpr std::size_t block_max = 1024 * 1024;

} // namespace

void arena::charge(std::size_t bytes) {
  if (bytes > bytes_max_ || taken_ > bytes_max_ - bytes)
    fail(label::illegal_state, "The evaluation holds more memory than the limit of "
                                 + std::to_string(bytes_max_) + " bytes");
  taken_ += bytes;
}

void* arena::take_from_new_block(std::size_t bytes) {
  if (bytes > block_max / 4) { // a block of its own; the current one goes on
    charge(bytes);
    blocks_.emplace_back(new std::byte[bytes]);
    return blocks_.back().get();
  }
  const auto size = std::max(bytes, std::clamp(taken_, block_min, block_max));
  charge(size);
  blocks_.emplace_back(new std::byte[size]);
  at_ = blocks_.back().get();
  end_ = at_ + size;
  return take(bytes);
}

} // namespace tutti::sel
