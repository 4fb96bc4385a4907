#pragma once

#include "runtime/cluster/membership.hpp"
#include "runtime/engine/run.hpp"
#include "runtime/engine/template_messages.hpp"
#include "runtime/engine/workflow_messages.hpp"
#include "runtime/model/definition.hpp"
#include "runtime/model/requests.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Everything that one entity may say to another, and what clients and executors ask.
/// All of it can be stored (outbox, pending messages), so: append members and alternatives only.
/// Members without a field are short cuts of memory and are made again from rows after a restart.
namespace tutti::engine {

// -- requests of clients to a workflow ------------------------------------------------------------

struct push_definition {
  model::workflow_create_request request;
  model::user author;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "request", &push_definition::request),
                           field(2, "author", &push_definition::author));
  }
};

/// What a run gets from the step that starts it (spec 04c §2). The step is the last ancestor of the
/// initiator.
struct child_order {
  /// The request id of the attempt; the step knows its child by it.
  std::string request;
  std::string correlation_id;
  std::int64_t group_info = 0;
  std::int64_t run_ts = 0;
  std::optional<std::int64_t> tree_concurrency;
  /// Empty unless all parameters are handed on.
  std::string shown_workflow_id;
  std::string shown_owner;

  static constexpr auto fields() {
    using model::field;
    using self = child_order;
    return std::make_tuple(field(1, "request", &self::request),
                           field(2, "correlation_id", &self::correlation_id),
                           field(3, "group_info", &self::group_info),
                           field(4, "run_ts", &self::run_ts),
                           field(5, "tree_concurrency", &self::tree_concurrency),
                           field(6, "shown_workflow_id", &self::shown_workflow_id),
                           field(7, "shown_owner", &self::shown_owner));
  }
};

struct start_run {
  std::string version; ///< active, latest, default, or a number
  model::workflow_start_request request;
  std::string uuid; ///< the caller's request id, or one made at the gateway
  /// A step starts it, and is told in place of a client.
  std::optional<child_order> child;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "version", &start_run::version),
                           field(2, "request", &start_run::request),
                           field(3, "uuid", &start_run::uuid),
                           field(4, "child", &start_run::child));
  }
};

/// A client's restart, to the latest run of the instance where it begins. A run that has ended
/// knows what is incomplete, prepares the next one and passes it on to its workflow. In a run that
/// goes on the step that the path names begins again.
struct restart_instance {
  model::run_policy policy = model::run_policy::restart_from_incomplete;
  model::param_map run_params;
  std::string caller;
  std::string uuid;
  std::int64_t request_time = 0;
  /// A step restarts its child, and is told in place of a client.
  std::optional<child_order> child;
  model::initiator initiator; ///< with `child` only
  /// Of a step, or of a run below: the path ends with this run.
  std::optional<model::restart_config> restart;

  static constexpr auto fields() {
    using model::field;
    using self = restart_instance;
    return std::make_tuple(field(1, "policy", &self::policy),
                           field(2, "run_params", &self::run_params),
                           field(3, "caller", &self::caller), field(4, "uuid", &self::uuid),
                           field(5, "request_time", &self::request_time),
                           field(6, "child", &self::child), field(7, "initiator", &self::initiator),
                           field(8, "restart", &self::restart));
  }
};

/// The prepared next run of an instance; the workflow numbers it and answers the client.
struct admit_restart {
  run_spec spec;
  /// Who waits for the answer: a number of the gateway (0 = nobody).
  std::uint64_t client = 0;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "spec", &admit_restart::spec),
                           model::field(2, "client", &admit_restart::client));
  }
};

/// Makes a version the active one, or none (`version` empty).
struct change_activation {
  std::string version;
  std::string caller;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "version", &change_activation::version),
                           field(2, "caller", &change_activation::caller));
  }
};

/// STOP or KILL.
enum class stop_kind : std::uint8_t {
  stop = 0,
  kill = 1,
  time_out = 2
};

std::string_view to_string(stop_kind x);

/// Ends all queued and running runs of a workflow.
struct stop_workflow {
  stop_kind kind = stop_kind::stop;
  std::string caller;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "kind", &stop_workflow::kind),
                           field(2, "caller", &stop_workflow::caller));
  }
};

/// A client's stop of one run, addressed to the workflow, which knows whether it is queued.
struct stop_instance {
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0; ///< 0 = latest
  stop_kind kind = stop_kind::stop;
  std::string caller;

  static constexpr auto fields() {
    using model::field;
    using self = stop_instance;
    return std::make_tuple(field(1, "instance_id", &self::instance_id),
                           field(2, "run_id", &self::run_id), field(3, "kind", &self::kind),
                           field(4, "caller", &self::caller));
  }
};

