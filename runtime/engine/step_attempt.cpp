#include "runtime/engine/restart_path.hpp"
#include "runtime/engine/step_judge.hpp"

#include <algorithm>

namespace tutti::engine {

using model::step_status;

// The way of an attempt from CREATED to what it does, and from one attempt to the next.
namespace {

constexpr std::int64_t default_sleep_s = 3;

void count_retry(model::step_retry& retry, step_status failure) {
  if (failure == step_status::user_failed)
    ++retry.error_retries;
  else if (failure == step_status::platform_failed)
    ++retry.platform_retries;
  else
    ++retry.timeout_retries;
}

} // namespace

void step_judge::on_start(const start_step& x) {
  // A repeated order finds the attempt that the first one made.
  if (mem_.state.attempt >= (x.again ? x.again->attempt : 1))
    return;
  if (mem_.state.attempt != 0) {
    begin_by_hand(x);
    return;
  }
  mem_.state.satisfied = x.satisfied;
  mem_.state.attempt = 1;
  mem_.state.again = x.again;
  auto at = mem_.run->workflow->position(mem_.id.step_id);
  mem_.state.step_instance_id = static_cast<std::int64_t>(at) + 3;
  if (x.ending) {
    mem_.state.step_uuid = around_.make_uuid();
    move(step_status::created);
    end_by(*x.ending);
    return;
  }
  begin_attempt();
}

/// The attempt after one that had ended for good (spec 04b §5.1, §5.2).
void step_judge::begin_by_hand(const start_step& x) {
  auto retry = mem_.state.retry;
  begin_next_attempt(mem_.state.state.status);
  mem_.state.retry = retry;
  ++mem_.state.retry.manual_retries;
  mem_.state.retry.retryable = false;
  mem_.state.satisfied = true;
  mem_.state.again = x.again;
  begin_attempt();
}

/// Takes a CREATED attempt as far as it gets (spec 04b §3.2).
void step_judge::begin_attempt() {
  mem_.state.step_uuid = around_.make_uuid();
  move(step_status::created);
  if (mem_.state.again && mem_.state.again->attempt == mem_.state.attempt)
    note(model::log_level::info, restart_note(mem_.state.again->caller));
  if (!mem_.state.satisfied) {
    note(model::log_level::info,
         "Step condition is unsatisfied because no predecessors can reach it.");
    end(step_status::unsatisfied);
    return;
  }
  if (prepare())
    run_attempt();
}

/// CREATED to WAITING_FOR_PERMITS; false if the step failed on the way, or waits for values.
bool step_judge::prepare() {
  auto& definition = mem_.definition();
  if (definition.timeout) {
    auto timeout = step_timeout_ms(definition, *mem_.run);
    if (!timeout) {
      internal_failure(timeout.error());
      return false;
    }
    mem_.state.timeout_ms = *timeout;
  }
  if (definition.retry_policy && mem_.state.default_retry) {
    mem_.state.retry = retry_of(definition, *mem_.run);
    mem_.state.default_retry = false;
  }
  move(step_status::initialized);
  move(step_status::waiting_for_signals);
  move(step_status::evaluating_params);
  return evaluate_params();
}

void step_judge::run_attempt() {
  move(step_status::starting);
  switch (mem_.definition().type) {
    case model::step_type::noop:
      move(step_status::running);
      succeed();
      break;
    case model::step_type::sleep:
      begin_sleep();
      break;
    case model::step_type::shell:
      begin_job();
      break;
    case model::step_type::foreach:
      begin_foreach();
      break;
    case model::step_type::while_:
      begin_while();
      break;
    case model::step_type::subworkflow:
    case model::step_type::template_:
      begin_child();
      break;
    default:
      internal_failure({ec::internal, "step " + to_string(mem_.id) + " has the type "
                                        + std::string{to_string(mem_.definition().type)}
                                        + ", which this version cannot run"});
  }
}

void step_judge::begin_sleep() {
  move(step_status::running);
  auto seconds = default_sleep_s;
  if (mem_.params)
    if (auto* p = mem_.params->find("sleep_seconds"))
      if (p->evaluated_result)
        if (auto* n = p->evaluated_result->as<std::int64_t>())
          seconds = *n;
  mem_.state.wake_due = around_.now + std::max<std::int64_t>(0, seconds) * 1000;
  arm(timer_kind::sleep, mem_.state.wake_due);
  arm_timeout();
  out_.at_rest = true;
}

// -- timers ---------------------------------------------------------------------------------------

void step_judge::arm(timer_kind kind, time_ms due) {
  out_.timers.push_back({true, kind, due, mem_.state.attempt});
}

/// Where a timeout was asked for; steps that wait for a timer or for children have no other.
void step_judge::arm_timeout() {
  if (mem_.state.timeout_ms == 0)
    return;
  mem_.state.timeout_due = around_.now + mem_.state.timeout_ms;
  arm(timer_kind::step_timeout, mem_.state.timeout_due);
}

void step_judge::disarm(timer_kind kind, std::int64_t& due) {
  if (due != 0)
    out_.timers.push_back({false, kind, due, mem_.state.attempt});
  due = 0;
}

void step_judge::on_timer(const timer_fired& x) {
  if (x.generation != mem_.state.attempt)
    return;
  auto status = mem_.state.state.status;
  switch (x.kind) {
    case timer_kind::sleep:
      if (status == step_status::running && mem_.state.wake_due == x.due) {
        mem_.state.wake_due = 0;
        succeed();
      } else if (status == step_status::starting && mem_.state.wake_due == x.due) {
        mem_.state.wake_due = 0;
        changed_ = true;
        send_launch();
      }
      break;
    case timer_kind::step_timeout:
      if (mem_.state.timeout_due == x.due && !over()) {
        mem_.state.timeout_due = 0;
        on_timeout();
      }
      break;
    case timer_kind::retry:
      if (model::is_retryable(status) && mem_.state.wake_due == x.due)
        retry_after(status);
      break;
    default:
      break;
  }
}

/// The next attempt after a retryable failure (spec 04b §5.1).
void step_judge::retry_after(step_status failure) {
  begin_next_attempt(failure);
  begin_attempt();
}

/// What an attempt takes over from the one before, which ended as `failure`.
void step_judge::begin_next_attempt(step_status failure) {
  step_state next;
  next.attempt = mem_.state.attempt + 1;
  next.step_instance_id = mem_.state.step_instance_id;
  next.satisfied = mem_.state.satisfied;
  next.again = mem_.state.again;
  next.retry = mem_.state.retry;
  next.default_retry = false;
  count_retry(next.retry, failure);
  mem_.state = std::move(next);
  mem_.params = nullptr;
}

} // namespace tutti::engine
