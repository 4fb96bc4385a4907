#include "runtime/sel/zone.hpp"
#include "test/unit/cron/runs.hpp"

#include <algorithm>

using namespace tutti::cron;
using namespace tutti::cron::test;

namespace {

std::int64_t offset(const std::string& id, const std::string& instant) {
  return zone_of(id).span_at(at(instant) / 1000).offset_s;
}

/// Every instant of the next days whose wall clock matches, found minute by minute.
std::vector<std::int64_t> scanned(int hour, int minute, const zone& where, std::int64_t from_s,
                                  int day_count) {
  std::vector<std::int64_t> out;
  for (auto t = from_s; t < from_s + day_count * 86'400; t += 60) {
    auto local = t + where.span_at(t).offset_s;
    auto of_day = ((local % 86'400) + 86'400) % 86'400;
    if (of_day == hour * 3600 + minute * 60)
      out.push_back(t * 1000);
  }
  return out;
}

} // namespace

TEST_CASE("offsets are zones, with and without a prefix") {
  constexpr auto now = "2026-01-01T00:00Z";
  CHECK(offset("+05:30", now) == 19'800);
  CHECK(offset("-0330", now) == -12'600);
  CHECK(offset("+8", now) == 28'800);
  CHECK(offset("+01:02:03", now) == 3'723);
  CHECK(offset("GMT+8", now) == 28'800);
  CHECK(offset("UTC+1", now) == 3'600);
  CHECK(offset("UT-01:00", now) == -3'600);
  CHECK(offset("GMT", now) == 0);
  CHECK(offset("Z", now) == 0);
  CHECK(offset("+18:00", now) == 64'800);
}

TEST_CASE("bad offsets and unknown zones are refused") {
  for (auto id : {"+",
                  "+19:00",
                  "+5:30",
                  "+05:60",
                  "+05:3",
                  "+05:30:",
                  "+053",
                  "GMT+",
                  "GMT+x",
                  "PST",
                  "EST",
                  "MST",
                  "HST",
                  "ROC",
                  "us/pacific",
                  "posix/UTC",
                  "localtime",
                  "Mars/Olympus",
                  "../../etc/passwd",
                  "America/Los Angeles",
                  "1",
                  "_",
                  "z"})
    CHECK_MESSAGE(!find_zone(id), id);
  CHECK(find_zone("PST").error().message == "Unknown time-zone ID: PST");
}

TEST_CASE("zones that the tz database links are known by their exact names") {
  for (auto id : {"US/Pacific", "GMT0", "Etc/GMT+5", "Asia/Kolkata", "Asia/Calcutta", "UTC"})
    CHECK_MESSAGE(find_zone(id), id);
}

TEST_CASE("daylight saving goes on behind the data's last year") {
  for (auto year : {"2038", "2044", "2060", "2099", "2100"}) {
    INFO(year);
    CHECK(offset("America/Los_Angeles", std::string{year} + "-01-15T00:00Z") == -28'800);
    CHECK(offset("America/Los_Angeles", std::string{year} + "-07-15T00:00Z") == -25'200);
    CHECK(offset("America/Los_Angeles", std::string{year} + "-12-15T00:00Z") == -28'800);
    CHECK(offset("Pacific/Auckland", std::string{year} + "-01-15T00:00Z") == 46'800);
    CHECK(offset("Pacific/Auckland", std::string{year} + "-07-15T00:00Z") == 43'200);
    CHECK(offset("Asia/Tokyo", std::string{year} + "-07-15T00:00Z") == 32'400);
  }
  // The second Sunday of March 2044 is the 13th, the last of October is the 30th.
  CHECK(offset("America/Los_Angeles", "2044-03-13T09:59Z") == -28'800);
  CHECK(offset("America/Los_Angeles", "2044-03-13T10:00Z") == -25'200);
  CHECK(offset("Europe/Berlin", "2044-10-30T00:59Z") == 7'200);
  CHECK(offset("Europe/Berlin", "2044-10-30T01:00Z") == 3'600);
}

TEST_CASE("years behind the data are like those within it") {
  // 2009 to 2036 are in the data; the rules of Berlin have not changed in these years.
  auto berlin = zone_of("Europe/Berlin");
  for (auto t = at("2038-01-01T00:00Z") / 1000; t < at("2066-01-01T00:00Z") / 1000; t += 3'600 * 7)
    if (t < at("2064-12-31T00:00Z") / 1000) {
      // 28 years have the same weekdays.
      constexpr std::int64_t cycle = 10'227LL * 86'400;
      CHECK(berlin.span_at(t).offset_s == berlin.span_at(t - cycle).offset_s);
    }
}

TEST_CASE("a zone whose data ends without daylight saving has none afterwards") {
  // The data of Morocco lists every Ramadan up to 2087.
  for (auto month : {"01", "03", "07", "10", "12"})
    CHECK(offset("Africa/Casablanca", std::string{"2090-"} + month + "-05T00:00Z") == 3'600);
}

TEST_CASE("triggers and expressions see the same offsets in any year") {
  for (std::string_view id : {"America/Los_Angeles", "Europe/Dublin", "Africa/Casablanca",
                              "Australia/Lord_Howe", "Asia/Kathmandu", "America/Nuuk"}) {
    const auto trigger = zone_of(std::string{id});
    const auto expression = tutti::sel::find_zone(tutti::sel::ascii(id));
    REQUIRE(expression);
    auto same = true;
    for (auto t = at("1950-01-01T00:00Z"); t < at("2250-01-01T00:00Z"); t += 3'600'000LL * 101)
      same = same && trigger.span_at(t / 1000).offset_s * 1000 == expression->offset_at(t);
    CHECK_MESSAGE(same, id);
  }
}

TEST_CASE("spans follow one another and end after they begin") {
  for (auto id : {"America/Los_Angeles", "Africa/Casablanca", "Pacific/Apia", "Antarctica/Troll"}) {
    auto where = zone_of(id);
    auto t = at("1900-01-01T00:00Z") / 1000;
    int count = 0;
    for (; t < at("2120-01-01T00:00Z") / 1000; ++count) {
      auto span = where.span_at(t);
      REQUIRE(span.end_s > t);
      CHECK(where.span_at(span.end_s - 1).offset_s == span.offset_s);
      t = span.end_s;
    }
    CHECK(count < 2000);
  }
}

TEST_CASE("a gap at the first of a month loses only the run in it") {
  CHECK(runs("0 0 1 1 *", "1985-06-01T00:00Z", 2, "Asia/Kathmandu")
        == "1986-12-31T18:15:00Z 1987-12-31T18:15:00Z ");
}

TEST_CASE("a day that a zone leaves out has no runs") {
  CHECK(runs("0 12 * * *", "2011-12-29T00:00Z", 2, "Pacific/Apia")
        == "2011-12-29T22:00:00Z 2011-12-30T22:00:00Z ");
}

TEST_CASE("a search that starts inside the second pass finds its runs") {
  CHECK(runs("30 1 * * *", "2026-11-01T06:00Z", 1, "America/New_York") == "2026-11-01T06:30:00Z ");
}

TEST_CASE("in an overlap of two hours a daily run comes in both passes") {
  CHECK(runs("0 2 * * *", "2026-10-24T12:00Z", 2, "Antarctica/Troll")
        == "2026-10-25T00:00:00Z 2026-10-25T02:00:00Z ");
}

TEST_CASE("overlaps of half an hour follow the same rule") {
  CHECK(runs("*/30 * * * *", "2026-04-04T14:00Z", 4, "Australia/Lord_Howe")
        == "2026-04-04T14:30:00Z 2026-04-04T15:00:00Z 2026-04-04T15:30:00Z "
           "2026-04-04T16:00:00Z ");
  CHECK(runs("45 1 * * *", "2026-04-03T20:00Z", 2, "Australia/Lord_Howe")
        == "2026-04-04T14:45:00Z 2026-04-05T15:15:00Z ");
}

TEST_CASE("daily runs are those of a scan minute by minute, but for the second pass") {
  for (auto id : {"America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"}) {
    auto where = zone_of(id);
    auto from = at("2026-01-01T00:00Z");
    for (auto [hour, minute] : {std::pair{0, 0}, {1, 30}, {2, 15}, {3, 0}, {23, 59}}) {
      auto want = scanned(hour, minute, where, from / 1000 + 60, 364);
      // Two runs an hour apart or less: the second pass, which a daily run leaves out.
      want.erase(std::unique(want.begin(), want.end(),
                             [](auto a, auto b) { return b - a <= 3'600'000; }),
                 want.end());
      auto text = std::to_string(minute) + " " + std::to_string(hour) + " * * *";
      auto got = next_runs(parsed(text), where, from, want.size());
      CHECK_MESSAGE(got == want, id << " " << text);
    }
  }
}

TEST_CASE("a search without an end is short") {
  CHECK(runs("0 0 30 2 *", "2026-01-01T00:00Z", 1, "America/Los_Angeles").empty());
  CHECK(runs("0 0 31 4,6,9,11 *", "2026-01-01T00:00Z", 1).empty());
  CHECK(runs("* * * * *", "9999-12-31T23:59:59Z", 1).empty());
}

TEST_CASE("the largest and least instants are no trouble") {
  auto every = parsed("* * * * *");
  CHECK_FALSE(next_run(every, zone_of("Europe/Berlin"), std::numeric_limits<std::int64_t>::max()));
  CHECK(next_run(every, zone_of("Europe/Berlin"), std::numeric_limits<std::int64_t>::min()));
}
