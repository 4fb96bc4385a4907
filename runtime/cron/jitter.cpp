#include "runtime/cron/jitter.hpp"

#include "runtime/base/md5.hpp"
#include "runtime/cron/schedule.hpp"
#include "runtime/model/durations.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace tutti::cron {

namespace {

/// A 48-bit linear congruence.
class generator {
public:
  explicit generator(std::uint64_t seed) : state_((seed ^ multiplier) & mask) {}

  std::int64_t below(std::int64_t bound) {
    auto drawn = next31();
    if ((bound & (bound - 1)) == 0)
      return (bound * drawn) >> 31;
    auto out = drawn % bound;
    // The last incomplete stretch of numbers would favour small results.
    while (drawn - out + (bound - 1) >= std::int64_t{1} << 31) {
      drawn = next31();
      out = drawn % bound;
    }
    return out;
  }

private:
  static constexpr std::uint64_t multiplier = 0x5DEECE66D;
  static constexpr std::uint64_t mask = (std::uint64_t{1} << 48) - 1;

  std::int64_t next31() {
    state_ = (state_ * multiplier + 11) & mask;
    return static_cast<std::int64_t>(state_ >> 17);
  }

  std::uint64_t state_;
};

/// The low half of the name-based UUID.
std::uint64_t low_half(std::string_view name) {
  auto digest = md5(name);
  std::uint64_t out = 0;
  for (std::size_t i = 8; i < 16; ++i)
    out = out << 8 | digest[i];
  constexpr std::uint64_t variant = std::uint64_t{1} << 63;
  return (out & ~(std::uint64_t{3} << 62)) | variant;
}

bool is_digits(std::string_view text) {
  return !text.empty()
         && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::int64_t fixed_delay_s(std::string_view trigger_text, std::string_view workflow_id,
                           std::int64_t bound_s) {
  auto seed = low_half(std::string{trigger_text} + std::string{workflow_id});
  return generator{seed}.below(bound_s);
}

result<std::int64_t> delay_bound_s(const model::parsable_long& x) {
  std::int64_t ms = 0;
  if (const auto* number = std::get_if<std::int64_t>(&x.v)) {
    ms = *number;
  } else {
    const auto& text = std::get<std::string>(x.v);
    if (is_digits(text) || model::has_reference(x))
      return std::int64_t{0};
    auto read = model::parse_duration_ms(text);
    if (!read)
      return read;
    ms = *read;
  }
  auto bound = ms / 1000;
  if (bound < 1)
    return error{ec::bad_request, "fuzzy_max_delay [" + model::written(x)
                                    + "] is less than a second: bound must be positive"};
  return std::min<std::int64_t>(bound, std::numeric_limits<std::int32_t>::max());
}

status check_delay(const model::parsable_long& x) {
  if (model::has_reference(x))
    return unit{};
  auto ms = model::duration_ms(x);
  if (!ms)
    return ms.error();
  if (*ms <= 0 || *ms > delay_max_ms)
    return error{ec::bad_request, "timeout [" + std::to_string(*ms) + " ms]/[" + model::written(x)
                                    + "] cannot be non-positive or more than system limit: "
                                      "120 days"};
  auto bound = delay_bound_s(x);
  if (!bound)
    return bound.error();
  return unit{};
}

} // namespace tutti::cron
