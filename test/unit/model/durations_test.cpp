#include "runtime/model/durations.hpp"

#include <doctest/doctest.h>

namespace tutti::model {

namespace {

std::int64_t ms(std::string_view text) {
  auto x = parse_duration_ms(text);
  return x ? *x : -1;
}

constexpr std::int64_t minute = 60'000;
constexpr std::int64_t hour = 60 * minute;

} // namespace

TEST_CASE("durations are the sum of their parts") {
  CHECK(ms("1d2h") == 26 * hour);
  CHECK(ms("1 day 2 hours") == 26 * hour);
  CHECK(ms("1h 30 minutes") == 90 * minute);
  CHECK(ms("abc 1min") == minute);
  CHECK(ms("10min 1min") == 11 * minute);
  CHECK(ms("10 minutes 5 seconds 1 day") == 87'005'000);
  CHECK(ms("3 ms 4 milliseconds") == 7);
  CHECK(ms("2 HOURS") == 2 * hour);
}

TEST_CASE("digits alone are seconds") {
  CHECK(ms("90") == 90'000);
  CHECK(*duration_ms(parsable_long{std::int64_t{90}}) == 90'000);
  CHECK(*duration_ms(parsable_long{std::string{"2 min"}}) == 2 * minute);
}

TEST_CASE("only the beginning of a unit counts and there is no m") {
  CHECK(ms("5 mins") == 5 * minute);
  CHECK(ms("2 dogs") == 48 * hour);
  CHECK(ms("5m") == 0);
  CHECK(ms("1.5h") == 5 * hour);
  CHECK(ms("-1h") == hour);
  CHECK(ms("1w") == 0);
  CHECK(ms("1  h") == 0);
  CHECK(ms("") == 0);
}

TEST_CASE("a duration that does not fit is an error") {
  CHECK(ms("99999999999999999999") == -1);
  CHECK(ms("9223372036854775807d") == -1);
}

TEST_CASE("counts have digits only") {
  CHECK(*parse_count("4") == 4);
  CHECK(!parse_count("abc"));
  CHECK(!parse_count("1 min"));
  CHECK(!parse_count(""));
  CHECK(*count_of(parsable_long{std::int64_t{3}}) == 3);
}

TEST_CASE("a value with a reference is known and its written form is JSON") {
  CHECK(has_reference(parsable_long{std::string{"${x} min"}}));
  CHECK(!has_reference(parsable_long{std::int64_t{5}}));
  CHECK(written(parsable_long{std::string{"2 h"}}) == R"("2 h")");
  CHECK(written(parsable_long{std::int64_t{60}}) == "60");
}

} // namespace tutti::model
