#include "runtime/cron/next_run.hpp"
#include "runtime/cron/schedule.hpp"
#include "runtime/model/json.hpp"
#include "test/support/places.hpp"
#include "tools/codec/instants.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <doctest/doctest.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>

/// Next runs and delays that the original computed.
namespace tutti::test {

namespace {

namespace json = boost::json;

const std::string derived = test::in_sources("../shared/fixtures/maestro/derived/");

/// The cases of a file of vectors; nothing where it is absent.
json::array cases_of(const std::string& name) {
  std::ifstream in{derived + name, std::ios::binary};
  if (!in) {
    MESSAGE("skipped: there is no " << name);
    return {};
  }
  std::ostringstream text;
  text << in.rdbuf();
  auto parsed = model::parse_text(text.str());
  REQUIRE(parsed);
  return parsed->get_object().at("cases").get_array();
}

std::string text_of(const json::value* x) {
  const auto* text = x ? x->if_string() : nullptr;
  return text ? std::string{text->data(), text->size()} : std::string{};
}

std::string member(const json::object& x, std::string_view name) {
  return text_of(x.if_contains(name));
}

std::int64_t instant(const std::string& text) {
  auto out = codec::parse_instant(text);
  REQUIRE_MESSAGE(out, text);
  return *out;
}

std::string texts(const std::vector<std::int64_t>& instants) {
  std::string out;
  for (auto x : instants)
    out += codec::instant_text(x) + " ";
  return out;
}

std::vector<std::int64_t> expected_runs(const json::object& x) {
  std::vector<std::int64_t> out;
  for (const auto& run : x.at("next").get_array())
    out.push_back(instant(text_of(&run)));
  return out;
}

std::string error_of(const std::string& cron, const std::string& timezone) {
  auto parsed = cron::parse(cron);
  if (!parsed)
    return parsed.error().message;
  auto where = cron::find_zone(timezone);
  return where ? "" : where.error().message;
}

void check_runs(const json::object& x) {
  auto cron = member(x, "cron");
  auto timezone = member(x, "timezone");
  INFO("[" << cron << "] in [" << timezone << "]");
  if (x.contains("error")) {
    CHECK(error_of(cron, timezone) == member(x, "error"));
    return;
  }
  auto parsed = cron::parse(cron);
  REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.error().message));
  auto where = cron::find_zone(timezone);
  REQUIRE_MESSAGE(where, (where ? "" : where.error().message));
  auto want = expected_runs(x);
  auto got = cron::next_runs(*parsed, *where, instant(member(x, "after")), want.size() + 1);
  CHECK((got.size() <= want.size()) == x.at("exhausted").get_bool());
  if (got.size() > want.size())
    got.pop_back();
  CHECK(texts(got) == texts(want));
}

cron::trigger trigger_of(const json::object& x) {
  cron::trigger out;
  out.cron = member(x, "cron");
  if (x.contains("timezone"))
    out.timezone = member(x, "timezone");
  const auto& delay = x.at("fuzzy_max_delay");
  if (delay.is_string())
    out.fuzzy_max_delay = model::parsable_long{text_of(&delay)};
  else
    out.fuzzy_max_delay = model::parsable_long{delay.get_int64()};
  return out;
}

void check_delay(const json::object& x) {
  auto trigger = trigger_of(x.at("trigger").get_object());
  auto made = cron::make_schedule(trigger, member(x, "workflow_id"), 0);
  INFO(cron::trigger_text(trigger));
  REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
  if (const auto* seconds = x.if_contains("delay_seconds"))
    CHECK(made->delay_s() == seconds->get_int64());
  if (!x.contains("after"))
    return;
  auto after = instant(member(x, "after"));
  std::vector<std::int64_t> got;
  auto want = expected_runs(x);
  while (got.size() < want.size()) {
    auto next = made->next(after, cron::delay_rule::as_original);
    REQUIRE(next);
    got.push_back(*next);
    after = *next;
  }
  CHECK(texts(got) == texts(want));
}

} // namespace

TEST_CASE("cron expressions run when the original ran them") {
  for (const auto& x : cases_of("cron-next-runs.json"))
    check_runs(x.get_object());
}

TEST_CASE("delays of time triggers are those of the original") {
  for (const auto& x : cases_of("time-trigger-jitter.json"))
    check_delay(x.get_object());
}

TEST_CASE("request ids and uuids of time triggers are those of the original") {
  cron::trigger daily;
  daily.kind = cron::trigger_kind::predefined;
  daily.cron = "@daily";
  cron::trigger midnight;
  midnight.cron = "0 0 * * *";
  midnight.timezone = "UTC";
  constexpr std::int64_t run_ms = 1'767'225'600'000;
  std::vector<std::string> got{cron::request_id("wf1", daily, run_ms),
                               cron::request_id("wf1", midnight, run_ms),
                               cron::triggers_uuid({midnight, daily})};
  std::vector<std::string> want;
  for (const auto& x : cases_of("name-uuids.json")) {
    auto use = member(x.get_object(), "use");
    if (use.starts_with("time trigger run") || use.starts_with("uuid of a list of time"))
      want.push_back(member(x.get_object(), "uuid"));
  }
  if (!want.empty())
    CHECK(got == want);
}

} // namespace tutti::test
