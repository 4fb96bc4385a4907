#pragma once

#include "runtime/model/alerting.hpp"
#include "runtime/model/kept_form.hpp"
#include "runtime/model/param.hpp"
#include "runtime/model/signal_definition.hpp"
#include "runtime/model/time_trigger.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Workflow and step definitions (spec 01).
namespace tutti::model {

/// Stored: append only. The spelling of the API is in `to_string`.
enum class step_type : std::uint8_t {
  noop = 0,
  sleep = 1,
  titus = 2,
  notebook = 3,
  kubernetes = 4,
  http = 5,
  join = 6,
  foreach = 7,
  while_ = 8,
  subworkflow = 9,
  template_ = 10,
  shell = 11, ///< ours: a local process
};

/// The wrapper key of a step in JSON. Stored: append only.
enum class step_kind : std::uint8_t {
  step = 0,
  subworkflow = 1,
  foreach = 2,
  while_ = 3,
  template_ = 4
};

enum class failure_mode : std::uint8_t {
  fail_after_running = 0,
  fail_immediately = 1,
  ignore_failure = 2,
};

enum class criticality : std::uint8_t {
  critical = 0,
  high = 1,
  medium = 2,
  low = 3
};

enum class run_rule : std::uint8_t {
  sequential = 0,
  strict_sequential = 1,
  first_only = 2,
  last_only = 3,
  parallel = 4,
  serial_latest_only = 5,
};

/// `NoOp`, `Sleep`, `Shell`, `foreach` … as the API writes them.
std::string_view to_string(step_type x);
std::string_view to_string(step_kind x);
std::string_view to_string(failure_mode x);
std::string_view to_string(criticality x);
std::string_view to_string(run_rule x);
std::optional<step_type> parse_step_type(std::string_view any_case);
std::optional<step_kind> parse_step_kind(std::string_view any_case);
std::optional<failure_mode> parse_failure_mode(std::string_view any_case);
std::optional<criticality> parse_criticality(std::string_view any_case);
std::optional<run_rule> parse_run_rule(std::string_view any_case);

struct run_strategy {
  run_rule rule = run_rule::sequential;
  std::int64_t workflow_concurrency = 1;

  bool operator==(const run_strategy&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(field(1, "rule", &run_strategy::rule, emit::always),
                           field(2, "workflow_concurrency", &run_strategy::workflow_concurrency,
                                 emit::always));
  }
};

struct step_transition {
  std::vector<std::string> predecessors;
  ordered_map<std::string> successors; ///< step id to condition

  bool operator==(const step_transition&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(field(1, "predecessors", &step_transition::predecessors,
                                 emit::not_empty),
                           field(2, "successors", &step_transition::successors, emit::not_empty));
  }
};

enum class backoff_type : std::uint8_t {
  exponential = 0,
  fixed = 1
};

/// `EXPONENTIAL_BACKOFF`, `FIXED_BACKOFF`.
std::string_view to_string(backoff_type x);
std::optional<backoff_type> parse_backoff_type(std::string_view any_case);

/// Members that the type does not have stay empty.
struct backoff {
  backoff_type type = backoff_type::exponential;
  std::optional<parsable_long> error_retry_backoff_in_secs;
  std::optional<parsable_long> error_retry_exponent;
  std::optional<parsable_long> error_retry_limit_in_secs;
  std::optional<parsable_long> platform_retry_backoff_in_secs;
  std::optional<parsable_long> platform_retry_exponent;
  std::optional<parsable_long> platform_retry_limit_in_secs;
  std::optional<parsable_long> timeout_retry_backoff_in_secs;
  std::optional<parsable_long> timeout_retry_exponent;
  std::optional<parsable_long> timeout_retry_limit_in_secs;

  bool operator==(const backoff&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(
      field(1, "error_retry_backoff_in_secs", &backoff::error_retry_backoff_in_secs),
      field(2, "error_retry_exponent", &backoff::error_retry_exponent),
      field(3, "error_retry_limit_in_secs", &backoff::error_retry_limit_in_secs),
      field(4, "platform_retry_backoff_in_secs", &backoff::platform_retry_backoff_in_secs),
      field(5, "platform_retry_exponent", &backoff::platform_retry_exponent),
      field(6, "platform_retry_limit_in_secs", &backoff::platform_retry_limit_in_secs),
      field(7, "timeout_retry_backoff_in_secs", &backoff::timeout_retry_backoff_in_secs),
      field(8, "timeout_retry_exponent", &backoff::timeout_retry_exponent),
      field(9, "timeout_retry_limit_in_secs", &backoff::timeout_retry_limit_in_secs),
      field(10, "type", &backoff::type, emit::always));
  }
};

struct retry_policy {
  std::optional<parsable_long> error_retry_limit;
  std::optional<parsable_long> platform_retry_limit;
  std::optional<parsable_long> timeout_retry_limit;
  std::optional<model::backoff> backoff;

