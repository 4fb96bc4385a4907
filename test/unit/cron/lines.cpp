#include "tools/codec/cron_lines.hpp"
#include "tools/codec/instants.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

using namespace tutti::codec;

namespace {

std::string answer(const std::string& lines) {
  std::istringstream in{lines};
  std::ostringstream out;
  run_cron_lines(in, out);
  return out.str();
}

} // namespace

TEST_CASE("a line with an expression is answered with its next runs") {
  CHECK(answer(R"({"cron": "0 0 * * *", "timezone": "Asia/Kolkata",)"
               R"( "after": "2026-01-01T12:00:00Z", "count": 2})")
        == "{\"next\":[\"2026-01-01T18:30:00Z\",\"2026-01-02T18:30:00Z\"],\"exhausted\":false}\n");
}

TEST_CASE("runs that end are told to be exhausted") {
  CHECK(answer(R"({"id": 7, "cron": "0 0 0 1 1 ? 2027", "after": "2026-01-01T12:00Z", "count": 1})")
        == "{\"id\":7,\"next\":[\"2027-01-01T00:00:00Z\"],\"exhausted\":true}\n");
  CHECK(answer(R"({"cron": "0 0 31 2 *", "timezone": null, "after": 0, "count": 3})")
        == "{\"next\":[],\"exhausted\":true}\n");
}

TEST_CASE("a bad expression, zone, instant or line is an error of its line only") {
  auto out = answer("{\"cron\": \"bad\", \"after\": 0}\n"
                    "\n"
                    "{\"cron\": \"* * * * *\", \"timezone\": \"PST\", \"after\": 0}\n"
                    "{\"cron\": \"* * * * *\", \"after\": \"noon\"}\n"
                    "{\"cron\": null, \"after\": 0}\n"
                    "no json\n"
                    "{\"cron\": \"0 0 1 1 *\", \"after\": 0, \"count\": 1}\n");
  CHECK(
    out.starts_with("{\"error\":\"Cron expression contains 1 parts but we expect one of [6, 7]\"}\n"
                    "{\"error\":\"Unknown time-zone ID: PST\"}\n"));
  CHECK(out.find("Expression must not be null") != std::string::npos);
  CHECK(out.ends_with("{\"next\":[\"1971-01-01T00:00:00Z\"],\"exhausted\":false}\n"));
}

TEST_CASE("instants are read with and without seconds, in any offset") {
  CHECK(parse_instant("1970-01-01T00:00Z") == 0);
  CHECK(parse_instant("1970-01-01T00:00:01.5Z") == 1'500);
  CHECK(parse_instant("1970-01-01T00:00:00.123456789Z") == 123);
  CHECK(parse_instant("1970-01-01T02:30:00+02:30") == 0);
  for (auto text : {"", "1970-01-01", "1970-13-01T00:00Z", "1970-02-30T00:00Z", "1970-01-01T00:00",
                    "1970-01-01T00:00Zx", "x970-01-01T00:00Z"})
    CHECK_MESSAGE(!parse_instant(text), text);
}

TEST_CASE("instants are written in UTC, with milliseconds if there are any") {
  CHECK(instant_text(0) == "1970-01-01T00:00:00Z");
  CHECK(instant_text(-1) == "1969-12-31T23:59:59.999Z");
}
