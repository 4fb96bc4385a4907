#include "test/unit/cron/runs.hpp"

using namespace tutti::cron;
using namespace tutti::cron::test;

TEST_CASE("a step in a field of five counts from its first value") {
  CHECK(runs("7/20 5 * * *", "2026-01-01T05:00Z", 3)
        == "2026-01-01T05:07:00Z 2026-01-01T05:27:00Z 2026-01-01T05:47:00Z ");
  CHECK(runs("0 20/2 * * *", "2026-01-01T12:00Z", 3)
        == "2026-01-01T20:00:00Z 2026-01-01T22:00:00Z 2026-01-02T20:00:00Z ");
}

TEST_CASE("Sunday by name can end a range of weekdays and not begin one") {
  CHECK(days("0 0 * * SAT-SUN", "2026-01-01T00:00Z", 3) == "2026-01-03 2026-01-04 2026-01-10 ");
  CHECK(days("0 0 * * MON-SUN", "2026-01-01T00:00Z", 2) == "2026-01-02 2026-01-03 ");
  CHECK(days("0 0 * * SUN,TUE", "2026-01-01T00:00Z", 2) == "2026-01-04 2026-01-06 ");
  CHECK(days("0 0 * * 0-2", "2026-01-01T00:00Z", 4)
        == "2026-01-04 2026-01-05 2026-01-06 2026-01-11 ");
  CHECK_FALSE(parse("0 0 * * SUN-TUE"));
}

TEST_CASE("a restricted day of the month and a restricted weekday make a union") {
  CHECK(days("0 0 */15 * MON", "2026-01-01T00:00Z", 4)
        == "2026-01-05 2026-01-12 2026-01-16 2026-01-19 ");
  CHECK(days("0 0 31 * */1", "2026-01-01T00:00Z", 2) == "2026-01-02 2026-01-03 ");
}

TEST_CASE("steps of zero or above the field's largest value are refused") {
  for (auto text : {"*/0 * * * *", "*/60 * * * *", "0 */24 * * *", "0 0 */32 * *", "0 0 1 */13 *",
                    "0 0 * * */8", "0 0 5/ * *"})
    CHECK_MESSAGE(!parse(text), text);
  CHECK(parse("*/59 */23 */31 */12 */7"));
}

TEST_CASE("values out of their range, signs and gaps in lists are refused") {
  for (auto text : {"60 * * * *", "-1 * * * *", "+1 * * * *", "1,,2 * * * *", ",1 * * * *",
                    "0 0 0 * *", "0 0 32 * *", "0 0 * 0 *", "0 0 * * 8", "1-2-3 * * * *",
                    "1.5 * * * *", "0x1 * * * *", "99999999999999999999 * * * *", "0 0 * JANUARY *",
                    "* * * * W", "*-5 * * * *", "5-* * * * *", "1/2/3 * * * *"})
    CHECK_MESSAGE(!parse(text), text);
}

TEST_CASE("exactly one of the two day fields of Quartz is a question mark") {
  CHECK(flaw_of("0 0 0 ? * ?").find("Both, a day-of-week AND") != std::string::npos);
  CHECK(flaw_of("0 0 0 1 * 2").find("Both, a day-of-week AND") != std::string::npos);
  CHECK(parse("0 0 0 ? * *"));
  CHECK_FALSE(parse("0 ? 0 1 * ?"));
}

TEST_CASE("specials in a list of days of the month are ignored") {
  CHECK(days("0 0 0 15W,L * ?", "2026-08-01T00:00Z", 2) == "2026-08-15 2026-09-15 ");
  CHECK(days("0 0 0 L,15 * ?", "2026-01-01T00:00Z", 2) == "2026-01-15 2026-02-15 ");
  CHECK(days("0 0 0 1,L * ?", "2026-01-01T00:00Z", 2) == "2026-02-01 2026-03-01 ");
}