  bool operator==(const retry_policy&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(field(1, "error_retry_limit", &retry_policy::error_retry_limit),
                           field(2, "platform_retry_limit", &retry_policy::platform_retry_limit),
                           field(3, "timeout_retry_limit", &retry_policy::timeout_retry_limit),
                           field(4, "backoff", &retry_policy::backoff));
  }
};

struct step;
struct workflow;
struct properties;

// What earlier versions stored as JSON text; text that is not readable as the member is dropped.
void adopt_signal_dependencies(raw_json&& old, step& x);
void adopt_signal_outputs(raw_json&& old, step& x);
void adopt_time_triggers(raw_json&& old, workflow& x);
void adopt_signal_triggers(raw_json&& old, workflow& x);
void adopt_alerting(raw_json&& old, properties& x);

/// A step of any kind; members that its kind does not have stay empty. JSON writes it inside an
/// object with one key, the kind, in the order of that kind (spec 01 §6.1, 05 appendix A).
struct step {
  step_kind kind = step_kind::step;
  std::string id;
  std::optional<std::string> name;
  std::optional<std::string> description;
  step_transition transition;
  step_type type = step_type::noop;
  std::optional<std::string> sub_type;
  std::optional<std::string> sub_type_version;
  std::optional<model::failure_mode> failure_mode;
  std::optional<model::retry_policy> retry_policy;
  std::optional<std::vector<tag>> tags;
  std::optional<parsable_long> timeout;
  std::optional<std::vector<signal_dependency_definition>> signal_dependencies;
  std::optional<std::vector<signal_output_definition>> signal_outputs;
  std::optional<param_map> params;
  std::optional<bool> sync;
  std::optional<bool> explicit_params;
  std::optional<std::int64_t> concurrency;
  std::optional<bool> strict_ordering;
  std::optional<std::string> condition;
  std::optional<std::vector<step>> steps; ///< body of a foreach or while

  bool operator==(const step&) const = default;

  /// In the order that JSON has in all kinds but templates; a kind has its own members only.
  static constexpr auto fields() {
    return std::make_tuple(
      field(1, "kind", &step::kind), field(2, "id", &step::id), field(3, "name", &step::name),
      field(4, "description", &step::description), field(5, "transition", &step::transition),
      field(6, "type", &step::type), field(7, "sub_type", &step::sub_type),
      field(8, "sub_type_version", &step::sub_type_version), field(16, "sync", &step::sync),
      field(17, "explicit_params", &step::explicit_params),
      field(9, "failure_mode", &step::failure_mode), field(10, "retry_policy", &step::retry_policy),
      field(11, "tags", &step::tags), field(12, "timeout", &step::timeout),
      field(18, "concurrency", &step::concurrency),
      field(19, "strict_ordering", &step::strict_ordering),
      field(20, "condition", &step::condition),
      field(22, "signal_dependencies", &step::signal_dependencies),
      field(23, "signal_outputs", &step::signal_outputs), field(15, "params", &step::params),
      field(21, "steps", &step::steps));
  }

  static constexpr auto retired_fields() {
    return std::make_tuple(retired(13, &adopt_signal_dependencies),
                           retired(14, &adopt_signal_outputs));
  }
};

struct workflow {
  std::string id;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::vector<tag>> tags;
  std::optional<parsable_long> timeout;
  std::optional<std::vector<time_trigger>> time_triggers;
  std::optional<std::vector<signal_trigger>> signal_triggers;
  std::optional<model::criticality> criticality;
  std::optional<std::int64_t> instance_step_concurrency;
  std::optional<param_map> params;
  std::vector<step> steps;

  bool operator==(const workflow&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(
      field(1, "id", &workflow::id), field(2, "name", &workflow::name),
      field(3, "description", &workflow::description), field(4, "tags", &workflow::tags),
      field(5, "timeout", &workflow::timeout), field(12, "time_triggers", &workflow::time_triggers),
      field(13, "signal_triggers", &workflow::signal_triggers),
      field(8, "criticality", &workflow::criticality),
      field(9, "instance_step_concurrency", &workflow::instance_step_concurrency),
      field(10, "params", &workflow::params), field(11, "steps", &workflow::steps));
  }

