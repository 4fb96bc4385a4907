#include "runtime/cron/next_run.hpp"
#include "runtime/cron/schedule.hpp"
#include "test/fuzz/kit.hpp"

/// A time zone, an expression and an interval, a line each: runs come in order, after the instant
/// that was asked for, and are found again from the run before.

using namespace tutti;

namespace {

constexpr std::int64_t instants[] = {0, 1'700'000'000'000, 2'140'000'000'000, 4'000'000'000'000};

void check_runs(const cron::expression& x, const cron::zone& where, std::int64_t after) {
  const auto runs = cron::next_runs(x, where, after, 4);
  auto last = after;
  for (const auto run : runs) {
    fuzz::require(run > last, "runs that do not come one after the other");
    last = run;
  }
  const auto first = cron::next_run(x, where, after);
  fuzz::require(first.has_value() == !runs.empty(), "one run and many do not agree");
  if (first)
    fuzz::require(*first == runs.front(), "one run and the first of many do not agree");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto zone_id = fuzz::take_line(text);
  const auto expression = fuzz::take_line(text);
  const auto parsed = cron::parse(expression);
  const auto where = cron::find_zone(zone_id);
  if (parsed && where)
    for (const auto after : instants)
      check_runs(*parsed, *where, after);
  cron::trigger trigger;
  trigger.cron = std::string{expression};
  trigger.timezone = std::string{zone_id};
  if (!text.empty())
    trigger.fuzzy_max_delay = model::parsable_long{std::string{text}};
  for (const auto& flaw : cron::check_trigger(trigger, "wf", instants[1]))
    fuzz::require(!flaw.text.empty(), "a flaw without a text");
  if (const auto schedule = cron::make_schedule(trigger, "wf", instants[1]))
    if (const auto run = schedule->next(instants[1]))
      fuzz::require(*run > instants[1], "a run in the past");
  return 0;
}
