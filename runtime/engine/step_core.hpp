#pragma once

#include "runtime/engine/outcome.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// A step of a run: its attempts from CREATED to a terminal status (spec 04b). Owned by the entity
/// `step`, in the shard of its run. A foreach is a step too; its loop is in `foreach_core.hpp`.
namespace tutti::engine {

/// Iterations of one chunk that run now: a bit each.
struct chunk_running {
  std::int64_t chunk = 0;
  std::uint64_t bits = 0;

  bool operator==(const chunk_running&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "chunk", &chunk_running::chunk),
                           model::field(2, "bits", &chunk_running::bits));
  }
};

/// Progress of a loop: counters and intervals, never a record per iteration.
struct foreach_state {
  std::string inline_id;
  std::int64_t inline_run = 1;
  std::int64_t total = 0;
  std::int64_t next = 0;   ///< iterations launched so far = zero-based index of the next one
  std::int64_t limit = 20; ///< most that run at a time
  bool strict = false;
  interval_set succeeded;
  interval_set failed;
  interval_set stopped;
  interval_set timed_out;
  std::vector<chunk_running> running; ///< sorted by chunk; bounded by `limit`
  std::vector<std::uint64_t> seeded;  ///< shards that hold the loop spec (bit = shard)
  leaf_counts leaves;
  /// Restart: iterations that earlier runs of this step had launched (spec 04c §3.4).
  std::int64_t ancestor_iterations = 0;
  /// Restart of one iteration: its number; 0 = none. All others that have ended are kept.
  std::int64_t target = 0;

  bool operator==(const foreach_state&) const = default;

  static constexpr auto fields() {
    using model::field;
    using self = foreach_state;
    return std::make_tuple(field(1, "inline_id", &self::inline_id),
                           field(2, "inline_run", &self::inline_run),
                           field(3, "total", &self::total), field(4, "next", &self::next),
                           field(5, "limit", &self::limit), field(6, "strict", &self::strict),
                           field(7, "succeeded", &self::succeeded),
                           field(8, "failed", &self::failed), field(9, "stopped", &self::stopped),
                           field(10, "timed_out", &self::timed_out),
                           field(11, "running", &self::running), field(12, "seeded", &self::seeded),
                           field(13, "leaves", &self::leaves),
                           field(14, "ancestor_iterations", &self::ancestor_iterations),
                           field(15, "target", &self::target));
  }
};

/// The run that a subworkflow step has ordered (spec 04c §5).
struct child_state {
  std::string request; ///< names the order
  std::string workflow_id;
  /// The step follows the child to its end.
  bool sync = true;
  std::int64_t version_id = 0;
  std::int64_t instance_id = 0; ///< 0 = not heard of yet
  std::int64_t run_id = 0;
  std::string uuid;
  std::optional<model::run_status> ended;
  leaf_counts leaves; ///< over all runs of the instance, once it has ended

  bool operator==(const child_state&) const = default;

  static constexpr auto fields() {
    using model::field;
    using self = child_state;
    return std::make_tuple(field(1, "request", &self::request),
                           field(2, "workflow_id", &self::workflow_id),
                           field(3, "sync", &self::sync), field(4, "version_id", &self::version_id),
                           field(5, "instance_id", &self::instance_id),
                           field(6, "run_id", &self::run_id), field(7, "uuid", &self::uuid),
                           field(8, "ended", &self::ended), field(9, "leaves", &self::leaves));
  }
};

/// Progress of a while (spec 04c §4): one iteration after the other, and the latest values; never a
/// record per iteration.
struct while_state {
  std::string inline_id;
  std::int64_t inline_run = 1;
  std::int64_t first = 1; ///< the first iteration of this loop run
  std::int64_t last = 0;  ///< the iteration that runs, or ran last; 0 = none
  bool running = false;
  std::optional<model::run_status> last_status; ///< once it has ended
  /// Loop values of the iteration that runs, or, when one has succeeded, of the next.
  model::value_map values;
  std::vector<std::uint64_t> seeded; ///< shards that hold the loop spec (bit = shard)
  leaf_counts leaves;                ///< of all iterations that have ended
  /// Restart: iterations that earlier runs had launched, up to this number.
  std::int64_t ancestor_iterations = 0;
  /// Restart of one iteration: its number; 0 = none. It takes its earlier values.
  std::int64_t target = 0;

  bool operator==(const while_state&) const = default;

  static constexpr auto fields() {
    using model::field;
    using self = while_state;
    return std::make_tuple(field(1, "inline_id", &self::inline_id),
                           field(2, "inline_run", &self::inline_run),
                           field(3, "first", &self::first), field(4, "last", &self::last),
                           field(5, "running", &self::running),
                           field(6, "last_status", &self::last_status),
                           field(7, "values", &self::values), field(8, "seeded", &self::seeded),
                           field(9, "leaves", &self::leaves),
                           field(10, "ancestor_iterations", &self::ancestor_iterations),
                           field(11, "target", &self::target));
  }
};