// -- workflow to instance -------------------------------------------------------------------------

/// Makes a run; `launch` = it may begin at once, else it waits for `launch_run`.
struct create_run {
  run_spec spec;
  bool launch = false;
  /// Sent once per version and shard; the instance keeps it as a row of the shard.
  std::optional<model::workflow> definition;
  /// Iterations: the loop they belong to, for actors of the same shard.
  loop_ptr loop;
  workflow_ptr compiled;
  /// A run that is over when it is made (FIRST_ONLY refused it, persisted failure).
  std::optional<model::run_status> ended_as;
  std::string note;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "spec", &create_run::spec),
                           field(2, "launch", &create_run::launch),
                           field(3, "definition", &create_run::definition),
                           field(4, "ended_as", &create_run::ended_as),
                           field(5, "note", &create_run::note));
  }
};

struct launch_run {
  std::int64_t dequeued_at = 0;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "dequeued_at", &launch_run::dequeued_at));
  }
};

/// Who ends runs that stand in the way of a new one (run strategies).
inline constexpr std::string_view strategy_caller = "maestro_run_strategy";

/// Ends a run: STOP, KILL or TIME_OUT for all its steps that are not complete.
struct terminate_run {
  stop_kind kind = stop_kind::stop;
  std::string caller;
  /// Of an ancestor: its own steps end STOPPED whatever the kind (spec 04d §2.2).
  bool from_ancestor = false;
  /// Why, for timelines; empty: a user asked for it.
  std::string reason;

  bool operator==(const terminate_run&) const = default;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "kind", &terminate_run::kind),
                           field(2, "caller", &terminate_run::caller),
                           field(3, "from_ancestor", &terminate_run::from_ancestor),
                           field(4, "reason", &terminate_run::reason));
  }
};

// -- instance to its parent -----------------------------------------------------------------------

/// A run is over. To the workflow, or to the loop part of an iteration.
struct run_ended {
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
  model::run_status status = model::run_status::succeeded;
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;
  leaf_counts leaves;
  /// Of an iteration of a while: what its steps make of the loop values if it has succeeded, else
  /// what it began with.
  model::value_map values;

  static constexpr auto fields() {
    using model::field;
    using self = run_ended;
    return std::make_tuple(field(1, "instance_id", &self::instance_id),
                           field(2, "run_id", &self::run_id), field(3, "status", &self::status),
                           field(4, "start_time", &self::start_time),
                           field(5, "end_time", &self::end_time), field(6, "leaves", &self::leaves),
                           field(7, "values", &self::values));
  }
};

// -- subworkflows ---------------------------------------------------------------------------------

/// A step ends the child that it has ordered by this request; to the child's workflow, so that it
/// cannot overtake the order.
struct terminate_child {
  std::string request;
  terminate_run how;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "request", &terminate_child::request),
                           model::field(2, "how", &terminate_child::how));
  }
};

/// What became of a step's order of a child.
struct child_news {
  // Stored: append only.
  enum class phase_type : std::uint8_t {
    started = 0,
    /// There is no such workflow, or its parameters cannot be evaluated.
    refused = 1,
    /// It may come before `started`: the two take different ways.
    ended = 2,
  };

  std::string request; ///< as ordered
  phase_type phase = phase_type::started;
  std::string workflow_id;
  std::int64_t version_id = 0;
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
  std::string uuid;
  model::run_status status = model::run_status::created; ///< ended
  leaf_counts leaves;                                    ///< ended: over all runs of the instance
  std::string why;                                       ///< refused
  std::string why_kind;
  std::vector<std::string> details;

  static constexpr auto fields() {
    using model::field;
    using self = child_news;
    return std::make_tuple(field(1, "request", &self::request), field(2, "phase", &self::phase),
                           field(3, "workflow_id", &self::workflow_id),
                           field(4, "version_id", &self::version_id),
                           field(5, "instance_id", &self::instance_id),
                           field(6, "run_id", &self::run_id), field(7, "uuid", &self::uuid),
                           field(8, "status", &self::status), field(9, "leaves", &self::leaves),
                           field(10, "why", &self::why), field(11, "why_kind", &self::why_kind),
                           field(12, "details", &self::details));
  }
};

// -- instance and step (always of one shard) ------------------------------------------------------

/// A step that has ended begins again while its run goes on (spec 04d §5.5).
struct step_again {
  std::string step_id;
  std::int64_t attempt = 0; ///< the one to make
  model::restart_config restart;
  model::param_map run_params;
  std::string caller;

  bool operator==(const step_again&) const = default;