  static constexpr auto retired_fields() {
    return std::make_tuple(retired(6, &adopt_time_triggers), retired(7, &adopt_signal_triggers));
  }
};

/// A user: a bare text in JSON, or an object with `name` and other members.
struct user {
  std::string name;
  ordered_map<std::string> extras; ///< name to compact JSON text
  bool as_object = false;          ///< came as an object with a name only, and is written as one

  bool operator==(const user&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(field(1, "name", &user::name),
                           field(2, "extras", &user::extras, emit::stored_only),
                           field(3, "as_object", &user::as_object, emit::stored_only));
  }
};

struct git_info {
  std::optional<std::string> origin;
  std::optional<std::string> branch;
  std::optional<std::string> sha;
  std::optional<std::string> path;
  std::optional<std::string> author;
  std::optional<std::int64_t> timestamp;
  std::optional<bool> uncommitted_changes;

  bool operator==(const git_info&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(field(1, "origin", &git_info::origin),
                           field(2, "branch", &git_info::branch), field(3, "sha", &git_info::sha),
                           field(4, "path", &git_info::path), field(5, "author", &git_info::author),
                           field(6, "timestamp", &git_info::timestamp),
                           field(7, "uncommitted_changes", &git_info::uncommitted_changes));
  }
};

/// Properties belong to the workflow id, not to a version (spec 01 §3).
struct properties {
  std::optional<user> owner;
  std::optional<model::run_strategy> run_strategy;
  std::optional<std::int64_t> step_concurrency;
  std::optional<model::alerting> alerting;
  std::optional<bool> alerting_disabled;
  std::optional<bool> signal_trigger_disabled;
  std::optional<bool> time_trigger_disabled;
  std::optional<std::string> description;
  std::optional<std::vector<tag>> tags;

  bool operator==(const properties&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(
      field(1, "owner", &properties::owner), field(2, "run_strategy", &properties::run_strategy),
      field(3, "step_concurrency", &properties::step_concurrency),
      field(10, "alerting", &properties::alerting),
      field(5, "alerting_disabled", &properties::alerting_disabled),
      field(6, "signal_trigger_disabled", &properties::signal_trigger_disabled),
      field(7, "time_trigger_disabled", &properties::time_trigger_disabled),
      field(8, "description", &properties::description), field(9, "tags", &properties::tags));
  }

  static constexpr auto retired_fields() { return std::make_tuple(retired(4, &adopt_alerting)); }
};

/// JSON: `workflow_id, create_time, author`, then the members of `properties` flat.
struct properties_snapshot {
  std::string workflow_id;
  std::int64_t create_time = 0; ///< epoch ms; the version of the snapshot
  user author;
  model::properties properties;

  bool operator==(const properties_snapshot&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(
      field(1, "workflow_id", &properties_snapshot::workflow_id, emit::not_empty),
      field(2, "create_time", &properties_snapshot::create_time, emit::not_zero),
      field(3, "author", &properties_snapshot::author, emit::not_empty),
      field(4, "properties", &properties_snapshot::properties));
  }
};

struct metadata {
  std::string workflow_id;
  std::int64_t workflow_version_id = 0;
  std::int64_t create_time = 0;
  user version_author;
  std::optional<model::git_info> git_info;
  ordered_map<std::string> extras; ///< other root members of the push, name to compact JSON text

  bool operator==(const metadata&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(field(1, "workflow_id", &metadata::workflow_id, emit::not_empty),
                           field(2, "workflow_version_id", &metadata::workflow_version_id,
                                 emit::not_zero),
                           field(3, "create_time", &metadata::create_time, emit::not_zero),
                           field(4, "version_author", &metadata::version_author, emit::not_empty),
                           field(5, "git_info", &metadata::git_info),
                           field(6, "extras", &metadata::extras, emit::stored_only));
  }
};

struct workflow_create_request {
  std::optional<model::properties> properties;
  model::workflow workflow;
  bool is_active = true;
  std::optional<model::git_info> git_info;
  ordered_map<std::string> extras;

  bool operator==(const workflow_create_request&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(field(1, "properties", &workflow_create_request::properties),
                           field(2, "workflow", &workflow_create_request::workflow),
                           field(3, "is_active", &workflow_create_request::is_active, emit::always),
                           field(4, "git_info", &workflow_create_request::git_info),
                           field(5, "extras", &workflow_create_request::extras, emit::stored_only));
  }
};

/// A stored version: what `WorkflowDefinition` needs beside the workflow's own row.
struct workflow_version {
  model::metadata metadata;
  model::workflow workflow;

  bool operator==(const workflow_version&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(field(1, "metadata", &workflow_version::metadata),
                           field(2, "workflow", &workflow_version::workflow));
  }
};

} // namespace tutti::model
