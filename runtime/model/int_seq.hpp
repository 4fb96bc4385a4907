#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tutti::model {

class byte_writer;

/// A list of integers that keeps ranges as ranges: an arithmetic progression, or consecutive
/// calendar days written as yyyymmdd, costs a few bytes whatever its length.
class int_seq {
public:
  int_seq() = default;

  /// Recognises ranges in explicit numbers.
  explicit int_seq(std::vector<std::int64_t> items);

  /// `count` numbers `first, first + step, …`.
  static int_seq range(std::int64_t first, std::int64_t step, std::uint64_t count);

  /// `count` days from `first` (yyyymmdd), `step` days apart. @pre `first` is a calendar day.
  static int_seq days(std::int64_t first, std::int64_t step, std::uint64_t count);

  std::uint64_t size() const { return kind_ == kind::list ? items_.size() : count_; }

  bool empty() const { return size() == 0; }

  /// @pre `i < size()`
  std::int64_t operator[](std::uint64_t i) const;

  /// Whether it is kept as a range.
  bool compact() const { return kind_ != kind::list; }

  bool operator==(const int_seq& other) const;

  void store(byte_writer& w) const;
  bool load(std::string_view in);

private:
  // Stored: never renumber.
  enum class kind : std::uint8_t {
    list = 0,
    range = 1,
    days = 2
  };

  /// Whether a range stays within its numbers; a damaged record may say anything.
  bool all_items_exist() const;

  kind kind_ = kind::list;
  std::vector<std::int64_t> items_;
  std::int64_t first_ = 0;
  std::int64_t step_ = 1;
  std::uint64_t count_ = 0;
};

/// Days since 1970-01-01 of a yyyymmdd number; false if it is no calendar day.
bool day_number(std::int64_t yyyymmdd, std::int64_t& days);

/// The yyyymmdd number of a day count.
std::int64_t day_of_number(std::int64_t days);

} // namespace tutti::model
