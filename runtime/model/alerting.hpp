#pragma once

#include "runtime/base/ordered_map.hpp"
#include "runtime/model/unique_list.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// `properties.alerting`: kept for those who read the events; the server alerts nobody (spec 08
/// §2).
namespace tutti::model {

/// Keys of `type_configs`, in this spelling only. Stored: append only.
enum class alert_type : std::uint8_t {
  step_failure = 0,
  tct_violation = 1,
  long_running = 2,
  dependency_late = 3,
  breakpoint_hit = 4,
  definition_change = 5,
  run_success = 6,
  success_within = 7,
};

std::string_view to_string(alert_type x);
std::optional<alert_type> parse_alert_type(std::string_view exact);

/// Written in lower case. Stored: append only.
enum class alert_action : std::uint8_t {
  email = 0,
  page = 1,
  slack = 2,
  cancel = 3,
};

std::string_view to_string(alert_action x);
std::optional<alert_action> parse_alert_action(std::string_view any_case);

/// Stored: append only.
enum class alert_granularity : std::uint8_t {
  workflow = 0,
  step = 1,
  all = 2,
};

std::string_view to_string(alert_granularity x);
std::optional<alert_granularity> parse_alert_granularity(std::string_view any_case);

/// Stored: append only.
enum class pagerduty_severity : std::uint8_t {
  critical = 0,
  error = 1,
  warning = 2,
  info = 3,
};

std::string_view to_string(pagerduty_severity x);
std::optional<pagerduty_severity> parse_pagerduty_severity(std::string_view any_case);

using text_set = unique_list<std::string>;

/// Whom to tell in Slack.
struct slack_config {
  std::optional<text_set> users;
  std::optional<text_set> channels;
  std::optional<text_set> mention_users;

  bool operator==(const slack_config&) const = default;

  static constexpr auto fields() {
    using self = slack_config;
    return std::make_tuple(field(1, "users", &self::users), field(2, "channels", &self::channels),
                           field(3, "mention_users", &self::mention_users));
  }
};

/// How to page.
struct pagerduty_config {
  std::optional<pagerduty_severity> severity;
  std::optional<bool> always_page;

  bool operator==(const pagerduty_config&) const = default;

  static constexpr auto fields() {
    using self = pagerduty_config;
    return std::make_tuple(field(1, "severity", &self::severity),
                           field(2, "always_page", &self::always_page));
  }
};

/// What is told at once.
struct bypass_digest_config {
  std::optional<text_set> steps;
  bool workflow = false;

  bool operator==(const bypass_digest_config&) const = default;

  static constexpr auto fields() {
    using self = bypass_digest_config;
    return std::make_tuple(field(1, "steps", &self::steps), field(2, "workflow", &self::workflow));
  }
};

/// Target completion time; exactly one of the three times is set in a valid one.
struct tct {
  std::optional<std::int32_t> completed_by_hour;
  std::optional<std::int32_t> duration_minutes;
  std::optional<std::int64_t> completed_by_ts;
  std::optional<std::string> tz;

  bool operator==(const tct&) const = default;

  static constexpr auto fields() {
    using self = tct;
    return std::make_tuple(field(1, "completed_by_hour", &self::completed_by_hour),
                           field(2, "duration_minutes", &self::duration_minutes),
                           field(3, "completed_by_ts", &self::completed_by_ts),
                           field(4, "tz", &self::tz));
  }
};

/// Alerting for one kind of alert.
struct alerting_type_config {
  std::optional<unique_list<alert_action>> actions;
  bool disabled = false;
  std::optional<std::int32_t> duration_minutes;
  std::optional<text_set> emails;
  std::optional<alert_granularity> granularity;
  std::optional<text_set> pagerduties;
  std::optional<slack_config> slack;

  bool operator==(const alerting_type_config&) const = default;

  static constexpr auto fields() {
    using self = alerting_type_config;
    return std::make_tuple(
      field(1, "actions", &self::actions, emit::not_empty), field(2, "disabled", &self::disabled),
      field(3, "duration_minutes", &self::duration_minutes), field(4, "emails", &self::emails),
      field(5, "granularity", &self::granularity), field(6, "pagerduties", &self::pagerduties),
      field(7, "slack", &self::slack));
  }
};

/// The shipped form of alerting, `DefaultAlerting`.
struct alerting {
  std::optional<text_set> emails;
  std::optional<text_set> pagerduties;
  std::optional<slack_config> slack;
  std::optional<model::bypass_digest_config> bypass_digest_config;
  std::optional<model::tct> tct;
  std::optional<ordered_map<alerting_type_config>> type_configs;
  std::optional<model::pagerduty_config> pagerduty_config;

  using own_json = void;

  bool operator==(const alerting&) const = default;

  static constexpr auto fields() {
    using self = alerting;
    return std::make_tuple(field(1, "emails", &self::emails),
                           field(2, "pagerduties", &self::pagerduties),
                           field(3, "slack", &self::slack),
                           field(4, "bypass_digest_config", &self::bypass_digest_config),
                           field(5, "tct", &self::tct),
                           field(6, "type_configs", &self::type_configs),
                           field(7, "pagerduty_config", &self::pagerduty_config));
  }
};

} // namespace tutti::model
