#pragma once

#include "runtime/model/stored.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::model {

/// A small map whose keys are an enum. It is written in the declared order of the enum, as the
/// API's counts by status are.
template <class E, class V>
class enum_map {
public:
  using key_type = E;
  using mapped_type = V;
  using value_type = std::pair<E, V>;

  enum_map() = default;

  enum_map(std::initializer_list<value_type> items) {
    for (const auto& [key, x] : items)
      (*this)[key] = x;
  }

  auto begin() const { return items_.begin(); }

  auto end() const { return items_.end(); }

  std::size_t size() const { return items_.size(); }

  bool empty() const { return items_.empty(); }

  void clear() { items_.clear(); }

  const V* find(E key) const {
    auto i = place(key);
    return i != items_.end() && i->first == key ? &i->second : nullptr;
  }

  V& operator[](E key) {
    auto i = items_.begin() + (place(key) - items_.begin());
    if (i == items_.end() || i->first != key)
      i = items_.insert(i, value_type{key, V{}});
    return i->second;
  }

  bool erase(E key) {
    return std::erase_if(items_, [&](const auto& x) { return x.first == key; }) > 0;
  }

  bool operator==(const enum_map&) const = default;

  /// Stored: the count, then keys as varints, each with its value.
  void store(byte_writer& w) const {
    w.varint(items_.size());
    for (const auto& [key, x] : items_) {
      store_value(w, key);
      store_value(w, x);
    }
  }

  bool load(std::string_view in) {
    byte_reader r{in};
    auto n = r.varint();
    for (std::uint64_t i = 0; i < n && r.ok(); ++i) {
      E key{};
      load_value(r, key);
      load_value(r, (*this)[key]);
    }
    return r.ok();
  }

private:
  auto place(E key) const {
    return std::lower_bound(items_.begin(), items_.end(), key,
                            [](const auto& x, E k) { return x.first < k; });
  }

  std::vector<value_type> items_;
};

} // namespace tutti::model
