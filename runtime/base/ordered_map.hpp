#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti {

/// A small map with text keys that keeps the order of insertion, as the API's objects do.
/// Look-up is linear: meant for tens of entries. Keys are unique.
template <class V>
class ordered_map {
public:
  using value_type = std::pair<std::string, V>;
  using container = std::vector<value_type>;

  ordered_map() = default;

  ordered_map(std::initializer_list<value_type> items) : items_(items) {}

  auto begin() { return items_.begin(); }

  auto end() { return items_.end(); }

  auto begin() const { return items_.begin(); }

  auto end() const { return items_.end(); }

  std::size_t size() const { return items_.size(); }

  bool empty() const { return items_.empty(); }

  void clear() { items_.clear(); }

  void reserve(std::size_t n) { items_.reserve(n); }

  V* find(std::string_view key) {
    for (auto& x : items_)
      if (x.first == key)
        return &x.second;
    return nullptr;
  }

  const V* find(std::string_view key) const { return const_cast<ordered_map*>(this)->find(key); }

  bool contains(std::string_view key) const { return find(key) != nullptr; }

  /// Replaces the value in place, or appends.
  V& set(std::string key, V value) {
    if (auto* old = find(key)) {
      *old = std::move(value);
      return *old;
    }
    return items_.emplace_back(std::move(key), std::move(value)).second;
  }

  /// Appends without looking. @pre `!contains(key)`
  V& append(std::string key, V value) {
    return items_.emplace_back(std::move(key), std::move(value)).second;
  }

  V& operator[](std::string_view key) {
    if (auto* old = find(key))
      return *old;
    return items_.emplace_back(std::string{key}, V{}).second;
  }

  bool erase(std::string_view key) {
    auto i = std::find_if(items_.begin(), items_.end(), [&](auto& x) { return x.first == key; });
    if (i == items_.end())
      return false;
    items_.erase(i);
    return true;
  }

  bool operator==(const ordered_map& other) const { return items_ == other.items_; }

private:
  container items_;
};

} // namespace tutti
