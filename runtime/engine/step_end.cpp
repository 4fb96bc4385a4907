#include "runtime/engine/step_judge.hpp"
#include "runtime/engine/step_questions.hpp"

namespace tutti::engine {

using model::step_status;

// How attempts end: by themselves, by a timeout, or told to.

/// A timed-out job is ended first: the next attempt must not run beside it. (The original leaves
/// it running, a weakness: spec 04b §6.)
void step_judge::on_timeout() {
  changed_ = true;
  if (mem_.state.ending)
    return;
  terminate_run how{stop_kind::time_out, "maestro", false, std::string{step_timeout_reason}};
  if (mem_.state.external) {
    mem_.state.ending = std::move(how);
    out_.effects.emplace_back(terminate_job{mem_.state.step_uuid});
  } else if (has_children()) {
    mem_.state.ending = std::move(how);
    end_children(*mem_.state.ending);
  } else {
    fail(step_status::timeout_failed, {});
  }
}

// -- ends -----------------------------------------------------------------------------------------

void step_judge::succeed() {
  move(step_status::finishing);
  end(step_status::succeeded);
}

/// A failure that the system may try again (spec 04b §5.2).
void step_judge::fail(step_status kind, const std::string& why) {
  if (mem_.state.default_retry)
    mem_.state.default_retry = false;
  auto& retry = mem_.state.retry;
  if (!why.empty())
    note(model::log_level::error, why);
  auto left = kind == step_status::user_failed ? retry.error_retry_limit - retry.error_retries
              : kind == step_status::platform_failed
                ? retry.platform_retry_limit - retry.platform_retries
                : retry.timeout_retry_limit - retry.timeout_retries;
  if (!retry.retryable || left <= 0) {
    if (kind == step_status::timeout_failed)
      note(model::log_level::info, "Step instance is timed out.");
    fail_for_good(kind == step_status::timeout_failed ? step_status::timed_out
                                                      : step_status::fatally_failed);
    return;
  }
  auto pause = backoff_ms(retry, kind);
  note(model::log_level::info, "Retrying task in [" + std::to_string((pause + 999) / 1000) + "s]");
  disarm(timer_kind::step_timeout, mem_.state.timeout_due);
  disarm(timer_kind::sleep, mem_.state.wake_due);
  move(kind);
  mem_.state.wake_due = around_.now + pause;
  arm(timer_kind::retry, mem_.state.wake_due);
  out_.at_rest = true;
}

/// FATALLY_FAILED obeys the failure mode, TIMED_OUT does not (spec 04b §8).
void step_judge::fail_for_good(step_status kind) {
  auto mode = mem_.definition().failure_mode.value_or(model::failure_mode::fail_after_running);
  mem_.state.retry.retryable = false;
  if (kind != step_status::fatally_failed || mem_.state.ignore_failure_mode
      || mode != model::failure_mode::ignore_failure) {
    end(kind);
    return;
  }
  move(kind);
  note(model::log_level::info, "Step is failed but marked as COMPLETED_WITH_ERROR because its "
                               "failure mode is IGNORE_FAILURE.");
  stamp(mem_.state.state, step_status::completed_with_error, around_.now);
  end(step_status::completed_with_error);
}

void step_judge::internal_failure(const error& why) {
  detail(why, "marked as INTERNALLY_FAILED");
  end(step_status::internally_failed);
}

void step_judge::end(step_status as) {
  if (mem_.state.state.status != as)
    move(as);
  disarm(timer_kind::step_timeout, mem_.state.timeout_due);
  // A pending retry never gets here: it makes the next attempt first.
  disarm(timer_kind::sleep, mem_.state.wake_due);
  mem_.state.external = false;
  mem_.state.ending.reset();
  forget_answers();
  if (model::is_complete(as))
    evaluate_conditions(as != step_status::unsatisfied);
  tell_instance();
  out_.at_rest = true;
}

void step_judge::evaluate_conditions(bool satisfied) {
  auto& successors = mem_.definition().transition.successors;
  if (successors.empty())
    return;
  static const model::param_map none;
  for (auto& [to, condition] : successors) {
    if (!satisfied) {
      mem_.state.conditions.set(to, false);
      continue;
    }
    if (condition == "true") {
      mem_.state.conditions.set(to, true);
      continue;
    }
    step_functions host{mem_, around_, false};
    auto in = scope();
    in.host = &host;
    auto value = evaluate_condition(to, condition, in, mem_.params ? *mem_.params : none);
    if (host.broken()) {
      broken_ = host.broken();
      return;
    }
    if (!value) {
      // A condition that cannot be evaluated fails the step after it had succeeded (04b §7).
      detail(value.error(), "marked as INTERNALLY_FAILED");
      mem_.state.conditions.clear();
      stamp(mem_.state.state, step_status::internally_failed, around_.now);
      return;
    }
    mem_.state.conditions.set(to, *value);
  }
}

void step_judge::tell_instance() {
  step_ended news;
  news.step_id = mem_.id.step_id;
  news.attempt = mem_.state.attempt;
  news.status = mem_.state.state.status;
  news.start_time = mem_.state.state.start_time.value_or(0);
  news.end_time = mem_.state.state.end_time.value_or(around_.now);
  news.conditions = mem_.state.conditions;
  news.leaves = leaves_of(mem_.state);
  news.failure_mode
    = mem_.definition().failure_mode.value_or(model::failure_mode::fail_after_running);
  news.ignore_failure_mode = mem_.state.ignore_failure_mode;
  news.params = mem_.params;
  out_.sends.push_back({run_of(mem_.id), make_message(std::move(news))});
}

// -- stop, kill, timeout --------------------------------------------------------------------------

/// The status that an action leads to: an ancestor's action stops, whatever it is (04d §2.2).
void step_judge::end_by(const terminate_run& how) {
  if (how.from_ancestor || how.kind == stop_kind::stop) {
    end(step_status::stopped);
    return;
  }
  if (how.kind == stop_kind::time_out) {
    end(step_status::timed_out);
    return;
  }
  mem_.state.ignore_failure_mode = true;
  end(step_status::fatally_failed);
}

/// What runs has ended because it was told to: the step follows.
void step_judge::end_as_asked() {
  auto how = *mem_.state.ending;
  if (!is_own_timeout(how))
    return end_by(how);
  mem_.state.ending.reset();
  fail(step_status::timeout_failed, {});
}

void step_judge::on_terminate(const terminate_run& how) {
  auto status = mem_.state.state.status;
  if (mem_.state.attempt == 0)
    return;
  if (model::is_retryable(status)) {
    // In back-off: one more attempt is made and ended at once (spec 04b §15 (d)).
    disarm(timer_kind::retry, mem_.state.wake_due);
    begin_next_attempt(status);
    mem_.state.step_uuid = around_.make_uuid();
    move(step_status::created);
    end_by(how);
    return;
  }
  if (over())
    return;
  // KILL outranks what came before, and any order the attempt's own timeout; else the first counts.
  if (mem_.state.ending && how.kind != stop_kind::kill && !is_own_timeout(*mem_.state.ending))
    return;
  changed_ = true;
  if (how.kind != stop_kind::time_out)
    note(model::log_level::info,
         "User [" + how.caller + "] take action [" + std::string{to_string(how.kind)}
           + "] on the step due to reason: ["
           + (how.reason.empty() ? "manual workflow instance API call" : how.reason) + "]");
  if (mem_.state.external) {
    mem_.state.ending = how;
    out_.effects.emplace_back(terminate_job{mem_.state.step_uuid});
    return;
  }
  if (has_children()) {
    mem_.state.ending = how;
    end_children(how);
    return;
  }
  end_by(how);
}

} // namespace tutti::engine
