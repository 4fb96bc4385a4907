#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace tutti::sel {

/// Memory of one evaluation: taken piece by piece, given back all at once, with a bound.
class arena {
public:
  explicit arena(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;

  /// Aligned to eight bytes. Throws `failure` over the bound.
  void* take(std::size_t bytes) {
    bytes = (bytes + 7) & ~std::size_t{7};
    if (bytes > static_cast<std::size_t>(end_ - at_))
      return take_from_new_block(bytes);
    auto* out = at_;
    at_ += bytes;
    return out;
  }

  template <class T>
  T* make(T x) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (take(sizeof(T))) T(std::move(x));
  }

  /// Uninitialised.
  template <class T>
  T* make_many(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);
    return static_cast<T*>(take(count * sizeof(T)));
  }

  /// Counts memory that is held elsewhere. Throws `failure` over the bound.
  void charge(std::size_t bytes);

private:
  void* take_from_new_block(std::size_t bytes);

  static constexpr std::size_t first_size = 4096;

  std::size_t bytes_max_;
  std::size_t taken_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  alignas(16) std::byte first_[first_size];
  std::byte* at_ = first_;
  std::byte* end_ = first_ + first_size;
};

} // namespace tutti::sel
