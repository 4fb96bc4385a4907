#include "runtime/cron/schedule.hpp"

#include "runtime/cron/jitter.hpp"
#include "test/unit/cron/runs.hpp"

using namespace tutti;
using namespace tutti::cron;
using namespace tutti::cron::test;
using model::parsable_long;

namespace {

trigger cron_trigger(const std::string& cron) {
  trigger out;
  out.cron = cron;
  return out;
}

trigger interval_trigger(const std::string& interval) {
  trigger out;
  out.kind = trigger_kind::interval;
  out.interval = interval;
  return out;
}

schedule made(const trigger& x, std::int64_t subscribed_ms = 0) {
  auto out = make_schedule(x, "wf", subscribed_ms);
  REQUIRE_MESSAGE(out, (out ? "" : out.error().message));
  return *out;
}

std::string next(const schedule& x, const std::string& after) {
  auto out = x.next(at(after));
  return out ? codec::instant_text(*out) : "none";
}

/// The texts of the flaws at noon of a New Year's Day.
std::vector<std::string> flaws(const trigger& x) {
  std::vector<std::string> out;
  for (auto& flaw : check_trigger(x, "wf", at("2026-01-01T12:00Z")))
    out.push_back(flaw.text);
  return out;
}

std::vector<std::string> flaws_of_delay(parsable_long delay) {
  auto x = cron_trigger("0 0 * * *");
  x.fuzzy_max_delay = std::move(delay);
  return flaws(x);
}

} // namespace

TEST_CASE("predefined schedules are known in any letters, with and without the sign") {
  CHECK(predefined_cron("@daily") == "0 0 * * *");
  CHECK(predefined_cron("HOURLY") == "0 * * * *");
  CHECK(predefined_cron("@Weekly") == "0 0 * * 0");
  CHECK(predefined_cron("monthly") == "0 0 1 * *");
  CHECK(predefined_cron("@yearly") == "0 0 1 1 *");
  CHECK_FALSE(predefined_cron("@never"));
  CHECK_FALSE(predefined_cron("@@daily"));
}

TEST_CASE("an interval runs from its start in absolute time") {
  auto x = interval_trigger("6 hours");
  x.start_ms = at("2026-03-08T00:00Z");
  auto schedule = made(x);
  CHECK(next(schedule, "2026-03-07T00:00Z") == "2026-03-08T00:00:00Z");
  CHECK(next(schedule, "2026-03-08T00:00Z") == "2026-03-08T06:00:00Z");
  CHECK(next(schedule, "2026-03-08T05:59:59.999Z") == "2026-03-08T06:00:00Z");
  CHECK(next(schedule, "2027-03-08T01:00Z") == "2027-03-08T06:00:00Z");
}

TEST_CASE("an interval without a start begins when it is subscribed") {
  auto schedule = made(interval_trigger("90min"), at("2026-01-01T00:10Z"));
  CHECK(next(schedule, "2026-01-01T00:00Z") == "2026-01-01T00:10:00Z");
  CHECK(next(schedule, "2026-01-01T00:10Z") == "2026-01-01T01:40:00Z");
}

TEST_CASE("an interval that is missing, zero or no duration is refused") {
  for (auto text : {"", "0 hours", "5m", "soon"})
    CHECK_MESSAGE(!make_schedule(interval_trigger(text), "wf", 0), text);
  trigger none;
  none.kind = trigger_kind::interval;
  CHECK_FALSE(make_schedule(none, "wf", 0));
}

TEST_CASE("an interval ends before the end of time") {
  auto schedule = made(interval_trigger("100000 days"), at("2026-01-01T00:00Z"));
  CHECK_FALSE(schedule.next(at("9999-01-01T00:00Z")));
  CHECK_FALSE(schedule.next(std::numeric_limits<std::int64_t>::max()));
}

