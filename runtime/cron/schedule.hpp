#pragma once

#include "runtime/base/error.hpp"
#include "runtime/cron/next_run.hpp"
#include "runtime/model/definition.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Time triggers: when they fire (spec 07 §1, §4, §5), and the names that follow from their texts
/// (§6, §7). Instants are epoch ms and arguments.
namespace tutti::cron {

enum class trigger_kind : std::uint8_t {
  cron,
  predefined,
  interval
};

struct trigger {
  trigger_kind kind = trigger_kind::cron;
  std::optional<std::string> cron; ///< the expression; of a predefined one, `@daily` or `DAILY`
  std::optional<std::string> timezone;
  std::optional<model::parsable_long> fuzzy_max_delay;
  std::optional<std::string> interval;
  std::optional<std::int64_t> start_ms;
};

/// The cron expression of `@hourly`, `@daily`, `@weekly`, `@monthly` or `@yearly`; the sign may be
/// missing, any letter case. Nothing for others.
std::optional<std::string_view> predefined_cron(std::string_view name);

/// `CronTimeTrigger(cron=0 0 * * *, timezone=null)`: what ids are made of. Stored in effect, as
/// the ids are: never change it.
std::string trigger_text(const trigger& x);

/// The id of a run: the same however often it is asked for.
std::string request_id(std::string_view workflow_id, const trigger& x, std::int64_t run_ms);

/// One for all triggers of a workflow version.
std::string triggers_uuid(const std::vector<trigger>& x);

/// How runs and their fixed delay go together.
enum class delay_rule : std::uint8_t {
  /// Every run of the expression is delayed; none is lost (ours).
  keep_all_runs,
  /// The search goes on from the delayed run: with a delay above the period, runs fall out.
  as_original
};

/// A trigger that is ready to be asked.
class schedule {
public:
  /// The first run after the instant, delay included.
  std::optional<std::int64_t> next(std::int64_t after_ms,
                                   delay_rule rule = delay_rule::keep_all_runs) const;

  /// Seconds by which every run is late; 0 without `fuzzy_max_delay`.
  std::int64_t delay_s() const { return delay_s_; }

private:
  friend result<schedule> make_schedule(const trigger& x, std::string_view workflow_id,
                                        std::int64_t subscribed_ms);

  std::optional<std::int64_t> next_undelayed(std::int64_t after_ms) const;

  expression expression_;
  zone zone_;
  std::int64_t start_ms_ = 0;
  std::int64_t interval_ms_ = 0; ///< 0 = by the expression
  std::int64_t delay_s_ = 0;
};

/// @param subscribed_ms the start of an interval trigger that names none
/// `ec::bad_request`: the expression, zone, interval or delay is bad.
result<schedule> make_schedule(const trigger& x, std::string_view workflow_id,
                               std::int64_t subscribed_ms);

/// Next runs must not be closer than this; checked for the next two runs only.
inline constexpr std::int64_t run_distance_min_ms = 120'000;
inline constexpr std::int64_t delay_max_ms = 120LL * 24 * 3600 * 1000;

/// What is wrong with a trigger at push, in the order of the checks of §4; empty = nothing. The
/// caller puts the path before each, and its own text around the first (§4, last paragraph).
enum class flaw_kind : std::uint8_t {
  expression,
  timezone,
  distance,
  delay
};

struct flaw {
  flaw_kind kind;
  std::string text;
};

std::vector<flaw> check_trigger(const trigger& x, std::string_view workflow_id,
                                std::int64_t now_ms);

} // namespace tutti::cron
