#include "runtime/engine/foreach_core.hpp"
#include "runtime/engine/views_rows.hpp"

#include <algorithm>

/// Why a run, or a step of it, is where it is: in words, from its rows.
namespace tutti::engine::views {

using model::step_status;

namespace {

/// What a look into a loop may cost: each iteration is a few reads.
constexpr std::int64_t iterations_looked_at_max = 100;

struct reason {
  std::string_view subject = "step";
  std::string step_id;
  std::string_view waits_for = "nothing";
  std::string message;
  std::int64_t since = 0;
  std::int64_t until = 0;
};

json::object reason_json(const reason& x) {
  json::object out{{"subject", text(x.subject)}};
  if (!x.step_id.empty())
    out["step_id"] = text(x.step_id);
  out["waits_for"] = text(x.waits_for);
  out["message"] = text(x.message);
  put_time(out, "since", x.since);
  put_time(out, "until", x.until);
  return out;
}

std::string number(std::int64_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + " " + std::string{n == 1 ? one : many};
}

std::string with_detail(std::string sentence, const std::string& detail) {
  return detail.empty() ? sentence : sentence + ": " + detail;
}

// -- queue ----------------------------------------------------------------------------------------

/// The place of a run in the queue of its workflow, from 1; 0 = it does not wait there.
result<std::int64_t> place_in_queue(const shard_reader& from, const run_name& name) {
  auto own = rows::queued(name.workflow_id, name.instance_id, name.run_id);
  auto [begin, end] = rows::range_of_prefix(rows::workflow_prefix('Q', name.workflow_id));
  std::int64_t place = 0;
  auto found = false;
  auto ok = from.of(workflow_entity(name.workflow_id))
              .scan(begin, end, [&](std::string_view key, std::string_view) {
                ++place;
                found = key == own;
                return !found;
              });
  if (!ok)
    return ok.error();
  return found ? place : 0;
}

std::string queue_text(const workflow_state& state, std::int64_t place) {
  auto strategy = state.snapshot.properties.run_strategy.value_or(model::run_strategy{});
  auto limit = strategy.rule == model::run_rule::parallel ? strategy.workflow_concurrency : 1;
  auto out = "run strategy " + std::string{to_string(strategy.rule)} + " lets "
             + number(limit, "run", "runs") + " go on at a time; "
             + number(state.active_count, "run is", "runs are")
             + " running, and this one has place " + std::to_string(place) + " of "
             + std::to_string(state.queued_count) + " in the queue";
  if (strategy.rule == model::run_rule::strict_sequential && state.blocking_failures > 0)
    out += "; nothing may begin before "
           + number(state.blocking_failures, "failed run is", "failed runs are")
           + " restarted or unblocked";
  return out;
}

result<reason> queue_reason(const shard_reader& from, const run_view& view) {
  reason out{"run", {}, "queue", {}, view.run->spec.create_time, 0};
  auto place = place_in_queue(from, view.name);
  if (!place)
    return place.error();
  if (*place == 0) {
    out.message = "its turn has come, and it is about to begin";
    return out;
  }
  auto state = read_workflow(from, view.name.workflow_id);
  if (!state)
    return state.error();
  out.message = queue_text(state->value_or(workflow_state{}), *place);
  return out;
}

// -- steps ----------------------------------------------------------------------------------------

class step_reasons {
public:
  step_reasons(const shard_reader& from, const run_view& view,
               const std::vector<step_state>& attempts)
    : from_(from),
      view_(view),
      attempts_(attempts) {}

  reason of(std::size_t at) const {
    auto& attempt = attempts_[at];
    reason out;
    out.step_id = view_.steps()[at].id;
    if (!view_.in_dag[at])
      outside(out);
    else if (attempt.attempt == 0)
      not_created(out, at);
    else if (model::is_retryable(attempt.state.status))
      in_back_off(out, attempt);
    else if (model::is_terminal(attempt.state.status))
      ended(out, attempt);
    else if (attempt.ending)
      ending(out, attempt);
    else
      active(out, at);
    return out;
  }

private:
  void outside(reason& out) const {
    auto& all = view_.run->spec.carried;
    auto old = std::find_if(all.begin(), all.end(),
                            [&](auto& x) { return x.step_id == out.step_id; });
    out.message = "this run does not run it";
    if (old == all.end() || old->status == step_status::not_created)
      return;
    out.message += ": it ended as " + std::string{to_string(old->status)} + " in run "
                   + std::to_string(old->run_id);
    out.since = old->end_time;
  }

  void not_created(reason& out, std::size_t at) const {
    auto over = is_terminal(view_.state.status);
    std::string names;
    for (auto parent : view_.run->workflow->dag.parents[at]) {
      auto& x = attempts_[parent];
      if (!view_.in_dag[parent] || (x.attempt != 0 && model::is_complete(x.state.status)))
        continue;
      auto status = x.attempt == 0 ? step_status::not_created : x.state.status;
      names += (names.empty() ? "[" : ", [") + view_.steps()[parent].id + "] is "
               + std::string{to_string(status)};
    }
    if (!over)
      out.waits_for = view_.state.launched ? "predecessors" : "queue";
    if (!names.empty())
      out.message = over ? "it never started: " + names : "not complete yet: " + names;
    else if (over)
      out.message = "it never started, as the run ended before";
    else
      out.message = view_.state.launched ? "all predecessors are complete; it is about to start"
                                         : "the run has not begun";
  }

