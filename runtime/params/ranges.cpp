#include "runtime/params/ranges.hpp"

#include "runtime/params/coerce.hpp"

#include <charconv>
#include <limits>
#include <optional>

namespace tutti::params {

namespace {

error refuse(std::string_view function, std::string why) {
  return {ec::bad_request, "Util." + std::string{function} + ": " + std::move(why)};
}

std::optional<std::int64_t> whole(const model::value& x) {
  if (const auto* number = x.as<std::int64_t>())
    return *number;
  if (const auto* text = x.as<std::string>())
    return parse_long(*text);
  return std::nullopt;
}

struct ends {
  std::int64_t from;
  std::int64_t to;
  std::int64_t step;
};

result<ends> read_ends(std::string_view function, const model::value& from, const model::value& to,
                       const model::value& step) {
  const model::value* items[] = {&from, &to, &step};
  constexpr const char* names[] = {"from", "to", "step"};
  std::int64_t numbers[3] = {};
  for (int i = 0; i < 3; ++i) {
    auto number = whole(*items[i]);
    if (!number)
      return refuse(function, std::string{names[i]} + " is [" + to_text(*items[i])
                                + "], expected a whole number");
    numbers[i] = *number;
  }
  return ends{numbers[0], numbers[1], numbers[2]};
}

/// @pre `distance >= 0` and `step > 0`
std::uint64_t steps_over(std::int64_t distance, std::int64_t step) {
  return static_cast<std::uint64_t>(distance / step + (distance % step != 0 ? 1 : 0));
}

error too_long(std::string_view function) {
  return refuse(function, "the list does not end within the memory limit of "
                            + std::to_string(range_size_max) + " numbers");
}

std::optional<std::int64_t> day_of(std::int64_t yyyymmdd) {
  std::int64_t day = 0;
  // Eight digits, as the format says.
  if (yyyymmdd < 10'000'000 || !model::day_number(yyyymmdd, day))
    return std::nullopt;
  return day;
}

} // namespace

result<model::int_seq> ints_between(const model::value& from, const model::value& to,
                                    const model::value& step) {
  constexpr std::string_view name = "intsBetween";
  auto x = read_ends(name, from, to, step);
  if (!x)
    return x.error();
  std::int64_t first = static_cast<std::int32_t>(x->from);
  std::int64_t last = static_cast<std::int32_t>(x->to);
  std::int64_t delta = static_cast<std::int32_t>(x->step);
  auto distance = delta > 0 ? last - first : first - last;
  if (distance <= 0)
    return model::int_seq{};
  if (delta == 0)
    return too_long(name);
  auto count = steps_over(distance, delta > 0 ? delta : -delta);
  auto next = first + delta * static_cast<std::int64_t>(count);
  using limits = std::numeric_limits<std::int32_t>;
  if (count > range_size_max || next > limits::max() || next < limits::min())
    return too_long(name);
  return model::int_seq::range(first, delta, count);
}

result<model::int_seq> date_ints_between(const model::value& from, const model::value& to,
                                         const model::value& step) {
  constexpr std::string_view name = "dateIntsBetween";
  auto x = read_ends(name, from, to, step);
  if (!x)
    return x.error();
  auto begin = day_of(x->from);
  auto end = day_of(x->to);
  if (!begin || !end)
    return refuse(name,
                  "[" + std::to_string(begin ? x->to : x->from) + "] is no day, expected yyyyMMdd");
  if (x->step == 0 || x->step == std::numeric_limits<std::int64_t>::min())
    return refuse(name, "step is [" + std::to_string(x->step) + "], expected another number");
  auto up = x->step > 0;
  auto stride = up ? x->step : -x->step;
  auto distance = up ? *end - *begin : *begin - *end;
  if (distance <= 0)
    return model::int_seq{};
  auto count = steps_over(distance, stride);
  if (count > range_size_max)
    return too_long(name);
  if (count == 1)
    stride = 1; // A huge stride that is never taken must not overflow.
  // Downwards, the stride is anchored at `to` and the list is reversed.
  auto start = up ? *begin : *end + static_cast<std::int64_t>(count - 1) * stride;
  return model::int_seq::days(model::day_of_number(start), up ? stride : -stride, count);
}

} // namespace tutti::params