TEST_CASE("lists of weekday specials work") {
  CHECK(days("0 0 0 ? * 2L,3", "2026-01-20T00:00Z", 3) == "2026-01-26 2026-01-27 2026-02-03 ");
  CHECK(days("0 0 0 ? * 2#1,6#3", "2026-01-01T00:00Z", 3) == "2026-01-05 2026-01-16 2026-02-02 ");
}

TEST_CASE("the sixth Friday never comes, and the zeroth is refused") {
  CHECK(days("0 0 0 ? * 6#6", "2026-01-01T00:00Z", 1).empty());
  CHECK_FALSE(parse("0 0 0 ? * MON#0"));
  CHECK_FALSE(parse("0 0 0 ? * MON#"));
}

TEST_CASE("L with a number in the weekdays is Saturday") {
  CHECK(days("0 0 0 ? * L-2", "2026-01-01T00:00Z", 2) == "2026-01-03 2026-01-10 ");
}

TEST_CASE("the nearest weekday stays in its month") {
  CHECK(days("0 0 0 1W * ?", "2026-07-31T00:00Z", 1) == "2026-08-03 ");    // a Saturday
  CHECK(days("0 0 0 15W * ?", "2026-08-01T00:00Z", 1) == "2026-08-14 ");   // a Saturday
  CHECK(days("0 0 0 15W * ?", "2026-11-01T00:00Z", 1) == "2026-11-16 ");   // a Sunday
  CHECK(days("0 0 0 31W 1,3 ?", "2027-01-01T00:00Z", 1) == "2027-01-31 "); // a Sunday, the last
}

TEST_CASE("months without the day of a nearest weekday are skipped") {
  CHECK(days("0 0 0 30W * ?", "2026-01-31T00:00Z", 2) == "2026-03-30 2026-04-30 ");
}

TEST_CASE("the last weekday and days before the last are counted by month") {
  CHECK(days("0 0 0 LW * ?", "2026-05-01T00:00Z", 2) == "2026-05-29 2026-06-30 ");
  CHECK(days("0 0 0 L-28 * ?", "2026-01-31T00:00Z", 2) == "2026-03-03 2026-04-02 ");
}

TEST_CASE("ranges of weekdays wrap in Quartz, other ranges run at their first value") {
  CHECK(days("0 0 0 ? * 6-2", "2026-01-01T00:00Z", 4)
        == "2026-01-02 2026-01-03 2026-01-04 2026-01-05 ");
  CHECK(days("0 0 0 20-10 * ?", "2026-01-01T00:00Z", 2) == "2026-01-20 2026-02-20 ");
}

TEST_CASE("Quartz expressions end with the year 2099, UNIX ones go on") {
  CHECK(days("0 0 0 * * ?", "2099-12-30T12:00Z", 5) == "2099-12-31 ");
  CHECK(days("0 0 29 2 *", "2096-03-01T00:00Z", 2) == "2104-02-29 2108-02-29 ");
  CHECK(days("0 0 0 1 1 ? 2090/5", "2026-01-01T12:00Z", 3) == "2090-01-01 2095-01-01 ");
  CHECK_FALSE(parse("0 0 0 1 1 ? 2100"));
}

TEST_CASE("alternatives within a field split the expression, whole ones are joined") {
  CHECK(runs("0|30 6|18 * * *", "2026-01-01T00:00Z", 3)
        == "2026-01-01T06:00:00Z 2026-01-01T18:30:00Z 2026-01-02T06:00:00Z ");
  CHECK(runs("0 6 * * * ||", "2026-01-01T00:00Z", 1) == "2026-01-01T06:00:00Z ");
  CHECK(flaw_of("0 0 0 ? * MON || 0 12 * * *")
        == "Cron expression contains 5 parts but we expect one of [6, 7]");
  CHECK_FALSE(parse("0|30 6|18|20 * * *"));
  CHECK_FALSE(parse("|| 0 6 * * *"));
}

TEST_CASE("too many alternatives are refused") {
  std::string text = "0 0 * * *";
  for (int i = 0; i < 100; ++i)
    text += " || 0 1 * * *";
  CHECK(flaw_of(text).find("more than 128 signs") != std::string::npos);
}