  static constexpr auto fields() {
    using model::field;
    using self = step_again;
    return std::make_tuple(field(1, "step_id", &self::step_id), field(2, "attempt", &self::attempt),
                           field(3, "restart", &self::restart),
                           field(4, "run_params", &self::run_params),
                           field(5, "caller", &self::caller));
  }
};

struct start_step {
  bool satisfied = true;
  /// The instance is ending already: the step ends at once with this kind (spec 04d §3).
  std::optional<terminate_run> ending;
  run_ptr run;
  std::shared_ptr<const step_params> upstream;
  /// Nothing of this step is on disk yet, so there is nothing to read.
  bool fresh = false;
  std::optional<step_again> again;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "satisfied", &start_step::satisfied),
                           field(2, "ending", &start_step::ending),
                           field(3, "again", &start_step::again));
  }
};

struct terminate_step {
  terminate_run how;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "how", &terminate_step::how));
  }
};

/// An attempt reached a terminal status.
struct step_ended {
  std::string step_id;
  std::int64_t attempt = 0;
  model::step_status status = model::step_status::succeeded;
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;
  /// Evaluated conditions, successor by successor.
  ordered_map<bool> conditions;
  leaf_counts leaves;
  model::failure_mode failure_mode = model::failure_mode::fail_after_running;
  /// The failure mode does not count (KILL of the whole instance or by an ancestor).
  bool ignore_failure_mode = false;
  std::shared_ptr<const model::param_map> params;

  static constexpr auto fields() {
    using model::field;
    using self = step_ended;
    return std::make_tuple(
      field(1, "step_id", &self::step_id), field(2, "attempt", &self::attempt),
      field(3, "status", &self::status), field(4, "start_time", &self::start_time),
      field(5, "end_time", &self::end_time), field(6, "conditions", &self::conditions),
      field(7, "leaves", &self::leaves), field(8, "failure_mode", &self::failure_mode),
      field(9, "ignore_failure_mode", &self::ignore_failure_mode));
  }
};

// -- loops ----------------------------------------------------------------------------------------

/// A loop step orders iterations `first..last` (one-based, of one chunk) to run.
struct run_iterations {
  std::int64_t first = 0;
  std::int64_t last = 0;
  /// Sent once per loop run and shard.
  std::optional<loop_spec> spec;
  /// Of a while, which orders one iteration at a time: its loop values.
  model::value_map values;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "first", &run_iterations::first),
                           field(2, "last", &run_iterations::last),
                           field(3, "spec", &run_iterations::spec),
                           field(4, "values", &run_iterations::values));
  }
};

/// Iterations of one chunk that ended since the last report: a bit per iteration of the chunk.
struct iterations_ended {
  std::int64_t chunk = 0;
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;
  std::uint64_t stopped = 0;
  std::uint64_t timed_out = 0;
  leaf_counts leaves;
  /// Of a while: the loop values after the iteration, or of one that did not succeed.
  model::value_map values;

  static constexpr auto fields() {
    using model::field;
    using self = iterations_ended;
    return std::make_tuple(field(1, "chunk", &self::chunk), field(2, "succeeded", &self::succeeded),
                           field(3, "failed", &self::failed), field(4, "stopped", &self::stopped),
                           field(5, "timed_out", &self::timed_out),
                           field(6, "leaves", &self::leaves), field(7, "values", &self::values));
  }
};

struct terminate_iterations {
  terminate_run how;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "how", &terminate_iterations::how));
  }
};

/// A loop part to itself: send what has gathered. Queues behind what already waits.
struct report_iterations {
  std::uint64_t unused = 0;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "unused", &report_iterations::unused));
  }
};

// -- values of other runs
// ---------------------------------------------------------------------------

/// An expression of a step asks for values below another step of its instance (spec 02 §8). First
/// that step is asked where they lie, then the parts of its loop, or its child.
struct ask_values {
  entity_id asker;
  std::string step_uuid;     ///< of the asking attempt
  std::int64_t question = 0; ///< its number in the attempt
  std::int64_t chunk = 0;    ///< part of the answer; -1 = where the values lie
  std::int64_t first = 0;    ///< iterations of the part, one-based
  std::int64_t last = 0;
  std::string function;
  std::string step_id; ///< the step below, and its parameter
  std::string param;

  static constexpr auto fields() {
    using model::field;
    using self = ask_values;
    return std::make_tuple(field(1, "asker", &self::asker), field(2, "step_uuid", &self::step_uuid),
                           field(3, "question", &self::question), field(4, "chunk", &self::chunk),
                           field(5, "first", &self::first), field(6, "last", &self::last),
                           field(7, "function", &self::function),
                           field(8, "step_id", &self::step_id), field(9, "param", &self::param));
  }
};

