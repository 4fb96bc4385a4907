#include "runtime/params/fields.hpp"

#include "test/unit/params/builders.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace tutti;
using namespace tutti::params;
using namespace tutti::params::test;
using model::parsable_long;
using model::step_status;

namespace {

const model::param_map given{{"hours", evaluated(number(3))}, {"n", evaluated(text("5"))}};

std::int64_t timeout(parsable_long x) {
  auto out = timeout_ms(x, given);
  REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().message));
  return *out;
}

} // namespace

TEST_CASE("timeouts are seconds, durations or references to workflow parameters") {
  CHECK(timeout({std::int64_t{90}}) == 90'000);
  CHECK(timeout({"90"}) == 90'000);
  CHECK(timeout({"1h 30min"}) == 5'400'000);
  CHECK(timeout({"${hours} hours"}) == 10'800'000);
  CHECK(timeout({"$n"}) == 5'000);
}

TEST_CASE("bad timeouts are unprocessable") {
  for (auto x : {parsable_long{std::int64_t{0}}, parsable_long{"121 days"}, parsable_long{"5m"},
                 parsable_long{"$nope"}, parsable_long{std::numeric_limits<std::int64_t>::max()}}) {
    auto out = timeout_ms(x, given);
    REQUIRE(!out);
    CHECK(out.error().code == ec::unprocessable);
  }
  auto out = timeout_ms({"5m"}, given);
  CHECK(contains(out.error().message, "timeout [0ms]/"));
  CHECK(
    contains(out.error().message, "cannot be non-positive or more than system limit: 120 days"));
}

TEST_CASE("a step without a policy has the default one") {
  auto out = resolve_retry({}, given);
  CHECK(!out.problem);
  CHECK(out.retry == default_retry());
  CHECK(out.retry.error_retry_limit == 2);
  CHECK(out.retry.platform_retry_limit == 10);
  CHECK(out.retry.timeout_retry_limit == 0);
  CHECK(out.retry.backoff.error_retry_limit_in_secs == parsable_long{std::int64_t{600}});
}

TEST_CASE("what a policy leaves open comes from the default of its type") {
  model::retry_policy policy;
  policy.error_retry_limit = parsable_long{"${n}"};
  policy.backoff.emplace();
  policy.backoff->type = model::backoff_type::fixed;
  policy.backoff->error_retry_backoff_in_secs = parsable_long{"2 min"};
  auto out = resolve_retry(policy, given);
  REQUIRE(!out.problem);
  CHECK(out.retry.error_retry_limit == 5);
  CHECK(out.retry.platform_retry_limit == 10);
  CHECK(out.retry.backoff.error_retry_backoff_in_secs == parsable_long{std::int64_t{120}});
  CHECK(out.retry.backoff.platform_retry_backoff_in_secs == parsable_long{std::int64_t{60}});
  CHECK(!out.retry.backoff.error_retry_exponent);
}

TEST_CASE("a bad policy gives the whole default and says why") {
  auto bad = [](auto change) {
    model::retry_policy policy;
    policy.error_retry_limit = parsable_long{std::int64_t{7}};
    policy.backoff.emplace();
    change(policy);
    auto out = resolve_retry(policy, given);
    REQUIRE(out.problem);
    CHECK(out.retry == default_retry());
    return out.problem->message;
  };
  CHECK(contains(bad([](auto& x) { x.error_retry_limit = parsable_long{std::int64_t{100}}; }),
                 "expected 0 to 99"));
  CHECK(contains(bad([](auto& x) { x.timeout_retry_limit = parsable_long{"$nope"}; }), "[nope]"));
  CHECK(
    contains(bad([](auto& x) { x.backoff->error_retry_backoff_in_secs = parsable_long{"2 days"}; }),
             "expected 1 to 86400"));
}

TEST_CASE("the exponential back-off grows to its limit") {
  auto retry = default_retry();
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 6; ++i) {
    waits.push_back(backoff_ms(retry, step_status::user_failed) / 1000);
    ++retry.error_retries;
  }
  CHECK(waits == std::vector<std::int64_t>{60, 120, 240, 480, 600, 600});
  retry.error_retries = 99;
  CHECK(backoff_ms(retry, step_status::user_failed) == 600'000);
  CHECK(backoff_ms(retry, step_status::platform_failed) == 60'000);
}

TEST_CASE("the fixed back-off is constant") {
  model::retry_policy policy;
  policy.backoff.emplace();
  policy.backoff->type = model::backoff_type::fixed;
  policy.backoff->timeout_retry_backoff_in_secs = parsable_long{std::int64_t{1}};
  auto retry = resolve_retry(policy, given).retry;
  retry.timeout_retries = 7;
  CHECK(backoff_ms(retry, step_status::timeout_failed) == 1000);
}
