#include "runtime/model/int_seq.hpp"

#include "runtime/model/stored.hpp"

#include <chrono>

namespace tutti::model {

bool day_number(std::int64_t yyyymmdd, std::int64_t& days) {
  if (yyyymmdd < 101 || yyyymmdd > 99991231)
    return false;
  using namespace std::chrono;
  auto date = year_month_day{year{static_cast<int>(yyyymmdd / 10000)},
                             month{static_cast<unsigned>(yyyymmdd / 100 % 100)},
                             day{static_cast<unsigned>(yyyymmdd % 100)}};
  if (!date.ok())
    return false;
  days = sys_days{date}.time_since_epoch().count();
  return true;
}

std::int64_t day_of_number(std::int64_t days) {
  using namespace std::chrono;
  year_month_day date{sys_days{std::chrono::days{days}}};
  return static_cast<int>(date.year()) * 10000LL + static_cast<unsigned>(date.month()) * 100
         + static_cast<unsigned>(date.day());
}

namespace {

bool arithmetic(const std::vector<std::int64_t>& xs, std::int64_t& step) {
  if (__builtin_sub_overflow(xs[1], xs[0], &step))
    return false;
  for (std::size_t i = 2; i < xs.size(); ++i) {
    std::int64_t delta = 0;
    if (__builtin_sub_overflow(xs[i], xs[i - 1], &delta) || delta != step)
      return false;
  }
  return true;
}

bool calendar(const std::vector<std::int64_t>& xs, std::int64_t& step) {
  std::int64_t last = 0;
  std::int64_t next = 0;
  if (!day_number(xs[0], last) || !day_number(xs[1], next))
    return false;
  step = next - last;
  for (std::size_t i = 2; i < xs.size(); ++i) {
    last = next;
    if (!day_number(xs[i], next) || next - last != step)
      return false;
  }
  return true;
}

} // namespace

int_seq::int_seq(std::vector<std::int64_t> items) : items_(std::move(items)) {
  // Below eight numbers a list is as small as a range.
  if (items_.size() < 8)
    return;
  if (arithmetic(items_, step_))
    kind_ = kind::range;
  else if (calendar(items_, step_))
    kind_ = kind::days;
  else
    return;
  first_ = items_[0];
  count_ = items_.size();
  items_.clear();
  items_.shrink_to_fit();
}

int_seq int_seq::range(std::int64_t first, std::int64_t step, std::uint64_t count) {
  int_seq x;
  x.kind_ = kind::range;
  x.first_ = first;
  x.step_ = step;
  x.count_ = count;
  return x;
}

int_seq int_seq::days(std::int64_t first, std::int64_t step, std::uint64_t count) {
  auto x = range(first, step, count);
  x.kind_ = kind::days;
  return x;
}

std::int64_t int_seq::operator[](std::uint64_t i) const {
  if (kind_ == kind::list)
    return items_[i];
  auto offset = step_ * static_cast<std::int64_t>(i);
  if (kind_ == kind::range)
    return first_ + offset;
  std::int64_t day = 0;
  day_number(first_, day);
  return day_of_number(day + offset);
}

bool int_seq::operator==(const int_seq& other) const {
  if (size() != other.size())
    return false;
  if (kind_ != kind::list && kind_ == other.kind_)
    return empty() || (first_ == other.first_ && (step_ == other.step_ || count_ == 1));
  for (std::uint64_t i = 0; i < size(); ++i)
    if ((*this)[i] != other[i])
      return false;
  return true;
}

bool int_seq::all_items_exist() const {
  if (count_ == 0)
    return true;
  if (count_ > static_cast<std::uint64_t>(INT64_MAX))
    return false;
  std::int64_t last = first_;
  if (kind_ == kind::days && !day_number(first_, last))
    return false;
  std::int64_t way = 0;
  if (__builtin_mul_overflow(step_, static_cast<std::int64_t>(count_ - 1), &way)
      || __builtin_add_overflow(last, way, &last))
    return false;
  constexpr std::int64_t days_max = 3'000'000; // The years of `std::chrono` go further.
  return kind_ == kind::range || (last > -days_max && last < days_max);
}

void int_seq::store(byte_writer& w) const {
  w.varint(static_cast<std::uint64_t>(kind_));
  w.varint(size());
  if (kind_ == kind::list) {
    for (auto x : items_)
      store_value(w, x);
    return;
  }
  store_value(w, first_);
  store_value(w, step_);
}

bool int_seq::load(std::string_view in) {
  byte_reader r{in};
  auto raw = r.varint();
  if (raw > 2)
    return false;
  kind_ = static_cast<kind>(raw);
  count_ = r.varint();
  if (kind_ != kind::list) {
    load_value(r, first_);
    load_value(r, step_);
    return r.ok() && all_items_exist();
  }
  for (std::uint64_t i = 0; i < count_ && r.ok(); ++i)
    load_value(r, items_.emplace_back());
  count_ = 0;
  return r.ok();
}

} // namespace tutti::model
