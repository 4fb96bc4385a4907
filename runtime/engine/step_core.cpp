#include "runtime/engine/step_core.hpp"

#include "runtime/base/overload.hpp"
#include "runtime/engine/foreach_core.hpp"
#include "runtime/engine/job_spec.hpp"
#include "runtime/engine/param_rules.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/model/stored.hpp"

#include <cassert>

namespace tutti::engine {

using model::step_status;

bool step_state::operator==(const step_state&) const = default;

leaf_counts leaves_of(const step_state& attempt) {
  if (attempt.loop && attempt.loop->next > 0)
    return attempt.loop->leaves;
  leaf_counts itself;
  itself.add(attempt.state.status, 1);
  return itself;
}

const model::step& step_memory::definition() const {
  auto at = run->workflow->position(id.step_id);
  assert(at != compiled_workflow::npos);
  return run->workflow->workflow.steps[at];
}

namespace {

constexpr std::int64_t default_timeout_ms = 10LL * 24 * 3600 * 1000;
/// A job that found no room is offered again after this pause.
constexpr std::int64_t refused_pause_ms = 1000;
constexpr std::int64_t default_sleep_s = 3;
/// Tells a step's own timeout, which may be tried again, from that of its run.
constexpr std::string_view step_timeout_reason = "The step reached its timeout.";

/// The attempt's own timeout, which may be tried again; no order from above.
bool is_own_timeout(const terminate_run& how) {
  return how.kind == stop_kind::time_out && how.reason == step_timeout_reason;
}

void count_retry(model::step_retry& retry, step_status failure) {
  if (failure == step_status::user_failed)
    ++retry.error_retries;
  else if (failure == step_status::platform_failed)
    ++retry.platform_retries;
  else
    ++retry.timeout_retries;
}

/// The legal transitions of one attempt (spec 04b §3), in one place.
bool legal(step_status from, step_status to) {
  using enum step_status;
  if (from == to || model::is_terminal(from))
    return from == fatally_failed && to == completed_with_error;
  switch (to) {
    case created:
      return from == not_created;
    case unsatisfied:
      return from == created;
    case initialized:
      return from == created;
    case waiting_for_signals:
      return from == initialized || from == paused;
    case evaluating_params:
      return from == waiting_for_signals;
    case waiting_for_permits:
      return from == evaluating_params;
    case starting:
      return from == waiting_for_permits;
    case running:
      return from == starting;
    case finishing:
      return from == running;
    case succeeded:
      return from == finishing;
    case completed_with_error:
      return false;
    default:
      // Failures, stops, skips and timeouts may hit any status that is not terminal.
      return from != not_created;
  }
}

void stamp(model::step_runtime_state& state, step_status to, time_ms now) {
  using enum step_status;
  state.status = to;
  state.modify_time = now;
  switch (to) {
    case created:
      state.create_time = now;
      break;
    case initialized:
      state.initialize_time = now;
      break;
    case paused:
      state.pause_time = now;
      break;
    case waiting_for_signals:
      state.wait_signal_time = now;
      break;
    case evaluating_params:
      state.evaluate_param_time = now;
      break;
    case waiting_for_permits:
      state.wait_permit_time = now;
      break;
    case starting:
      state.start_time = now;
      break;
    case running:
      state.execute_time = now;
      break;
    case finishing:
      state.finish_time = now;
      break;
    default:
      if (model::is_terminal(to))
        state.end_time = now;
  }
}

/// One call of `decide`.
class judge {
public:
  judge(step_memory& memory, const surroundings& around) : mem_(memory), around_(around) {}

  outcome handle(const message& what) {
    std::visit(overload{
                 [&](const start_step& x) { on_start(x); },
                 [&](const terminate_step& x) { on_terminate(x.how); },
                 [&](const timer_fired& x) { on_timer(x); },
                 [&](const job_update& x) { on_job(x); },
                 [&](const iterations_ended& x) { on_iterations(x); },
                 [&](const resume_entity&) { on_resume(); },
                 // Nothing else is meant for a step.
                 [&](const auto&) {},
               },
               what);
    return std::move(out_);
  }

private:
  step_state& now() { return mem_.state; }

  bool over() const { return model::is_terminal(mem_.state.state.status); }

  void move(step_status to) {
    assert(legal(mem_.state.state.status, to));
    stamp(mem_.state.state, to, around_.now);
    changed_ = true;
  }

