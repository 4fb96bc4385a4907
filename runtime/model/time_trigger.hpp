#pragma once

#include "runtime/base/ordered_map.hpp"
#include "runtime/model/kept_form.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Time triggers of a workflow, and the messages of their service (spec 07).
namespace tutti::model {

/// Stored: append only.
enum class time_trigger_type : std::uint8_t {
  cron = 0,
  predefined = 1,
  interval = 2,
};

std::string_view to_string(time_trigger_type x);
std::optional<time_trigger_type> parse_time_trigger_type(std::string_view any_case);

/// Stored: append only.
enum class predefined_schedule : std::uint8_t {
  hourly = 0,
  daily = 1,
  weekly = 2,
  monthly = 3,
  yearly = 4,
};

/// `@hourly` …; the sign may be missing in what is read.
std::string_view to_string(predefined_schedule x);
std::optional<predefined_schedule> parse_predefined_schedule(std::string_view any_case);

/// A time trigger; members that its type does not have stay empty. JSON writes the members
/// alphabetically, `start` as a text (`time_trigger_date.hpp`).
struct time_trigger {
  std::optional<std::string> cron;
  std::optional<predefined_schedule> expression;
  std::optional<parsable_long> fuzzy_max_delay;
  std::optional<std::string> interval;
  std::optional<std::int64_t> start;
  std::optional<std::string> timezone;
  time_trigger_type type = time_trigger_type::cron;

  using own_json = void;

  bool operator==(const time_trigger&) const = default;

  static constexpr auto fields() {
    using self = time_trigger;
    return std::make_tuple(field(1, "cron", &self::cron), field(2, "expression", &self::expression),
                           field(3, "fuzzy_max_delay", &self::fuzzy_max_delay),
                           field(4, "interval", &self::interval), field(5, "start", &self::start),
                           field(6, "timezone", &self::timezone),
                           field(7, "type", &self::type, emit::always));
  }
};

/// Ids of the triggers of a version: one for all time triggers, one for each signal trigger.
struct trigger_uuids {
  std::optional<std::string> time_trigger_uuid;
  std::optional<ordered_map<std::int32_t>> signal_trigger_uuids;

  bool operator==(const trigger_uuids&) const = default;

  static constexpr auto fields() {
    using self = trigger_uuids;
    return std::make_tuple(field(1, "time_trigger_uuid", &self::time_trigger_uuid),
                           field(2, "signal_trigger_uuids", &self::signal_trigger_uuids));
  }
};

/// A trigger and the last run that was started for it, epoch ms.
struct time_trigger_with_watermark {
  std::optional<model::time_trigger> time_trigger;
  std::int64_t last_trigger_timestamp = 0;

  bool operator==(const time_trigger_with_watermark&) const = default;

  static constexpr auto fields() {
    using self = time_trigger_with_watermark;
    return std::make_tuple(field(1, "time_trigger", &self::time_trigger),
                           field(2, "last_trigger_timestamp", &self::last_trigger_timestamp));
  }
};

/// The message that keeps the triggers of a version going (spec 07 §6).
struct time_trigger_execution {
  std::string workflow_id;
  std::optional<std::string> workflow_version;
  std::optional<std::string> workflow_trigger_uuid;
  std::optional<std::vector<time_trigger_with_watermark>> time_triggers_with_watermarks;

  bool operator==(const time_trigger_execution&) const = default;

  static constexpr auto fields() {
    using self = time_trigger_execution;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_version", &self::workflow_version),
                           field(3, "workflow_trigger_uuid", &self::workflow_trigger_uuid),
                           field(4, "time_triggers_with_watermarks",
                                 &self::time_triggers_with_watermarks));
  }
};

} // namespace tutti::model
