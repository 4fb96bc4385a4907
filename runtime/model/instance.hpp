#pragma once

#include "runtime/model/definition.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What runs: statuses, initiators, timeline events (spec 04a, 04b).
namespace tutti::model {

/// Stored: append only. Order as declared by the API (spec 05 §5.1).
enum class step_status : std::uint8_t {
  not_created = 0,
  created = 1,
  initialized = 2,
  paused = 3,
  waiting_for_signals = 4,
  evaluating_params = 5,
  waiting_for_permits = 6,
  starting = 7,
  running = 8,
  finishing = 9,
  disabled = 10,
  unsatisfied = 11,
  skipped = 12,
  succeeded = 13,
  completed_with_error = 14,
  user_failed = 15,
  platform_failed = 16,
  fatally_failed = 17,
  internally_failed = 18,
  stopped = 19,
  timeout_failed = 20,
  timed_out = 21,
};

/// Terminal for the attempt; retryable failures are terminal too.
bool is_terminal(step_status x);
/// Terminal and good for the successors: DISABLED, UNSATISFIED, SKIPPED, SUCCEEDED,
/// COMPLETED_WITH_ERROR.
bool is_complete(step_status x);
/// USER_FAILED, PLATFORM_FAILED, TIMEOUT_FAILED: the system will try again.
bool is_retryable(step_status x);
std::string_view to_string(step_status x);
std::optional<step_status> parse_step_status(std::string_view any_case);

/// Stored: append only.
enum class run_status : std::uint8_t {
  created = 0,
  in_progress = 1,
  paused = 2,
  timed_out = 3,
  stopped = 4,
  failed = 5,
  succeeded = 6,
};

bool is_terminal(run_status x);
std::string_view to_string(run_status x);
std::optional<run_status> parse_run_status(std::string_view any_case);

enum class run_policy : std::uint8_t {
  start_fresh_new_run = 0,
  start_customized_run = 1,
  restart_from_incomplete = 2,
  restart_from_beginning = 3,
  restart_from_specific = 4,
  restart_customized_run = 5,
};

bool is_fresh(run_policy x);
std::string_view to_string(run_policy x);
std::optional<run_policy> parse_run_policy(std::string_view exact);

enum class initiator_type : std::uint8_t {
  manual = 0,
  time = 1,
  signal = 2,
  subworkflow = 3,
  foreach = 4,
  while_ = 5,
  template_ = 6,
};

std::string_view to_string(initiator_type x);
std::optional<initiator_type> parse_initiator_type(std::string_view any_case);

/// An ancestor of a child run, root first.
struct ancestor {
  std::string workflow_id;
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
  std::string step_id;
  std::int64_t step_attempt_id = 0;
  std::optional<bool> sync;

  bool operator==(const ancestor&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(field(1, "workflow_id", &ancestor::workflow_id, emit::not_empty),
                           field(2, "instance_id", &ancestor::instance_id),
                           field(3, "run_id", &ancestor::run_id),
                           field(4, "step_id", &ancestor::step_id, emit::not_empty),
                           field(5, "step_attempt_id", &ancestor::step_attempt_id),
                           field(6, "sync", &ancestor::sync));
  }
};

struct initiator;

void adopt_signal_id_map(raw_json&& old, initiator& x);
void adopt_signal_params(raw_json&& old, initiator& x);

/// Who started a run. JSON order depends on the type (spec 05 appendix A).
struct initiator {
  initiator_type type = initiator_type::manual;
  std::optional<model::user> user; ///< manual
  std::int64_t depth = 0;
  std::vector<ancestor> ancestors; ///< children of steps
  std::optional<std::string> trigger_uuid;
  std::optional<std::int64_t> trigger_time;
  std::optional<std::string> timezone;
  std::optional<ordered_map<std::int64_t>> signal_id_map; ///< signal name to sequence number
  std::optional<param_map> params;                        ///< of the signal trigger

  bool operator==(const initiator&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(field(1, "type", &initiator::type), field(2, "user", &initiator::user),
                           field(3, "depth", &initiator::depth),
                           field(4, "ancestors", &initiator::ancestors),
                           field(5, "trigger_uuid", &initiator::trigger_uuid),
                           field(6, "trigger_time", &initiator::trigger_time),
                           field(7, "timezone", &initiator::timezone),
                           field(10, "signal_id_map", &initiator::signal_id_map),
                           field(11, "params", &initiator::params));
  }

