#include "runtime/sel/hash_map.hpp"

#include <algorithm>

namespace tutti::sel {

namespace {

std::uint32_t hash_of(text_view key) {
  std::uint32_t h = 0;
  for (auto c : key)
    h = h * 31 + c;
  return h ^ (h >> 16);
}

} // namespace

hash_map::entry* hash_map::look(const char16_t* chars, std::uint32_t length, std::uint32_t hash,
                                std::uint64_t& work) const {
  work += length / 16;
  if (capacity_ == 0)
    return nullptr;
  for (auto* x = table_[hash & (capacity_ - 1)]; x; x = x->next) {
    ++work;
    if (x->hash != hash || (x->chars == nullptr) != (chars == nullptr) || x->length != length)
      continue;
    work += length / 16;
    if (x->key() == text_view{chars, length})
      return x;
  }
  return nullptr;
}

cell* hash_map::find(const char16_t* chars, std::uint32_t length, std::uint64_t& work) const {
  const auto* x = look(chars, length, hash_of({chars, length}), work);
  return x ? x->value : nullptr;
}

cell* hash_map::put(arena& memory, const char16_t* chars, std::uint32_t length, cell* value,
                    std::uint64_t& work) {
  const auto hash = hash_of({chars, length});
  if (auto* old = look(chars, length, hash, work))
    return std::exchange(old->value, value);
  if (capacity_ == 0)
    grow(memory);
  auto** end = &table_[hash & (capacity_ - 1)];
  while (*end)
    end = &(*end)->next;
  *end = memory.make(entry{chars, length, hash, value, nullptr});
  if (++size_ > capacity_ / 4 * 3)
    grow(memory);
  return nullptr;
}

/// Doubles the table; entries of one bucket keep their order.
void hash_map::grow(arena& memory) {
  const auto capacity = capacity_ == 0 ? 16 : capacity_ * 2;
  auto** table = memory.make_many<entry*>(capacity);
  std::fill(table, table + capacity, nullptr);
  for (std::uint32_t i = 0; i < capacity_; ++i) {
    entry** ends[2] = {&table[i], &table[i + capacity_]};
    for (auto* x = table_[i]; x;) {
      auto* const next = std::exchange(x->next, nullptr);
      auto**& end = ends[(x->hash & capacity_) != 0 ? 1 : 0];
      *end = x;
      end = &x->next;
      x = next;
    }
  }
  table_ = table;
  capacity_ = capacity;
}

} // namespace tutti::sel
