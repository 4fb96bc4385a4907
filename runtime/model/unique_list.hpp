#pragma once

#include "runtime/model/fields.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

namespace tutti::model {

/// A set that keeps the order of insertion; the API's sets have no order of their own.
template <class T>
class unique_list {
public:
  using value_type = T;

  unique_list() = default;

  unique_list(std::initializer_list<T> items) {
    for (const auto& x : items)
      add(x);
  }

  /// Keeps the first of equal items.
  explicit unique_list(std::vector<T> items) : items_(std::move(items)) {
    std::vector<std::size_t> order(items_.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return items_[a] < items_[b]; });
    std::vector<bool> twice(items_.size());
    for (std::size_t i = 1; i < order.size(); ++i)
      twice[order[i]] = items_[order[i]] == items_[order[i - 1]];
    std::size_t kept = 0;
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (!twice[i]) {
        if (kept != i)
          items_[kept] = std::move(items_[i]);
        ++kept;
      }
    items_.resize(kept);
  }

  auto begin() const { return items_.begin(); }

  auto end() const { return items_.end(); }

  std::size_t size() const { return items_.size(); }

  bool empty() const { return items_.empty(); }

  void clear() { items_.clear(); }

  bool contains(const T& x) const {
    return std::find(items_.begin(), items_.end(), x) != items_.end();
  }

  /// False when it is there already.
  bool add(T x) {
    if (contains(x))
      return false;
    items_.push_back(std::move(x));
    return true;
  }

  bool operator==(const unique_list&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(field(1, "items", &unique_list::items_));
  }

private:
  std::vector<T> items_;
};

} // namespace tutti::model
