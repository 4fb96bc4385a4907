#include "runtime/engine/intervals.hpp"

#include "runtime/model/stored.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

auto first_ending_at_or_after(std::vector<interval_set::interval>& items, std::int64_t x) {
  return std::lower_bound(items.begin(), items.end(), x,
                          [](const auto& i, std::int64_t y) { return i.second < y; });
}

} // namespace

void interval_set::add(std::int64_t first, std::int64_t last) {
  // An interval that ends right before `first` joins, too.
  auto from = first_ending_at_or_after(items_, first - 1);
  auto to = from;
  while (to != items_.end() && to->first <= last + 1) {
    first = std::min(first, to->first);
    last = std::max(last, to->second);
    ++to;
  }
  from = items_.erase(from, to);
  items_.insert(from, {first, last});
}

bool interval_set::remove(std::int64_t x) {
  auto i = first_ending_at_or_after(items_, x);
  if (i == items_.end() || i->first > x)
    return false;
  auto [first, last] = *i;
  if (first == last)
    items_.erase(i);
  else if (x == first)
    i->first = x + 1;
  else if (x == last)
    i->second = x - 1;
  else {
    i->second = x - 1;
    items_.insert(i + 1, {x + 1, last});
  }
  return true;
}

bool interval_set::contains(std::int64_t x) const {
  auto& items = const_cast<interval_set*>(this)->items_;
  auto i = first_ending_at_or_after(items, x);
  return i != items.end() && i->first <= x;
}

std::int64_t interval_set::count() const {
  std::int64_t n = 0;
  for (auto& [first, last] : items_)
    n += last - first + 1;
  return n;
}

std::int64_t interval_set::next_inside(std::int64_t x) const {
  auto at = std::lower_bound(items_.begin(), items_.end(), x,
                             [](const interval& a, std::int64_t b) { return a.second < b; });
  return at == items_.end() ? 0 : std::max(at->first, x);
}

std::int64_t interval_set::next_outside(std::int64_t x) const {
  auto at = std::lower_bound(items_.begin(), items_.end(), x,
                             [](const interval& a, std::int64_t b) { return a.second < b; });
  return at == items_.end() || at->first > x ? x : at->second + 1;
}

void interval_set::cut_above(std::int64_t x) {
  while (!items_.empty() && items_.back().first > x)
    items_.pop_back();
  if (!items_.empty())
    items_.back().second = std::min(items_.back().second, x);
}

std::int64_t interval_set::prefix() const {
  return items_.empty() || items_.front().first != 1 ? 0 : items_.front().second;
}

void interval_set::store(model::byte_writer& w) const {
  w.varint(items_.size());
  std::int64_t at = 0;
  for (auto& [first, last] : items_) {
    w.varint(static_cast<std::uint64_t>(first - at));
    w.varint(static_cast<std::uint64_t>(last - first));
    at = last;
  }
}

bool interval_set::load(std::string_view in) {
  model::byte_reader r{in};
  auto n = r.varint();
  std::int64_t at = 0;
  items_.clear();
  for (std::uint64_t i = 0; i < n && r.ok(); ++i) {
    auto first = at + static_cast<std::int64_t>(r.varint());
    at = first + static_cast<std::int64_t>(r.varint());
    items_.emplace_back(first, at);
  }
  return r.ok();
}

} // namespace tutti::engine
