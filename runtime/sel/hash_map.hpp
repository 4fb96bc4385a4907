#pragma once

#include "runtime/sel/arena.hpp"
#include "runtime/sel/cell.hpp"

#include <cstdint>

namespace tutti::sel {

/// Text keys to cells, in the order that a hash map of Java gives them. Never shrinks.
class hash_map {
public:
  struct entry {
    const char16_t* chars; ///< null for the null key
    std::uint32_t length;
    std::uint32_t hash;
    cell* value;
    entry* next;

    text_view key() const { return {chars, length}; }
  };

  std::uint32_t size() const { return size_; }

  /// Adds what it did to `work`, as texts with equal hashes make it slow.
  cell* find(const char16_t* chars, std::uint32_t length, std::uint64_t& work) const;

  /// The value before, or null.
  cell* put(arena& memory, const char16_t* chars, std::uint32_t length, cell* value,
            std::uint64_t& work);

  template <class F>
  void each(F f) const {
    for (std::uint32_t i = 0; i < capacity_; ++i)
      for (auto* x = table_[i]; x; x = x->next)
        f(*x);
  }

private:
  entry* look(const char16_t* chars, std::uint32_t length, std::uint32_t hash,
              std::uint64_t& work) const;
  void grow(arena& memory);

  entry** table_ = nullptr;
  std::uint32_t capacity_ = 0;
  std::uint32_t size_ = 0;
};

} // namespace tutti::sel
