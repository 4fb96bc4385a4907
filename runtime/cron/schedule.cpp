#include "runtime/cron/schedule.hpp"

#include "runtime/cron/jitter.hpp"
#include "runtime/model/durations.hpp"
#include "runtime/model/enum_text.hpp"
#include "runtime/model/ids.hpp"

#include <array>
#include <utility>

namespace tutti::cron {

namespace {

struct named_cron {
  std::string_view name; ///< upper case
  std::string_view cron;
};

constexpr std::array<named_cron, 5> predefined{{
  {"HOURLY", "0 * * * *"},
  {"DAILY", "0 0 * * *"},
  {"WEEKLY", "0 0 * * 0"},
  {"MONTHLY", "0 0 1 * *"},
  {"YEARLY", "0 0 1 1 *"},
}};

const named_cron* find_predefined(std::string_view name) {
  if (name.starts_with('@'))
    name.remove_prefix(1);
  for (const auto& x : predefined)
    if (model::equal_any_case(x.name, name))
      return &x;
  return nullptr;
}

std::string or_null(const std::optional<std::string>& x) {
  return x.value_or("null");
}

/// Milliseconds between the runs of an interval trigger.
result<std::int64_t> interval_ms(const trigger& x) {
  if (!x.interval)
    return error{ec::bad_request, "interval must not be null"};
  auto ms = model::parse_duration_ms(*x.interval);
  if (!ms)
    return ms;
  if (*ms <= 0)
    return error{ec::bad_request,
                 "interval [" + *x.interval + "] is no duration, expected a text such as 6 hours"};
  return ms;
}

result<expression> expression_of(const trigger& x) {
  if (!x.cron)
    return error{ec::bad_request, "Expression must not be null"};
  if (x.kind == trigger_kind::cron)
    return parse(*x.cron);
  auto cron = predefined_cron(*x.cron);
  if (!cron)
    return error{ec::bad_request, "[" + *x.cron
                                    + "] is no predefined schedule, expected one of @hourly, "
                                      "@daily, @weekly, @monthly, @yearly"};
  return parse(*cron);
}

std::string message_of(const error& why) {
  return why.message;
}

} // namespace

std::optional<std::string_view> predefined_cron(std::string_view name) {
  const auto* found = find_predefined(name);
  return found ? std::optional{found->cron} : std::nullopt;
}

std::string trigger_text(const trigger& x) {
  std::string out;
  auto zone = ", timezone=" + or_null(x.timezone);
  switch (x.kind) {
    case trigger_kind::cron:
      out = "CronTimeTrigger(cron=" + or_null(x.cron) + zone;
      break;
    case trigger_kind::predefined: {
      const auto* known = x.cron ? find_predefined(*x.cron) : nullptr;
      out = "PredefinedTimeTrigger(expression=" + (known ? std::string{known->name} : "null")
            + zone;
      break;
    }
    case trigger_kind::interval:
      out = "IntervalTimeTrigger(interval=" + or_null(x.interval)
            + ", start=" + (x.start_ms ? std::to_string(*x.start_ms) : "null");
      break;
  }
  if (x.fuzzy_max_delay)
    out += ", fuzzyMaxDelay=" + model::written(*x.fuzzy_max_delay);
  return out + ")";
}

std::string request_id(std::string_view workflow_id, const trigger& x, std::int64_t run_ms) {
  return model::name_uuid(std::string{workflow_id} + ":" + trigger_text(x) + ":"
                          + std::to_string(run_ms / 1000));
}

std::string triggers_uuid(const std::vector<trigger>& x) {
  std::string text = "[";
  for (const auto& one : x)
    text += (text.size() > 1 ? ", " : "") + trigger_text(one);
  return model::name_uuid(text + "]");
}

result<schedule> make_schedule(const trigger& x, std::string_view workflow_id,
                               std::int64_t subscribed_ms) {
  schedule out;
  if (x.kind == trigger_kind::interval) {
    auto ms = interval_ms(x);
    if (!ms)
      return ms.error();
    out.interval_ms_ = *ms;
    out.start_ms_ = x.start_ms.value_or(subscribed_ms);
  } else {
    auto parsed = expression_of(x);
    if (!parsed)
      return parsed.error();
    auto where = find_zone(x.timezone.value_or(""));
    if (!where)
      return where.error();
    out.expression_ = *std::move(parsed);
    out.zone_ = *where;
  }
  if (x.fuzzy_max_delay) {
    auto bound = delay_bound_s(*x.fuzzy_max_delay);
    if (!bound)
      return bound.error();
    out.delay_s_ = *bound > 0 ? fixed_delay_s(trigger_text(x), workflow_id, *bound) : 0;
  }
  return out;
}

std::optional<std::int64_t> schedule::next_undelayed(std::int64_t after_ms) const {
  if (interval_ms_ == 0)
    return next_run(expression_, zone_, after_ms);
  if (after_ms < start_ms_)
    return start_ms_;
  std::int64_t out = start_ms_;
  std::int64_t passed = 0;
  if (__builtin_sub_overflow(after_ms, start_ms_, &passed)
      || __builtin_mul_overflow(passed / interval_ms_ + 1, interval_ms_, &passed)
      || __builtin_add_overflow(out, passed, &out) || out >= end_of_time_s * 1000)
    return std::nullopt;
  return out;
}

std::optional<std::int64_t> schedule::next(std::int64_t after_ms, delay_rule rule) const {
  auto delay_ms = delay_s_ * 1000;
  auto out = next_undelayed(rule == delay_rule::keep_all_runs ? after_ms - delay_ms : after_ms);
  return out ? std::optional{*out + delay_ms} : std::nullopt;
}

std::vector<flaw> check_trigger(const trigger& x, std::string_view workflow_id,
                                std::int64_t now_ms) {
  std::vector<flaw> out;
  if (x.kind == trigger_kind::interval) {
    if (auto ms = interval_ms(x); !ms)
      out.push_back({flaw_kind::expression, message_of(ms.error())});
  } else if (auto parsed = expression_of(x); !parsed) {
    out.push_back({flaw_kind::expression, message_of(parsed.error())});
  }
  if (auto where = find_zone(x.timezone.value_or("")); !where)
    out.push_back({flaw_kind::timezone, message_of(where.error())});
  if (out.empty()) {
    auto plain = x;
    plain.fuzzy_max_delay.reset();
    auto made = make_schedule(plain, workflow_id, now_ms);
    auto first = made ? made->next(now_ms) : std::nullopt;
    auto second = first ? made->next(*first) : std::nullopt;
    if (second && *second - *first < run_distance_min_ms)
      out.push_back({flaw_kind::distance, "the interval between time triggers is less than the "
                                          "minimal value ["
                                            + std::to_string(run_distance_min_ms) + "] millis"});
  }
  if (x.fuzzy_max_delay)
    if (auto good = check_delay(*x.fuzzy_max_delay); !good)
      out.push_back({flaw_kind::delay, message_of(good.error())});
  return out;
}

} // namespace tutti::cron