  static constexpr auto retired_fields() {
    return std::make_tuple(retired(8, &adopt_signal_id_map), retired(9, &adopt_signal_params));
  }
};

enum class timeline_type : std::uint8_t {
  log = 0,
  details = 1,
  status = 2,
  action = 3,
  milestone = 4
};

enum class log_level : std::uint8_t {
  trace = 0,
  debug = 1,
  info = 2,
  warn = 3,
  error = 4
};

std::string_view to_string(timeline_type x);
std::string_view to_string(log_level x);
std::optional<timeline_type> parse_timeline_type(std::string_view any_case);
std::optional<log_level> parse_log_level(std::string_view exact);

/// One entry of a timeline; which members count depends on the type (spec 04b §14).
struct timeline_event {
  std::int64_t timestamp = 0; ///< epoch ms
  timeline_type type = timeline_type::log;
  log_level level = log_level::info;
  std::string message;
  std::string status;                             ///< STATUS, DETAILS
  std::optional<std::vector<std::string>> errors; ///< DETAILS
  bool retryable = false;                         ///< DETAILS
  std::string action;                             ///< ACTION; MILESTONE: `milestone_type`
  std::string author;                             ///< ACTION; MILESTONE: `source_id`
  std::optional<std::string> reason;              ///< ACTION
  std::optional<std::int64_t> info;               ///< ACTION; a milestone's is in `message`
  std::optional<user> author_object;              ///< ACTION; the author, when given as an object

  bool operator==(const timeline_event&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(
      field(1, "timestamp", &timeline_event::timestamp), field(2, "type", &timeline_event::type),
      field(3, "level", &timeline_event::level), field(4, "message", &timeline_event::message),
      field(5, "status", &timeline_event::status), field(6, "errors", &timeline_event::errors),
      field(7, "retryable", &timeline_event::retryable),
      field(8, "action", &timeline_event::action), field(9, "author", &timeline_event::author),
      field(10, "reason", &timeline_event::reason), field(11, "info", &timeline_event::info),
      field(12, "author_object", &timeline_event::author_object, emit::stored_only));
  }
};

/// At most 32 entries; an entry equal to the last one, time apart, is dropped; the oldest goes.
void append_timeline(std::vector<timeline_event>& timeline, timeline_event event);
timeline_event log_event(std::int64_t now, log_level level, std::string message);

struct step_runtime_state {
  step_status status = step_status::not_created;
  std::optional<std::int64_t> create_time;
  std::optional<std::int64_t> initialize_time;
  std::optional<std::int64_t> pause_time;
  std::optional<std::int64_t> wait_signal_time;
  std::optional<std::int64_t> evaluate_param_time;
  std::optional<std::int64_t> wait_permit_time;
  std::optional<std::int64_t> start_time;
  std::optional<std::int64_t> execute_time;
  std::optional<std::int64_t> finish_time;
  std::optional<std::int64_t> end_time;
  std::optional<std::int64_t> modify_time;

  bool operator==(const step_runtime_state&) const = default;

  static constexpr auto fields() {
    using self = step_runtime_state;
    return std::make_tuple(
      field(1, "status", &self::status, emit::always), field(2, "create_time", &self::create_time),
      field(3, "initialize_time", &self::initialize_time),
      field(4, "pause_time", &self::pause_time),
      field(5, "wait_signal_time", &self::wait_signal_time),
      field(6, "evaluate_param_time", &self::evaluate_param_time),
      field(7, "wait_permit_time", &self::wait_permit_time),
      field(8, "start_time", &self::start_time), field(9, "execute_time", &self::execute_time),
      field(10, "finish_time", &self::finish_time), field(11, "end_time", &self::end_time),
      field(12, "modify_time", &self::modify_time));
  }
};

struct step_retry {
  std::int64_t error_retries = 0;
  std::int64_t error_retry_limit = 2;
  std::int64_t platform_retries = 0;
  std::int64_t platform_retry_limit = 10;
  std::int64_t timeout_retries = 0;
  std::int64_t timeout_retry_limit = 0;
  std::int64_t manual_retries = 0;
  bool retryable = true;
  model::backoff backoff;

  bool operator==(const step_retry&) const = default;

  static constexpr auto fields() {
    using self = step_retry;
    return std::make_tuple(
      field(1, "error_retries", &self::error_retries, emit::always),
      field(2, "error_retry_limit", &self::error_retry_limit, emit::always),
      field(3, "platform_retries", &self::platform_retries, emit::always),
      field(4, "platform_retry_limit", &self::platform_retry_limit, emit::always),
      field(5, "timeout_retries", &self::timeout_retries, emit::always),
      field(6, "timeout_retry_limit", &self::timeout_retry_limit, emit::always),
      field(7, "manual_retries", &self::manual_retries, emit::always),
      field(8, "retryable", &self::retryable, emit::always), field(9, "backoff", &self::backoff));
  }
};

} // namespace tutti::model
