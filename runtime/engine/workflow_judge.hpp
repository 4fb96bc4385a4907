#pragma once

#include "runtime/engine/rows.hpp"
#include "runtime/engine/workflow_core.hpp"

#include <optional>
#include <string>
#include <utility>

/// What the rules of a workflow share; each topic has a file of its own (`workflow_*.cpp`).
namespace tutti::engine::workflow_rules {

using run_id = std::pair<std::int64_t, std::int64_t>; ///< instance, run

/// How many compiled definitions stay in memory.
inline constexpr std::size_t definitions_max = 4;

error not_found(const std::string& workflow_id);

model::run_strategy strategy_of(const workflow_state& state);

/// One call of `decide`: collects events, evolves as it goes, and gathers what follows.
class judge {
public:
  judge(workflow_memory& memory, const surroundings& around) : mem_(memory), around_(around) {}

  status handle(const message& what);

  workflow_decision take() { return std::move(todo_); }

private:
  // -- requests ---------------------------------------------------------------------------------

  status on_push(const push_definition& x);
  status on_start(const start_run& x);
  status on_restart(const admit_restart& x);
  status on_activation(const change_activation& x);
  status on_stop_all(const stop_workflow& x);
  status on_stop(const stop_instance& x);
  status on_ended(const run_ended& x);
  status on_properties(const change_properties& x);
  status on_tag(const change_tag& x);
  status on_unblock(const unblock_runs& x);
  status on_delete(const delete_workflow& x);
  status on_timer(const timer_fired& x);
  status on_purged(const shard_purged& x);
  status on_terminate_child(const terminate_child& x);
  status tell_known(const start_run& order, const rows::run_reference& known);

  // -- pieces -----------------------------------------------------------------------------------

  status refuse(error why) {
    todo_.out.refusal = std::move(why);
    return unit{};
  }

  void happen(workflow_event event) {
    evolve(mem_, event, around_.now);
    todo_.events.push_back(std::move(event));
  }

  result<std::int64_t> resolve(const std::string& text) const;
  result<std::optional<model::workflow_version>> read_version(std::int64_t version) const;
  result<workflow_ptr> definition_of(std::int64_t version);
  result<std::optional<run_summary>> summary_of(run_id run) const;
  result<std::optional<run_id>> latest_run(std::int64_t instance) const;
  result<std::optional<rows::run_reference>> request_of(const std::string& uuid) const;

  status admit(run_spec spec, std::int64_t version, const model::initiator& by,
               std::uint64_t client);
  void answer_started(const run_spec& spec, start_status how, model::timeline_event event,
                      std::uint64_t client);
  status make_room(const run_spec& spec);
  status displace_queue(const std::string& why);
  status end_queued(run_id run, model::run_status as, const std::string& by,
                    const std::string& why);
  status send_create(run_spec spec, bool launch, std::optional<model::run_status> ended_as,
                     std::string note);
  status dequeue();
  bool may_run_at_once() const;
  std::int64_t room() const;
  void terminate(run_id run, stop_kind kind, const std::string& caller, const std::string& why);

  void note(const std::string& author, std::string log) {
    happen(workflow_note{mem_.state.note_count + 1, around_.now, author, std::move(log)});
  }

  void purge_more(workflow_deletion now);
  status unblock_all(const std::string& caller);
  status unblock_one(run_id run, run_summary failed, const std::string& caller);
  std::optional<error> strategy_conflict(const model::properties& next) const;
  status change_snapshot(model::properties next, const model::user& author);
  result<std::optional<run_id>> action_target(std::int64_t instance, std::int64_t run);

  std::string activation_text(std::int64_t previous, std::int64_t next) const;
  model::properties_snapshot merged(const push_definition& x) const;

  workflow_memory& mem_;
  const surroundings& around_;
  workflow_decision todo_;
};

} // namespace tutti::engine::workflow_rules
