#include "runtime/engine/job_spec.hpp"
#include "runtime/engine/step_judge.hpp"

namespace tutti::engine {

using model::step_status;

// Processes: ordered, heard of, ended.
namespace {

constexpr std::int64_t default_timeout_ms = 10LL * 24 * 3600 * 1000;
/// A job that found no room is offered again after this pause.
constexpr std::int64_t refused_pause_ms = 1000;

} // namespace

void step_judge::begin_job() {
  auto timeout = mem_.state.timeout_ms > 0 ? mem_.state.timeout_ms : default_timeout_ms;
  mem_.state.timeout_due = around_.now + timeout;
  arm(timer_kind::step_timeout, mem_.state.timeout_due);
  mem_.state.external = true;
  send_launch();
}

void step_judge::send_launch(bool again) {
  auto job = make_job(mem_);
  if (!job) {
    internal_failure(job.error());
    return;
  }
  job->again = again;
  out_.effects.emplace_back(std::move(*job));
}

void step_judge::on_job(const job_update& x) {
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

void step_judge::on_job_ended(const job_update& x) {
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

/// After a restart of the shard only jobs need a word: everything else waits for a row.
void step_judge::on_resume() {
  if (!mem_.state.external || over())
    return;
  send_launch(true);
  if (mem_.state.ending)
    out_.effects.emplace_back(terminate_job{mem_.state.step_uuid});
}

} // namespace tutti::engine
