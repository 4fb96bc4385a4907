#pragma once

#include "runtime/cron/next_run.hpp"
#include "tools/codec/instants.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

namespace tutti::cron::test {

inline expression parsed(const std::string& text) {
  auto out = parse(text);
  REQUIRE_MESSAGE(out, text);
  return *out;
}

inline zone zone_of(const std::string& id) {
  auto out = find_zone(id);
  REQUIRE_MESSAGE(out, id);
  return *out;
}

inline std::int64_t at(const std::string& instant) {
  auto out = codec::parse_instant(instant);
  REQUIRE_MESSAGE(out, instant);
  return *out;
}

/// The next runs in UTC, each followed by a blank.
inline std::string runs(const std::string& cron, const std::string& after, std::size_t count,
                        const std::string& zone_id = "") {
  std::string out;
  for (auto x : next_runs(parsed(cron), zone_of(zone_id), at(after), count))
    out += codec::instant_text(x) + " ";
  return out;
}

/// The days of the next runs at midnight UTC.
inline std::string days(const std::string& cron, const std::string& after, std::size_t count) {
  std::string out;
  for (auto x : next_runs(parsed(cron), zone{}, at(after), count)) {
    auto text = codec::instant_text(x);
    CHECK(text.substr(10) == "T00:00:00Z");
    out += text.substr(0, 10) + " ";
  }
  return out;
}

inline std::string flaw_of(const std::string& cron) {
  auto out = parse(cron);
  return out ? "" : out.error().message;
}

} // namespace tutti::cron::test