  void note(model::log_level level, std::string text) {
    model::append_timeline(mem_.state.timeline,
                           model::log_event(around_.now, level, std::move(text)));
    changed_ = true;
  }

  /// As clients know it: a headline, and the failure with its kind below.
  void detail(const error& why, std::string headline) {
    model::timeline_event event;
    event.timestamp = around_.now;
    event.type = model::timeline_type::details;
    event.status = to_string(ec::internal);
    event.message = std::move(headline);
    auto kind = why.kind.empty() ? std::string_view{"MaestroInternalError"} : why.kind;
    event.errors = std::vector{std::string{kind} + ": " + why.message};
    for (auto& x : why.details)
      if (x != kind && x != "ERROR")
        event.errors->push_back(x);
    event.retryable = false;
    model::append_timeline(mem_.state.timeline, std::move(event));
    changed_ = true;
  }

  step_scope scope() const {
    auto upstream = mem_.upstream;
    auto reader = around_.rows;
    auto run = run_of(mem_.id);
    auto context = mem_.run;
    return {mem_.run.get(),
            &mem_.definition(),
            [upstream, reader, run, context](std::string_view step, std::string_view name) {
              // A step that a restarted run does not repeat lies in the run that did it.
              auto from = run;
              for (auto& x : context->spec.carried)
                if (x.step_id == step && x.run_id != 0 && model::is_complete(x.status))
                  from.run_id = x.run_id;
              return find_upstream(upstream.get(), *reader, from, step, name);
            },
            mem_.state.attempt,
            &mem_.state.step_uuid,
            around_.now,
            around_.options->params_max_chars,
            around_.language,
            around_.rows};
  }

  static const model::param* find_upstream(const step_params* known, const row_reader& reader,
                                           const entity_id& run, std::string_view step,
                                           std::string_view name);

  // -- messages -----------------------------------------------------------------------------------

  void on_start(const start_step& x);
  void on_terminate(const terminate_run& how);
  void on_timer(const timer_fired& x);
  void on_job(const job_update& x);
  void on_iterations(const iterations_ended& x);
  void on_resume();

  // -- the way of an attempt
  // ------------------------------------------------------------------------

  void begin_attempt();
  bool prepare();
  void run_attempt();
  void begin_sleep();
  void begin_job();
  void begin_foreach();
  void succeed();
  void fail(step_status kind, const std::string& why);
  void fail_for_good(step_status kind);
  void internal_failure(const error& why);
  void end(step_status as);
  void end_by(const terminate_run& how);
  void end_as_asked();
  void on_job_ended(const job_update& x);
  void on_timeout();
  void retry_after(step_status failure);
  void evaluate_conditions(bool satisfied);
  void arm(timer_kind kind, time_ms due);
  void disarm(timer_kind kind, std::int64_t& due);
  void send_launch();
  void tell_instance();

  /// Counted where the tree has its root (spec 04a §6).
  bool too_many_leaves() const {
    return mem_.run->initiator().ancestors.empty()
           && mem_.state.loop->leaves.total() > around_.options->leaf_steps_max;
  }

public:
  bool changed() const { return changed_; }

