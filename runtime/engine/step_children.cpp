#include "runtime/engine/foreach_core.hpp"
#include "runtime/engine/step_judge.hpp"
#include "runtime/engine/subworkflow_core.hpp"
#include "runtime/engine/while_core.hpp"

namespace tutti::engine {

using model::step_status;

// Runs that belong to a step: loops and subworkflows.

bool step_judge::has_children() const {
  auto& state = mem_.state;
  if (state.child)
    return !state.child->ended;
  if (state.repeat)
    return state.repeat->running;
  return state.loop && !state.loop->running.empty();
}

void step_judge::end_children(const terminate_run& how) {
  if (mem_.state.loop)
    terminate_loop(mem_, how, out_);
  if (mem_.state.repeat)
    terminate_while(*mem_.state.repeat, how, out_);
  if (mem_.state.child)
    terminate_subworkflow(*mem_.state.child, how, out_);
}

void step_judge::on_iterations(const iterations_ended& x) {
  if (over())
    return;
  if (mem_.state.loop)
    on_foreach_iterations(x);
  else if (mem_.state.repeat)
    on_while_iteration(x);
}

// -- limits ---------------------------------------------------------------------------------------

/// Counted where the tree has its root (spec 04a §6).
bool step_judge::too_many_leaves() const {
  return mem_.run->initiator().ancestors.empty()
         && leaves_of(mem_.state).total() > around_.options->leaf_steps_max;
}

void step_judge::refuse_leaves() {
  note(model::log_level::error, "The loop has run more than "
                                  + std::to_string(around_.options->leaf_steps_max)
                                  + " leaf steps (option leaf-steps-max): its run is stopped");
  out_.sends.push_back(
    {run_of(mem_.id), make_message(terminate_run{stop_kind::stop, "maestro_end", false,
                                                 "The loop has too many leaf steps."})});
}

// -- foreach --------------------------------------------------------------------------------------

void step_judge::begin_foreach() {
  auto loop = begin_loop(mem_, around_);
  if (!loop) {
    detail(loop.error(), "Failed to start foreach workflow step runtime with an error");
    fail_for_good(step_status::fatally_failed);
    return;
  }
  mem_.state.loop = std::move(*loop);
  move(step_status::running);
  arm_timeout();
  launch_target(mem_, around_, out_);
  launch_iterations(mem_, around_, out_);
  if (loop_is_over(mem_))
    finish_foreach();
}

void step_judge::on_foreach_iterations(const iterations_ended& x) {
  auto& loop = *mem_.state.loop;
  auto failed_before = !loop.failed.empty();
  auto too_many_before = too_many_leaves();
  count_iterations(loop, x);
  changed_ = true;
  if (!too_many_before && too_many_leaves())
    refuse_leaves();
  auto mode = mem_.definition().failure_mode.value_or(model::failure_mode::fail_after_running);
  if (!failed_before && !loop.failed.empty() && mode == model::failure_mode::fail_immediately
      && !loop.running.empty() && !mem_.state.ending) {
    note(model::log_level::info, "An iteration failed: the others are ended (FAIL_IMMEDIATELY)");
    terminate_loop(mem_, {stop_kind::kill, "maestro", true, "An iteration has failed."}, out_);
  }
  launch_iterations(mem_, around_, out_);
  if (!loop_is_over(mem_))
    return;
  if (mem_.state.ending)
    end_as_asked();
  else
    finish_foreach();
}

void step_judge::finish_foreach() {
  auto result = loop_result(*mem_.state.loop);
  if (result == step_status::succeeded) {
    succeed();
    return;
  }
  if (result != step_status::fatally_failed) {
    end(result);
    return;
  }
  auto failed = mem_.state.loop->failed.count();
  note(model::log_level::error,
       std::to_string(failed) + (failed == 1 ? " iteration has" : " iterations have") + " failed");
  fail_for_good(result);
}

// -- while ----------------------------------------------------------------------------------------

void step_judge::begin_while() {
  move(step_status::running);
  auto loop = begin_repeat(mem_, around_);
  if (!loop) {
    detail(loop.error(), "Failed to start while step runtime with an error");
    fail_for_good(step_status::fatally_failed);
    return;
  }
  mem_.state.repeat = std::move(*loop);
  arm_timeout();
  go_round();
}

/// Runs the next iteration if the condition says so, else ends.
void step_judge::go_round() {
  changed_ = true;
  auto goes_on = launch_next(mem_, scope(), around_, out_);
  if (!goes_on) {
    detail(goes_on.error(), "Failed to execute while step runtime with an error");
    fail_for_good(step_status::fatally_failed);
    return;
  }
  if (*goes_on)
    return;
  note(model::log_level::info, "while step is done at iteration ["
                                 + std::to_string(mem_.state.repeat->last)
                                 + "] because its next condition is false");
  succeed();
}

void step_judge::on_while_iteration(const iterations_ended& x) {
  auto& loop = *mem_.state.repeat;
  auto too_many_before = too_many_leaves();
  if (!count_iteration(loop, x))
    return;
  changed_ = true;
  if (!too_many_before && too_many_leaves())
    refuse_leaves();
  auto status = *loop.last_status;
  if (mem_.state.ending) {
    end_as_asked();
    return;
  }
  if (status == model::run_status::succeeded) {
    go_round();
    return;
  }
  auto told = status == model::run_status::failed ? std::string_view{"FATAL_ERROR"}
                                                  : model::to_string(status);
  note(model::log_level::info, "While step is in [" + std::string{told}
                                 + "] status because its loop instance [" + loop.inline_id + "]["
                                 + std::to_string(loop.last) + "]["
                                 + std::to_string(loop.inline_run) + "] is in ["
                                 + std::string{model::to_string(status)} + "] status");
  if (status == model::run_status::stopped)
    end(step_status::stopped);
  else if (status == model::run_status::timed_out)
    end(step_status::timed_out);
  else
    fail_for_good(step_status::fatally_failed);
}

// -- subworkflow and template ---------------------------------------------------------------------

void step_judge::begin_child() {
  move(step_status::running);
  arm_timeout();
  auto child = order_subworkflow(mem_, around_, out_);
  if (child) {
    mem_.state.child = std::move(*child);
    return;
  }
  detail(child.error(), "Failed to execute subworkflow step runtime with an error");
  fail_for_good(step_status::fatally_failed);
}

void step_judge::on_child(const child_news& x) {
  auto& child = mem_.state.child;
  if (!child || child->request != x.request || over() || child->ended)
    return;
  changed_ = true;
  if (x.phase == child_news::phase_type::refused) {
    on_child_refused(x);
    return;
  }
  if (child->instance_id == 0) {
    child->version_id = x.version_id;
    child->instance_id = x.instance_id;
    child->run_id = x.run_id;
    child->uuid = x.uuid;
    note(model::log_level::info, "Started a subworkflow with uuid: " + x.uuid);
  }
  if (!child->sync) {
    // What becomes of it is nobody's business here.
    if (mem_.state.ending)
      end_as_asked();
    else
      succeed();
    return;
  }
  if (x.phase == child_news::phase_type::ended) {
    child->ended = x.status;
    child->leaves = x.leaves;
    on_child_ended();
  } else if (mem_.state.ending) {
    // The order to end it may have come before it was there.
    terminate_subworkflow(*child, *mem_.state.ending, out_);
  }
}

void step_judge::on_child_refused(const child_news& x) {
  mem_.state.child.reset();
  if (mem_.state.ending) {
    end_as_asked();
    return;
  }
  error why{ec::bad_request, x.why, x.details};
  why.kind = x.why_kind;
  detail(why, "Failed to execute subworkflow step runtime with an error");
  fail_for_good(step_status::fatally_failed);
}

void step_judge::on_child_ended() {
  auto status = *mem_.state.child->ended;
  auto told = status == model::run_status::succeeded ? std::string_view{"DONE"}
              : status == model::run_status::failed  ? std::string_view{"FATAL_ERROR"}
                                                     : model::to_string(status);
  note(model::log_level::info, "Step is in " + std::string{told}
                                 + " status because its subworkflow instance is in "
                                 + std::string{model::to_string(status)} + " status");
  if (mem_.state.ending) {
    end_as_asked();
    return;
  }
  switch (status) {
    case model::run_status::succeeded:
      succeed();
      break;
    case model::run_status::stopped:
      end(step_status::stopped);
      break;
    case model::run_status::timed_out:
      end(step_status::timed_out);
      break;
    default:
      fail_for_good(step_status::fatally_failed);
  }
}

} // namespace tutti::engine
