#pragma once

#include "runtime/sel/calendar.hpp"
#include "runtime/sel/date_text.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace tutti::sel {

/// Field values that a text gives, until the date is computed: larger fields first, whatever
/// their order in the text.
class field_bucket {
public:
  explicit field_bucket(const zone& place) : place_(place) {
    constexpr std::size_t usual = 8;
    fields_.reserve(usual);
  }

  void save(date_field what, std::int32_t value) { fields_.push_back({what, value}); }

  void set_offset(std::int32_t offset) { offset_ = offset; }

  void set_zone(const zone& place) { named_ = place; }

  const std::optional<zone>& named_zone() const { return named_; }

  /// For going back when one of several forms does not fit.
  struct mark {
    std::size_t fields;
    std::optional<std::int32_t> offset;
  };

  mark here() const { return {fields_.size(), offset_}; }

  void back_to(const mark& x) {
    fields_.resize(x.fields);
    offset_ = x.offset;
  }

  /// Throws IllegalFieldValueException and IllegalInstantException.
  std::int64_t compute();

private:
  struct saved {
    date_field what;
    std::int32_t value;
  };

  void sort();

  const zone& place_;
  std::vector<saved> fields_;
  std::optional<std::int32_t> offset_;
  std::optional<zone> named_;
};

/// IllegalArgumentException: the text does not go on in an expected way at `at`.
[[noreturn]] void fail_date_text(text_view x, std::size_t at);

} // namespace tutti::sel