  static void in_back_off(reason& out, const step_state& attempt) {
    out.waits_for = "retry";
    out.message = with_detail("attempt " + std::to_string(attempt.attempt) + " ended as "
                                + std::string{to_string(attempt.state.status)},
                              failure_message(attempt.timeline));
    out.message += "; " + number(tries_left(attempt), "try is", "tries are") + " left";
    out.since = attempt.state.end_time.value_or(0);
    out.until = attempt.wake_due;
  }

  static std::int64_t tries_left(const step_state& attempt) {
    auto& x = attempt.retry;
    switch (attempt.state.status) {
      case step_status::user_failed:
        return x.error_retry_limit - x.error_retries;
      case step_status::platform_failed:
        return x.platform_retry_limit - x.platform_retries;
      default:
        return x.timeout_retry_limit - x.timeout_retries;
    }
  }

  void ended(reason& out, const step_state& attempt) const {
    out.message = with_detail("it ended as " + std::string{to_string(attempt.state.status)},
                              attempt.state.status == step_status::succeeded
                                ? std::string{}
                                : failure_message(attempt.timeline));
    if (attempt.loop && !attempt.loop->failed.empty())
      out.message += failures_text(*attempt.loop);
    out.since = attempt.state.end_time.value_or(0);
  }

  static void ending(reason& out, const step_state& attempt) {
    out.waits_for = "ending";
    out.message = std::string{to_string(attempt.ending->kind)} + " by [" + attempt.ending->caller
                  + "]: ";
    if (attempt.loop)
      out.message += number(running_count(*attempt.loop), "iteration has", "iterations have")
                     + " not ended yet";
    else if (auto below = wait_below(attempt))
      out.message += below->message;
    else
      out.message += "the process has not ended yet";
    if (!attempt.timeline.empty())
      out.since = attempt.timeline.back().timestamp;
  }

  void active(reason& out, std::size_t at) const {
    auto& attempt = attempts_[at];
    auto& state = attempt.state;
    out.since = state.execute_time.value_or(state.start_time.value_or(0));
    if (auto below = wait_below(attempt)) {
      out.waits_for = below->waits_for;
      out.message = below->message;
    } else if (attempt.loop) {
      out.waits_for = "iterations";
      out.message = loop_text(*attempt.loop);
      add_retries(out, *attempt.loop);
    } else if (view_.steps()[at].type == model::step_type::sleep) {
      out.waits_for = "timer";
      out.message = "it sleeps";
      out.until = attempt.wake_due;
    } else if (attempt.wake_due != 0) {
      out.waits_for = "process";
      out.message = "the executor has no room; it is asked again";
      out.until = attempt.wake_due;
    } else {
      out.waits_for = "process";
      out.message = state.status == step_status::starting ? "its process has not begun yet"
                                                          : "its process runs";
      out.until = attempt.timeout_due;
      if (out.until != 0)
        out.message += "; the step times out at the time told";
    }
  }

  static std::string loop_text(const foreach_state& loop) {
    auto running = running_count(loop);
    auto out = number(running, "iteration runs", "iterations run") + ", "
               + std::to_string(loop.total - loop.next) + " of " + std::to_string(loop.total)
               + " are left to begin; at most " + std::to_string(loop.limit) + " run at a time"
               + (loop.strict ? " in strict order" : "");
    if (!loop.failed.empty())
      out += "; " + std::to_string(loop.failed.count()) + " failed, so no more begin";
    return out;
  }

  /// Iterations that wait for a retry, among those that run.
  void add_retries(reason& out, const foreach_state& loop) const {
    auto waits = waits_of(from_, loop, iterations_looked_at_max);
    if (waits.waiting == 0)
      return;
    auto part = waits.looked_at < running_count(loop)
                  ? " of the first " + std::to_string(waits.looked_at) + " that run"
                  : std::string{};
    out.message += "; " + number(waits.waiting, "iteration", "iterations") + part
                   + (waits.waiting == 1 ? " waits" : " wait")
                   + " for a retry, the next one at the time told; " + waits.example;
    out.until = waits.next;
  }

  /// `: 11-13, 20 of 30; iteration 11, step [a] is FATALLY_FAILED: …`
  std::string failures_text(const foreach_state& loop) const {
    constexpr std::size_t shown_max = 5;
    std::string out;
    std::size_t shown = 0;
    for (auto& [first, last] : loop.failed.intervals()) {
      if (shown++ == shown_max) {
        out += ", ...";
        break;
      }
      out += (out.empty() ? ": " : ", ") + std::to_string(first)
             + (first == last ? "" : "-" + std::to_string(last));
    }
    out += " of " + std::to_string(loop.total);
    auto example = first_failure(from_, loop);
    return example.empty() ? out : out + "; " + example;
  }

