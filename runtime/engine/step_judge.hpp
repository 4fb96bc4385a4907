#pragma once

#include "runtime/engine/param_rules.hpp"
#include "runtime/engine/step_core.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The inside of `decide` for steps, shared by the files that hold its parts.
namespace tutti::engine {

/// One call of `decide`.
class step_judge {
public:
  step_judge(step_memory& memory, const surroundings& around) : mem_(memory), around_(around) {}

  outcome handle(const message& what);

  bool changed() const { return changed_; }

  bool params_changed() const { return params_changed_; }

  /// Rows could not be read; what was decided does not count.
  const std::optional<error>& broken() const { return broken_; }

private:
  bool over() const { return model::is_terminal(mem_.state.state.status); }

  void move(model::step_status to);
  void note(model::log_level level, std::string text);
  /// As clients know it: a headline, and the failure with its kind below.
  void detail(const error& why, std::string headline);
  step_scope scope() const;

  // -- messages (step_core, step_jobs, step_children, step_end) -----------------------------------

  void on_start(const start_step& x);
  void on_terminate(const terminate_run& how);
  void on_timer(const timer_fired& x);
  void on_job(const job_update& x);
  void on_iterations(const iterations_ended& x);
  void on_child(const child_news& x);
  void on_ask(const ask_values& x);
  void on_values(const values_told& x);
  void on_resume();

  // -- the way of an attempt (step_attempt) -------------------------------------------------------

  void begin_attempt();
  void begin_by_hand(const start_step& x);
  bool prepare();
  bool evaluate_params();
  void forget_answers();
  void run_attempt();
  void begin_sleep();
  void begin_next_attempt(model::step_status failure);
  void retry_after(model::step_status failure);
  void arm(timer_kind kind, time_ms due);
  void arm_timeout();
  void disarm(timer_kind kind, std::int64_t& due);

  // -- jobs (step_jobs) ---------------------------------------------------------------------------

  void begin_job();
  void send_launch(bool again = false);
  void on_job_ended(const job_update& x);

  // -- children (step_children) -------------------------------------------------------------------

  void begin_child();
  void on_child_refused(const child_news& x);
  void on_child_ended();
  void begin_while();
  void go_round();
  void on_while_iteration(const iterations_ended& x);
  void begin_foreach();
  void on_foreach_iterations(const iterations_ended& x);
  void finish_foreach();
  /// Whether runs that belong to this attempt have not ended.
  bool has_children() const;
  void end_children(const terminate_run& how);
  void refuse_leaves();
  bool too_many_leaves() const;

  // -- ends (step_end) ----------------------------------------------------------------------------

  void succeed();
  void fail(model::step_status kind, const std::string& why);
  void fail_for_good(model::step_status kind);
  void internal_failure(const error& why);
  void end(model::step_status as);
  void end_by(const terminate_run& how);
  void end_as_asked();
  void on_timeout();
  void evaluate_conditions(bool satisfied);
  void tell_instance();

  step_memory& mem_;
  const surroundings& around_;
  outcome out_;
  bool changed_ = false;
  bool params_changed_ = false;
  std::optional<error> broken_;
};

/// The legal transitions of one attempt (spec 04b §3), in one place.
bool is_legal_step(model::step_status from, model::step_status to);

/// Sets a status and the time that belongs to it.
void stamp(model::step_runtime_state& state, model::step_status to, time_ms now);

/// The attempt's own timeout, which may be tried again; no order from above.
bool is_own_timeout(const terminate_run& how);

/// Tells a step's own timeout, which may be tried again, from that of its run.
inline constexpr std::string_view step_timeout_reason = "The step reached its timeout.";

} // namespace tutti::engine