/// The answer to one `ask_values`.
struct values_told {
  std::string step_uuid;
  std::int64_t question = 0;
  std::int64_t chunk = 0;
  std::vector<model::param> values; ///< type and result only; one without result is no value
  bool found = false;               ///< chunk -1: there is such a loop or child, and here it is
  std::string workflow_id;
  std::int64_t instance_id = 0; ///< 0 = a loop
  std::int64_t run_id = 0;
  std::int64_t total = 0; ///< values

  static constexpr auto fields() {
    using model::field;
    using self = values_told;
    return std::make_tuple(field(1, "step_uuid", &self::step_uuid),
                           field(2, "question", &self::question), field(3, "chunk", &self::chunk),
                           field(4, "values", &self::values), field(5, "found", &self::found),
                           field(6, "workflow_id", &self::workflow_id),
                           field(7, "instance_id", &self::instance_id),
                           field(8, "run_id", &self::run_id), field(9, "total", &self::total));
  }
};

// -- timers and executors -------------------------------------------------------------------------

/// Stored: append only.
enum class timer_kind : std::uint8_t {
  run_timeout = 1,
  step_timeout = 2,
  sleep = 3,
  retry = 4,
  /// Of a workflow: its deletion begins. Of a purge: the next slice.
  deletion = 10,
};

/// Timers fire late, twice, or for attempts long gone. None of it is an error.
struct timer_fired {
  timer_kind kind = timer_kind::sleep;
  std::int64_t generation = 0; ///< attempt of a step; 0 for runs
  std::int64_t due = 0;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "kind", &timer_fired::kind),
                           field(2, "generation", &timer_fired::generation),
                           field(3, "due", &timer_fired::due));
  }
};

/// What an executor says about a job. Fenced by the uuid of the attempt.
struct job_update {
  enum class phase_type : std::uint8_t {
    started = 0,
    ended = 1,
    /// No room; try again later.
    refused = 2,
    /// The process is gone and nobody knows how it ended.
    lost = 3,
    /// It could not be started at all.
    failed_to_start = 4,
  };

  std::string step_uuid;
  phase_type phase = phase_type::started;
  std::int64_t time = 0;
  std::int32_t exit_code = 0;
  std::int32_t signal = 0;
  std::string outputs_json;
  std::string message;

  static constexpr auto fields() {
    using model::field;
    using self = job_update;
    return std::make_tuple(field(1, "step_uuid", &self::step_uuid), field(2, "phase", &self::phase),
                           field(3, "time", &self::time), field(4, "exit_code", &self::exit_code),
                           field(5, "signal", &self::signal),
                           field(6, "outputs_json", &self::outputs_json),
                           field(7, "message", &self::message));
  }
};

/// A client waits for the end of a run; answered when it has ended. Nothing durable: who waits
/// asks again after a pause.
struct await_end {
  std::uint64_t unused = 0;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "unused", &await_end::unused));
  }
};

/// After a restart of the shard: put into force again what only memory held.
struct resume_entity {
  std::uint64_t unused = 0;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "unused", &resume_entity::unused));
  }
};

/// A client's or a node's order to the members of the cluster.
struct cluster_order {
  cluster::membership_command what;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "what", &cluster_order::what));
  }
};

// Stored: append alternatives only.
using message = std::variant<
  push_definition, start_run, restart_instance, admit_restart, change_activation, stop_workflow,
  stop_instance, create_run, launch_run, terminate_run, run_ended, start_step, terminate_step,
  step_ended, run_iterations, iterations_ended, terminate_iterations, report_iterations,
  timer_fired, job_update, resume_entity, await_end, change_properties, change_tag, unblock_runs,
  note_run, delete_workflow, purge_shard, shard_purged, put_job_template, remove_job_template,
  copy_job_template, terminate_child, child_news, ask_values, values_told, cluster_order>;

using message_ptr = std::shared_ptr<const message>;

/// Wraps a message for sending.
template <class T>
message_ptr make_message(T x) {
  return std::make_shared<const message>(std::move(x));
}

/// A message with its address, as the outbox and the pending table store it.
struct envelope {
  entity_id to;
  message_ptr what;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "to", &envelope::to), field(2, "what", &envelope::what));
  }
};

std::string encode_envelope(const envelope& x);
result<envelope> decode_envelope(std::string_view bytes);

/// Whether a request may be sent again when nobody knows what became of it: a second one finds what
/// the first one did, or does the same.
bool repeatable(const message& x);

/// The name of a message, for logs and metrics.
std::string_view name_of(const message& x);

} // namespace tutti::engine
