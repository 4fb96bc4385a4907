#pragma once

#include "runtime/engine/outcome.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// One run of an instance: which steps may start, and what the run amounts to (spec 04a §6 to §10).
/// Owned by the entity `instance`. Progress of single steps lies in their own rows of the same
/// shard; the row of the run changes only when it is made, begins, is told to end, and ends.
namespace tutti::engine {

/// A step as its run sees it.
struct step_brief {
  model::step_status status = model::step_status::not_created;
  std::int64_t attempt = 0;
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;

  bool operator==(const step_brief&) const = default;

  static constexpr auto fields() {
    using model::field;
    using self = step_brief;
    return std::make_tuple(field(1, "status", &self::status), field(2, "attempt", &self::attempt),
                           field(3, "start_time", &self::start_time),
                           field(4, "end_time", &self::end_time));
  }
};

struct run_state {
  model::run_status status = model::run_status::created;
  bool launched = false; ///< has an execution id
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;
  std::int64_t timeout_due = 0;
  std::optional<terminate_run> ending;
  std::vector<model::timeline_event> timeline;
  /// Written when the run ends: by position in the definition.
  std::vector<step_brief> steps;
  leaf_counts leaves;
  /// Who or what ended it from outside, for `why`; clients do not see it in the timeline.
  std::string ended_by;
  /// Of this run alone, where it differs from `status`, the aggregate over all runs.
  std::optional<model::run_status> own_status;
  /// Steps that were told to begin again; those of an attempt that has ended do not count.
  std::vector<step_again> again;

  bool operator==(const run_state&) const;

  static constexpr auto fields() {
    using model::field;
    using self = run_state;
    return std::make_tuple(
      field(1, "status", &self::status), field(2, "launched", &self::launched),
      field(3, "start_time", &self::start_time), field(4, "end_time", &self::end_time),
      field(5, "timeout_due", &self::timeout_due), field(6, "ending", &self::ending),
      field(7, "timeline", &self::timeline), field(8, "steps", &self::steps),
      field(9, "leaves", &self::leaves), field(10, "own_status", &self::own_status),
      field(11, "ended_by", &self::ended_by), field(12, "again", &self::again));
  }
};

/// Progress of one step in memory.
struct step_progress {
  step_brief brief;
  bool in_dag = true;
  bool started = false;
  bool ended = false;
  /// It failed, and by its failure mode the others must not go on.
  bool ends_all = false;
  std::uint32_t parents_left = 0;
  /// Some predecessor selected it; true for a root.
  bool selected = false;
  /// A root that a restart of another step leaves alone (spec 04a §8).
  bool dormant = false;
};

struct instance_memory {
  entity_id id;
  run_ptr run; ///< null until `create_run`
  run_state state;
  std::vector<step_progress> steps;
  std::int64_t running = 0; ///< started and not ended
  leaf_counts leaves;
  std::shared_ptr<step_params> params; ///< of completed steps
  std::vector<std::uint64_t> waiters;  ///< clients that wait for the end
  bool from_rows = false;              ///< made from rows, and nothing was handled since
};

/// Judges a message and folds the consequences into `memory`.
result<outcome> decide(instance_memory& memory, const message& what, const surroundings& around);

/// Makes the memory of a run from its rows and those of its steps.
result<instance_memory> load_instance(const entity_id& id, const row_reader& rows);

/// Whether a step is in the graph of this run.
bool is_in_dag(const run_context& run, std::string_view step_id);

/// Which steps are in the graph of this run, by position (restarts run a part; spec 04a §8).
std::vector<bool> dag_of_run(const run_context& run);

/// The aggregated status of a run that ended as `own` (spec 04a §10).
model::run_status aggregated_status(const run_context& run, model::run_status own,
                                    const std::vector<step_brief>& steps,
                                    const std::vector<bool>& in_dag);

/// The aggregated view after a run: the runs before it overlaid by its own steps.
std::vector<carried_step> aggregated_view(const run_context& run,
                                          const std::vector<step_brief>& steps,
                                          const std::vector<bool>& in_dag);

} // namespace tutti::engine
