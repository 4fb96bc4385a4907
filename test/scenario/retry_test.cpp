#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

/// Group B: attempts, retries, back-off.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

namespace {

beyond_yaml policy(const std::string& json) {
  return {.retry = {{"a", json}}};
}

/// Seconds from the end of the latest attempt to the begin of the next one, which is waited for.
std::int64_t wait_for_next(world& w) {
  auto ended = w.step_time("a", "end_time");
  auto before = w.attempts("a");
  auto until = w.now + 100'000'000;
  while (w.attempts("a") == before && w.now < until)
    w.pass(1);
  return (w.step_time("a", "create_time") - ended) / 1000;
}

} // namespace

TEST_CASE("B4: a failed attempt is tried again after its back-off") {
  world w;
  w.push(one_job());
  w.start();
  w.pass(7);
  w.user_error("a");
  auto first = w.step_view("a");
  w.pass(59);
  CHECK(w.attempts("a") == "#1 USER_FAILED");
  CHECK(w.run() == "IN_PROGRESS");
  w.pass(1);
  auto second = w.step_view("a");
  CHECK(w.step_time("a", "create_time", 2) - w.step_time("a", "end_time", 1) == 60'000);
  CHECK(second.at("step_instance_id") == first.at("step_instance_id"));
  CHECK(second.at("step_uuid") != first.at("step_uuid"));
  CHECK(w.step_retry("a", "error_retries") == 1);
  w.done("a");
  CHECK(w.attempts("a") == "#1 USER_FAILED, #2 SUCCEEDED");
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("B5: the last user error is fatal") {
  world w;
  w.push(one_job());
  w.start();
  w.user_error("a");
  CHECK(wait_for_next(w) == 60);
  w.user_error("a");
  CHECK(wait_for_next(w) == 120);
  w.user_error("a");
  CHECK(w.attempts("a") == "#1 USER_FAILED, #2 USER_FAILED, #3 FATALLY_FAILED");
  CHECK(w.run() == "FAILED");
}

TEST_CASE("B5: without retries the first user error is fatal") {
  world w;
  w.push(one_job(), policy(R"({"error_retry_limit": 0})"));
  w.start();
  w.user_error("a");
  CHECK(w.attempts("a") == "#1 FATALLY_FAILED");
  CHECK(w.run() == "FAILED");
}

TEST_CASE("B6: user errors and platform errors are counted apart") {
  world w;
  w.push(one_job());
  w.start();
  w.user_error("a");
  CHECK(wait_for_next(w) == 60);
  w.platform_error("a");
  CHECK(wait_for_next(w) == 60);
  w.user_error("a");
  CHECK(wait_for_next(w) == 120);
  w.platform_error("a");
  CHECK(wait_for_next(w) == 120);
  w.done("a");
  CHECK(w.attempts("a")
        == "#1 USER_FAILED, #2 PLATFORM_FAILED, #3 USER_FAILED, #4 PLATFORM_FAILED, #5 SUCCEEDED");
  CHECK(w.step_retry("a", "error_retries") == 2);
  CHECK(w.step_retry("a", "platform_retries") == 2);
}

TEST_CASE("B7: a fixed back-off stays the same up to the limit") {
  world w;
  w.push(one_job(), policy(R"({"error_retry_limit": 10,
    "backoff": {"type": "FIXED_BACKOFF", "error_retry_backoff_in_secs": 1}})"));
  w.start();
  for (auto i = 0; i < 10; ++i) {
    w.user_error("a");
    CHECK(wait_for_next(w) == 1);
  }
  w.user_error("a");
  CHECK(w.attempts("a").ends_with("#10 USER_FAILED, #11 FATALLY_FAILED"));
}

TEST_CASE("B8: the back-off doubles up to its cap") {
  world w;
  w.push(one_job(), policy(R"({"error_retry_limit": 9})"));
  w.start();
  for (auto seconds : {60, 120, 240, 480, 600, 600}) {
    w.user_error("a");
    CHECK(wait_for_next(w) == seconds);
  }
}

TEST_CASE("B9: a retry policy that cannot be evaluated gives the default one") {
  world w;
  w.push(one_job(), policy(R"({"error_retry_limit": "${missing}"})"));
  w.start();
  CHECK(w.has_job("a"));
  CHECK(w.step_retry("a", "error_retry_limit") == 2);
  w.user_error("a");
  CHECK(wait_for_next(w) == 60);
  w.done("a");
  CHECK(w.run() == "SUCCEEDED");
}