  bool params_changed() const { return params_changed_; }

private:
  step_memory& mem_;
  const surroundings& around_;
  outcome out_;
  bool changed_ = false;
  bool params_changed_ = false;
};

const model::param* judge::find_upstream(const step_params* known, const row_reader& reader,
                                         const entity_id& run, std::string_view step,
                                         std::string_view name) {
  if (known)
    for (auto& [id, params] : *known)
      if (id == step)
        return params->find(name);
  // Not carried along: the step is on disk (see foreach and restart), its latest attempt counts.
  auto id = step_entity(run.workflow_id, run.instance_id, run.run_id, std::string{step});
  auto [from, to] = rows::range_of_prefix(rows::attempt_params_prefix(id));
  thread_local model::param_map read;
  read.clear();
  auto ok = reader.scan_back(from, to, [&](std::string_view, std::string_view value) {
    if (auto params = model::decode<model::param_map>(value))
      read = std::move(*params);
    return false;
  });
  return ok ? read.find(name) : nullptr;
}

// -- start ----------------------------------------------------------------------------------------

void judge::on_start(const start_step& x) {
  // A repeated order finds the attempt that the first one made.
  if (mem_.state.attempt != 0)
    return;
  mem_.state.satisfied = x.satisfied;
  mem_.state.attempt = 1;
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

/// Takes a CREATED attempt as far as it gets (spec 04b §3.2).
void judge::begin_attempt() {
  mem_.state.step_uuid = around_.make_uuid();
  move(step_status::created);
  if (!mem_.state.satisfied) {
    note(model::log_level::info,
         "Step condition is unsatisfied because no predecessors can reach it.");
    end(step_status::unsatisfied);
    return;
  }
  if (prepare())
    run_attempt();
}

/// CREATED to WAITING_FOR_PERMITS; false if the step failed on the way.
bool judge::prepare() {
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
  if ((definition.params && !definition.params->empty()) || definition.sub_type) {
    auto params = evaluate_step_params(scope());
    if (!params) {
      internal_failure(params.error());
      return false;
    }
    mem_.params = std::make_shared<const model::param_map>(std::move(*params));
    mem_.state.has_params = !mem_.params->empty();
    params_changed_ = mem_.state.has_params;
  }
  move(step_status::waiting_for_permits);
  return true;
}

void judge::run_attempt() {
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
    default:
      internal_failure({ec::internal, "step " + to_string(mem_.id) + " has the type "
                                        + std::string{to_string(mem_.definition().type)}
                                        + ", which this version cannot run"});
  }
}

void judge::begin_sleep() {
  move(step_status::running);
  auto seconds = default_sleep_s;
  if (mem_.params)
    if (auto* p = mem_.params->find("sleep_seconds"))
      if (p->evaluated_result)
        if (auto* n = p->evaluated_result->as<std::int64_t>())
          seconds = *n;
  mem_.state.wake_due = around_.now + std::max<std::int64_t>(0, seconds) * 1000;
  arm(timer_kind::sleep, mem_.state.wake_due);
  if (mem_.state.timeout_ms > 0) {
    mem_.state.timeout_due = around_.now + mem_.state.timeout_ms;
    arm(timer_kind::step_timeout, mem_.state.timeout_due);
  }
  out_.at_rest = true;
}

void judge::begin_job() {
  auto timeout = mem_.state.timeout_ms > 0 ? mem_.state.timeout_ms : default_timeout_ms;
  mem_.state.timeout_due = around_.now + timeout;
  arm(timer_kind::step_timeout, mem_.state.timeout_due);
  mem_.state.external = true;
  send_launch();
}

void judge::begin_foreach() {
  auto loop = begin_loop(mem_, around_);
  if (!loop) {
    detail(loop.error(), "Failed to start foreach workflow step runtime with an error");
    fail_for_good(step_status::fatally_failed);
    return;
  }
  mem_.state.loop = std::move(*loop);
  move(step_status::running);
  if (mem_.state.timeout_ms > 0) {
    mem_.state.timeout_due = around_.now + mem_.state.timeout_ms;
    arm(timer_kind::step_timeout, mem_.state.timeout_due);
  }
  launch_iterations(mem_, around_, out_);
  if (loop_is_over(mem_))
    succeed();
}

void judge::send_launch() {
  auto job = make_job(mem_);
  if (!job) {
    internal_failure(job.error());
    return;
  }
  out_.effects.emplace_back(std::move(*job));
}

// -- timers ---------------------------------------------------------------------------------------

void judge::arm(timer_kind kind, time_ms due) {
  out_.timers.push_back({true, kind, due, mem_.state.attempt});
}

void judge::disarm(timer_kind kind, std::int64_t& due) {
  if (due != 0)
    out_.timers.push_back({false, kind, due, mem_.state.attempt});
  due = 0;
}

void judge::on_timer(const timer_fired& x) {
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
void judge::retry_after(step_status failure) {
  auto next = step_state{};
  next.attempt = mem_.state.attempt + 1;
  next.step_instance_id = mem_.state.step_instance_id;
  next.satisfied = mem_.state.satisfied;
  next.retry = mem_.state.retry;
  next.default_retry = false;
  count_retry(next.retry, failure);
  mem_.state = std::move(next);
  mem_.params = nullptr;
  begin_attempt();
}

/// A timed-out job is ended first: the next attempt must not run beside it. (The original leaves
/// it running, a weakness: spec 04b §6.)
void judge::on_timeout() {
  changed_ = true;
  if (mem_.state.ending)
    return;
  terminate_run how{stop_kind::time_out, "maestro", false, std::string{step_timeout_reason}};
  if (mem_.state.external) {
    mem_.state.ending = std::move(how);
    out_.effects.emplace_back(terminate_job{mem_.state.step_uuid});
  } else if (mem_.state.loop && !mem_.state.loop->running.empty()) {
    mem_.state.ending = std::move(how);
    terminate_loop(mem_, *mem_.state.ending, out_);
  } else {
    fail(step_status::timeout_failed, {});
  }
}

// -- ends -----------------------------------------------------------------------------------------

void judge::succeed() {
  if (mem_.state.loop) {
    auto result = loop_result(*mem_.state.loop);
    if (result == step_status::fatally_failed) {
      auto failed = mem_.state.loop->failed.count();
      note(model::log_level::error, std::to_string(failed)
                                      + (failed == 1 ? " iteration has" : " iterations have")
                                      + " failed");
      fail_for_good(result);
      return;
    }
    if (result != step_status::succeeded) {
      end(result);
      return;
    }
  }
  move(step_status::finishing);
  end(step_status::succeeded);
}

/// A failure that the system may try again (spec 04b §5.2).
void judge::fail(step_status kind, const std::string& why) {
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
void judge::fail_for_good(step_status kind) {
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

void judge::internal_failure(const error& why) {
  detail(why, "marked as INTERNALLY_FAILED");
  end(step_status::internally_failed);
}

void judge::end(step_status as) {
  if (mem_.state.state.status != as)
    move(as);
  disarm(timer_kind::step_timeout, mem_.state.timeout_due);
  // A pending retry never gets here: it makes the next attempt first.
  disarm(timer_kind::sleep, mem_.state.wake_due);
  mem_.state.external = false;
  mem_.state.ending.reset();
  if (model::is_complete(as))
    evaluate_conditions(as != step_status::unsatisfied);
  tell_instance();
  out_.at_rest = true;
}

void judge::evaluate_conditions(bool satisfied) {
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
    auto value = evaluate_condition(to, condition, scope(), mem_.params ? *mem_.params : none);
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

void judge::tell_instance() {
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
void judge::end_by(const terminate_run& how) {
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
void judge::end_as_asked() {
  auto how = *mem_.state.ending;
  if (!is_own_timeout(how))
    return end_by(how);
  mem_.state.ending.reset();
  fail(step_status::timeout_failed, {});
}

void judge::on_terminate(const terminate_run& how) {
  auto status = mem_.state.state.status;
  if (mem_.state.attempt == 0)
    return;
  if (model::is_retryable(status)) {
    // In back-off: one more attempt is made and ended at once (spec 04b §15 (d)).
    disarm(timer_kind::retry, mem_.state.wake_due);
    auto failure = status;
    step_state next;
    next.attempt = mem_.state.attempt + 1;
    next.step_instance_id = mem_.state.step_instance_id;
    next.satisfied = mem_.state.satisfied;
    next.retry = mem_.state.retry;
    next.default_retry = false;
    count_retry(next.retry, failure);
    mem_.state = std::move(next);
    mem_.params = nullptr;
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
  if (mem_.state.loop && !mem_.state.loop->running.empty()) {
    mem_.state.ending = how;
    terminate_loop(mem_, how, out_);
    return;
  }
  end_by(how);
}

// -- jobs -----------------------------------------------------------------------------------------

void judge::on_job(const job_update& x) {
  auto known = x.step_uuid == mem_.state.step_uuid && !over() && mem_.state.external;
  if (!known) {
    // A late word of an attempt that is over: let the executor forget it.
    if (x.phase != job_update::phase_type::started)
      out_.effects.emplace_back(forget_job{x.step_uuid});
    return;
  }
  switch (x.phase) {
    case job_update::phase_type::started:
      if (mem_.state.state.status == step_status::starting)
        move(step_status::running);
      break;
    case job_update::phase_type::refused:
      if (mem_.state.ending) {
        end_by(*mem_.state.ending);
        break;
      }
      mem_.state.wake_due = around_.now + refused_pause_ms;
      changed_ = true;
      out_.timers.push_back({true, timer_kind::sleep, mem_.state.wake_due, mem_.state.attempt});
      break;
    default:
      on_job_ended(x);
  }
}

void judge::on_job_ended(const job_update& x) {
  using phase = job_update::phase_type;
  out_.effects.emplace_back(forget_job{x.step_uuid});
  mem_.state.external = false;
  if (mem_.state.state.status == step_status::starting)
    move(step_status::running);
  if (mem_.state.ending) {
    end_as_asked();
    return;
  }
  if (x.phase == phase::lost || x.phase == phase::failed_to_start) {
    fail(step_status::platform_failed, x.message.empty() ? "The process was lost" : x.message);
    return;
  }
  if (x.exit_code != 0 || x.signal != 0) {
    auto how = x.signal != 0 ? "The process was ended by signal " + std::to_string(x.signal)
                             : "The process ended with exit code " + std::to_string(x.exit_code);
    fail(step_status::user_failed, x.message.empty() ? how : how + ": " + x.message);
    return;
  }
  if (!x.outputs_json.empty()) {
    auto merged = merge_outputs(mem_.params ? *mem_.params : model::param_map{}, x.outputs_json,
                                mem_.id.step_id, around_.now);
    if (!merged) {
      move(step_status::finishing);
      internal_failure(merged.error());
      return;
    }
    mem_.params = std::make_shared<const model::param_map>(std::move(*merged));
    mem_.state.has_params = !mem_.params->empty();
    params_changed_ = true;
  }
  succeed();
}

// -- loops ----------------------------------------------------------------------------------------

void judge::on_iterations(const iterations_ended& x) {
  if (!mem_.state.loop || over())
    return;
  auto& loop = *mem_.state.loop;
  auto failed_before = !loop.failed.empty();
  auto too_many_before = too_many_leaves();
  count_iterations(loop, x);
  changed_ = true;
  if (!too_many_before && too_many_leaves()) {
    note(model::log_level::error, "The loop has run more than "
                                    + std::to_string(around_.options->leaf_steps_max)
                                    + " leaf steps (option leaf-steps-max): its run is stopped");
    out_.sends.push_back(
      {run_of(mem_.id), make_message(terminate_run{stop_kind::stop, "maestro_end", false,
                                                   "The loop has too many leaf steps."})});
  }
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
    succeed();
}

/// After a restart of the shard only jobs need a word: everything else waits for a row.
void judge::on_resume() {
  if (!mem_.state.external || over())
    return;
  send_launch();
  if (mem_.state.ending)
    out_.effects.emplace_back(terminate_job{mem_.state.step_uuid});
}

} // namespace

result<outcome> decide(step_memory& mem, const message& what, const surroundings& around) {
  auto external_before = mem.state.external;
  auto attempt_before = mem.state.attempt;
  judge j{mem, around};
  auto out = j.handle(what);
  if (!j.changed())
    return out;
  out.rows.push_back({rows::step(mem.id, mem.state.attempt), model::encode(mem.state)});
  if (j.params_changed() && mem.params)
    out.rows.push_back({rows::step_params(mem.id, mem.state.attempt), model::encode(*mem.params)});
  if (mem.state.external != external_before || attempt_before != mem.state.attempt) {
    if (mem.state.external)
      out.rows.push_back({rows::external(mem.id), model::encode(mem.id)});
    else if (external_before)
      out.rows.push_back({rows::external(mem.id), std::nullopt});
  }
  return out;
}

result<step_memory> load_step(const entity_id& id, run_ptr run, const row_reader& reader) {
  step_memory mem;
  mem.id = id;
  if (!run) {
    auto read = load_run(run_of(id), reader);
    if (!read)
      return read.error();
    run = std::move(*read);
  }
  mem.run = std::move(run);
  if (mem.run && mem.run->workflow->position(id.step_id) == compiled_workflow::npos)
    return error{ec::corrupt, "step " + to_string(id) + " is not in the definition of its run"};
  std::optional<error> broken;
  auto [from, to] = rows::range_of_prefix(rows::attempts_prefix(id));
  auto ok = reader.scan_back(from, to, [&](std::string_view, std::string_view value) {
    auto state = model::decode<step_state>(value);
    if (state)
      mem.state = std::move(*state);
    else
      broken = error{ec::corrupt, "row of step " + to_string(id) + ": " + state.error().message};
    return false;
  });
  if (!ok)
    return ok.error();
  if (broken)
    return *broken;
  if (mem.state.has_params) {
    auto row = reader.get(rows::step_params(id, mem.state.attempt));
    if (!row)
      return row.error();
    if (*row) {
      auto params = model::decode<model::param_map>(**row);
      if (!params)
        return params.error();
      mem.params = std::make_shared<const model::param_map>(std::move(*params));
    }
  }
  return mem;
}

} // namespace tutti::engine