/// What an expression of a step asks of the values below another step: where they lie, and how far
/// they are fetched.
struct step_question {
  std::string function;
  std::vector<std::string> args;
  bool located = false; ///< the other step has answered
  bool found = false;   ///< it has a loop or child
  std::string workflow_id;
  std::int64_t instance_id = 0; ///< 0 = a loop
  std::int64_t run_id = 0;
  std::int64_t total = 0;
  std::int64_t parts = 0; ///< messages that it takes
  std::int64_t asked = 0;
  std::int64_t told = 0;
  std::int64_t size = 0; ///< characters of the texts so far

  bool operator==(const step_question&) const = default;

  static constexpr auto fields() {
    using model::field;
    using self = step_question;
    return std::make_tuple(field(1, "function", &self::function), field(2, "args", &self::args),
                           field(3, "located", &self::located), field(4, "found", &self::found),
                           field(5, "workflow_id", &self::workflow_id),
                           field(6, "instance_id", &self::instance_id),
                           field(7, "run_id", &self::run_id), field(8, "total", &self::total),
                           field(9, "parts", &self::parts), field(10, "asked", &self::asked),
                           field(11, "told", &self::told), field(12, "size", &self::size));
  }
};

/// The row of one attempt.
struct step_state {
  std::int64_t attempt = 0; ///< 0 = nothing of this step exists yet
  std::string step_uuid;
  std::int64_t step_instance_id = 0;
  bool satisfied = true;
  model::step_runtime_state state;
  model::step_retry retry;
  bool default_retry = true; ///< `retry` is untouched and not stored
  std::int64_t timeout_ms = 0;
  std::int64_t timeout_due = 0; ///< armed timers: needed to disarm them
  std::int64_t wake_due = 0;    ///< sleep or retry
  std::vector<model::timeline_event> timeline;
  ordered_map<bool> conditions;
  bool has_params = false;
  bool external = false; ///< a job may be out there
  std::optional<terminate_run> ending;
  std::optional<foreach_state> loop;
  /// The failure mode does not count any more (instance-level KILL).
  bool ignore_failure_mode = false;
  std::optional<child_state> child;
  std::optional<while_state> repeat;
  /// Of the job template in force when the attempt began.
  std::vector<model::tag> template_tags;
  /// While its parameters are evaluated: what they wait for.
  std::vector<step_question> questions;
  /// Begun again by hand while its run went on: takes the place of the run's own restart.
  std::optional<step_again> again;

  bool operator==(const step_state&) const;

  static constexpr auto fields() {
    using model::field;
    using self = step_state;
    return std::make_tuple(
      field(1, "attempt", &self::attempt), field(2, "step_uuid", &self::step_uuid),
      field(3, "step_instance_id", &self::step_instance_id),
      field(4, "satisfied", &self::satisfied), field(5, "state", &self::state),
      field(6, "retry", &self::retry), field(7, "default_retry", &self::default_retry),
      field(8, "timeout_ms", &self::timeout_ms), field(9, "timeout_due", &self::timeout_due),
      field(10, "wake_due", &self::wake_due), field(11, "timeline", &self::timeline),
      field(12, "conditions", &self::conditions), field(13, "has_params", &self::has_params),
      field(14, "external", &self::external), field(15, "ending", &self::ending),
      field(16, "loop", &self::loop), field(17, "ignore_failure_mode", &self::ignore_failure_mode),
      field(18, "child", &self::child), field(19, "repeat", &self::repeat),
      field(20, "questions", &self::questions), field(21, "again", &self::again),
      field(30, "template_tags", &self::template_tags));
  }
};

/// The leaf steps that an attempt amounts to: those of its loop once that has begun, those of its
/// child once that has ended (if it ever began), else itself (spec 04a §9).
leaf_counts leaves_of(const step_state& attempt);

/// What a step's actor holds in memory.
struct step_memory {
  entity_id id;
  run_ptr run;
  step_state state;
  std::shared_ptr<const model::param_map> params;
  std::shared_ptr<const step_params> upstream;
  /// Answers by question and part; rows too.
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<model::param>> answers;

  const model::step& definition() const;
};

/// Judges a message and folds the consequences into `memory` (see workflow_core.hpp for why).
result<outcome> decide(step_memory& memory, const message& what, const surroundings& around);

/// Judges a message to a step of which nothing is left, deleted with its workflow for example: the
/// end of its job is nobody's, so the executor may forget it. Nothing where that is an error.
std::optional<outcome> decide_without_step(const message& what);

/// Makes the memory of a step from its rows. `run` may be null: then it is read too.
result<step_memory> load_step(const entity_id& id, run_ptr run, const row_reader& rows);

/// The run of an entity, from rows: spec, definition, loop.
result<run_ptr> load_run(const entity_id& run, const row_reader& rows);

/// The definition or loop that a spec refers to, from rows. `ec::unavailable` when its row is not
/// there yet: it is on its way with an earlier message, so the caller tries again a little later.
result<run_ptr> load_context(const run_spec& spec, const row_reader& rows);

/// The evaluated parameters of the latest attempt of a step; empty if it has none.
result<model::param_map> load_step_params(const entity_id& step, const row_reader& rows);

/// A loop of this shard, from rows; same error.
result<loop_ptr> load_loop(const std::string& inline_id, std::int64_t run, const row_reader& rows);

} // namespace tutti::engine