  const shard_reader& from_;
  const run_view& view_;
  const std::vector<step_state>& attempts_;
};

// -- runs -----------------------------------------------------------------------------------------

/// `[a] is FATALLY_FAILED, [b] is TIMED_OUT`: the steps that the run failed by.
std::string failed_steps_text(const run_view& view, const std::vector<step_state>& attempts) {
  constexpr std::size_t shown_max = 5;
  std::string out;
  std::size_t count = 0;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    auto status = attempts[i].state.status;
    if (!view.in_dag[i] || attempts[i].attempt == 0 || !model::is_terminal(status)
        || model::is_complete(status))
      continue;
    if (++count > shown_max)
      continue;
    out += (out.empty() ? "[" : ", [") + view.steps()[i].id + "] is "
           + std::string{to_string(status)};
  }
  if (count > shown_max)
    out += " and " + std::to_string(count - shown_max) + " more";
  return out;
}

/// The note of an action or a timeout; empty where the run ended by itself.
std::string ended_from_outside(const std::vector<model::timeline_event>& timeline) {
  for (auto i = timeline.rbegin(); i != timeline.rend(); ++i)
    if (i->type == model::timeline_type::log && i->level != model::log_level::info)
      return i->message;
  return {};
}

reason ended_run(const run_view& view, const std::vector<step_state>& attempts) {
  reason out{"run", {}, "nothing", {}, view.state.end_time, 0};
  out.message = "it ended as " + std::string{to_string(view.state.status)};
  if (view.state.own_status)
    out.message += " over all runs; this run alone "
                   + std::string{to_string(*view.state.own_status)};
  if (view.state.status == model::run_status::succeeded)
    return out;
  // What ended it from outside, if anything, says more than the steps that it ended.
  auto steps = failed_steps_text(view, attempts);
  auto outside = view.state.ended_by.empty() ? ended_from_outside(view.state.timeline)
                                             : view.state.ended_by;
  out.message = with_detail(std::move(out.message), outside.empty() ? steps : outside);
  return out;
}

reason ending_run(const run_view& view) {
  auto& how = *view.state.ending;
  reason out{"run", {}, "ending", {}, 0, 0};
  out.message = std::string{to_string(how.kind)} + " by [" + how.caller
                + "]: its steps have not ended yet";
  if (!view.state.timeline.empty())
    out.since = view.state.timeline.back().timestamp;
  return out;
}

/// Steps that say something about where the run is.
bool is_telling(const run_view& view, std::size_t at, const step_state& attempt) {
  if (!view.in_dag[at])
    return false;
  auto succeeded = view.state.status == model::run_status::succeeded;
  if (attempt.attempt == 0)
    return view.state.launched && !succeeded;
  return !model::is_complete(attempt.state.status);
}

result<std::vector<reason>> run_reasons(const shard_reader& from, const run_view& view,
                                        const std::vector<step_state>& attempts) {
  std::vector<reason> out;
  if (is_terminal(view.state.status))
    out.push_back(ended_run(view, attempts));
  else if (!view.state.launched) {
    auto queue = queue_reason(from, view);
    if (!queue)
      return queue.error();
    out.push_back(std::move(*queue));
  } else if (view.state.ending)
    out.push_back(ending_run(view));
  step_reasons steps{from, view, attempts};
  for (std::size_t i = 0; i < attempts.size(); ++i)
    if (is_telling(view, i, attempts[i]))
      out.push_back(steps.of(i));
  return out;
}

result<std::vector<reason>> reasons_of(const shard_reader& from, const run_view& view,
                                       const std::string& step_id) {
  auto attempts = latest_attempts(from, view);
  if (!attempts)
    return attempts.error();
  if (step_id.empty())
    return run_reasons(from, view, *attempts);
  auto at = view.run->workflow->position(step_id);
  if (at == compiled_workflow::npos)
    return error{ec::not_found, "step [" + step_id
                                  + "] is not in the definition of workflow "
                                    "instance ["
                                  + view.name.workflow_id + "]["
                                  + std::to_string(view.name.instance_id) + "]["
                                  + std::to_string(view.name.run_id) + "]"};
  return std::vector<reason>{step_reasons{from, view, *attempts}.of(at)};
}

} // namespace

json_result why(const shard_reader& from, const run_name& name, const std::string& step_id) {
  auto view = read_run(from, name);
  if (!view)
    return view.error();
  auto reasons = reasons_of(from, *view, step_id);
  if (!reasons)
    return reasons.error();
  json::array list;
  for (auto& x : *reasons)
    list.push_back(reason_json(x));
  return json::value(json::object{{"workflow_id", text(view->name.workflow_id)},
                                  {"workflow_instance_id", view->name.instance_id},
                                  {"workflow_run_id", view->name.run_id},
                                  {"status", text(to_string(view->state.status))},
                                  {"reasons", std::move(list)}});
}

} // namespace tutti::engine::views