TEST_CASE("no run is lost by a delay above the period") {
  auto x = cron_trigger("0 * * * *");
  x.fuzzy_max_delay = parsable_long{std::string{"3 hours"}};
  auto schedule = make_schedule(x, "wf2", 0);
  REQUIRE(schedule);
  CHECK(schedule->delay_s() == 9'882);
  auto first = schedule->next(at("2026-01-01T00:00Z"));
  REQUIRE(first);
  CHECK(codec::instant_text(*first) == "2026-01-01T00:44:42Z");
  auto second = schedule->next(*first);
  REQUIRE(second);
  CHECK(codec::instant_text(*second) == "2026-01-01T01:44:42Z");
}

TEST_CASE("a delay below the period gives the same runs by both rules") {
  auto x = cron_trigger("0 0 * * *");
  x.fuzzy_max_delay = parsable_long{std::string{"10 minutes"}};
  auto schedule = made(x);
  auto a = at("2026-01-01T12:00Z");
  auto b = a;
  for (int i = 0; i < 20; ++i) {
    auto ours = schedule.next(a);
    auto theirs = schedule.next(b, delay_rule::as_original);
    REQUIRE((ours && theirs));
    CHECK(*ours == *theirs);
    a = *ours;
    b = *theirs;
  }
}

TEST_CASE("a number is a delay in milliseconds, a text of digits has no effect") {
  CHECK(*delay_bound_s(parsable_long{std::int64_t{600'000}}) == 600);
  CHECK(*delay_bound_s(parsable_long{std::string{"10 minutes"}}) == 600);
  CHECK(*delay_bound_s(parsable_long{std::string{"300"}}) == 0);
  CHECK(*delay_bound_s(parsable_long{std::string{"${x} hours"}}) == 0);
  CHECK_FALSE(delay_bound_s(parsable_long{std::int64_t{999}}));
  CHECK_FALSE(delay_bound_s(parsable_long{std::string{"500ms"}}));
}

TEST_CASE("delays stay below their bound") {
  for (std::int64_t bound : {1, 2, 3, 1'000, 1'024, 2'147'483'647})
    for (auto workflow : {"a", "b", "c", "d", "e"}) {
      auto delay = fixed_delay_s("text", workflow, bound);
      CHECK(delay >= 0);
      CHECK(delay < bound);
    }
}

TEST_CASE("delays are checked at push") {
  CHECK(flaws_of_delay({std::string{"30s"}}).empty());
  CHECK(flaws_of_delay({std::string{"${x}"}}).empty());
  CHECK(flaws_of_delay({std::string{"300"}}).empty());
  CHECK(flaws_of_delay({std::string{"10m"}})
        == std::vector<std::string>{"timeout [0 ms]/[\"10m\"] cannot be non-positive or more than "
                                    "system limit: 120 days"});
  CHECK(flaws_of_delay({std::string{"121 days"}}).size() == 1);
  CHECK(flaws_of_delay({std::int64_t{60}}).size() == 1);
  CHECK(flaws_of_delay({std::string{"500ms"}}).size() == 1);
}

TEST_CASE("the next two runs must be two minutes apart") {
  CHECK(flaws(cron_trigger("*/2 * * * *")).empty());
  CHECK(flaws(cron_trigger("* * * * *"))
        == std::vector<std::string>{"the interval between time triggers is less than the minimal "
                                    "value [120000] millis"});
  CHECK(flaws(cron_trigger("0,1 0 * * *")).size() == 1);
  // Only the next two are looked at.
  CHECK(flaws(cron_trigger("0 18 * * * || 0,1 3 * * *")).empty());
  CHECK(flaws(interval_trigger("119 seconds")).size() == 1);
  CHECK(flaws(interval_trigger("2 min")).empty());
}

TEST_CASE("a trigger without runs passes the checks") {
  CHECK(flaws(cron_trigger("0 0 30 2 *")).empty());
}

TEST_CASE("a bad expression and a bad zone are both told") {
  auto x = cron_trigger("bad");
  x.timezone = "Mars/Olympus";
  CHECK(flaws(x)
        == std::vector<std::string>{"Cron expression contains 1 parts but we expect one of [6, 7]",
                                    "Unknown time-zone ID: Mars/Olympus"});
  CHECK(flaws(trigger{}) == std::vector<std::string>{"Expression must not be null"});
}

TEST_CASE("texts of triggers name what they have") {
  auto x = cron_trigger("0 0 * * *");
  CHECK(trigger_text(x) == "CronTimeTrigger(cron=0 0 * * *, timezone=null)");
  x.fuzzy_max_delay = parsable_long{std::string{"1h"}};
  CHECK(trigger_text(x) == "CronTimeTrigger(cron=0 0 * * *, timezone=null, fuzzyMaxDelay=\"1h\")");
  x.fuzzy_max_delay = parsable_long{std::int64_t{5}};
  CHECK(trigger_text(x) == "CronTimeTrigger(cron=0 0 * * *, timezone=null, fuzzyMaxDelay=5)");
  CHECK(trigger_text(interval_trigger("6 hours"))
        == "IntervalTimeTrigger(interval=6 hours, start=null)");
}
