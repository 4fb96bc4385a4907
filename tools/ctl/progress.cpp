#include "tools/ctl/progress.hpp"

#include "tools/ctl/statuses.hpp"

#include <algorithm>

namespace tutti::ctl {

namespace {

loop_progress read_loop(const json_value& from) {
  loop_progress loop{
    text_of(from, "inline_workflow_id"), number_of(from, "total"), number_of(from, "launched"), {}};
  for (const auto& x : object_of(from, "counts"))
    loop.counts.emplace_back(x.key(), number_of(member(from, "counts"), x.key()));
  return loop;
}

step_progress read_step(const json_value& from) {
  step_progress step;
  step.id = text_of(from, "step_id");
  step.type = text_of(from, "type");
  step.status = text_of(from, "status");
  step.attempt = number_of(from, "attempt");
  step.start_ms = number_of(from, "start_time");
  step.end_ms = number_of(from, "end_time");
  step.message = text_of(from, "message");
  if (member(from, "foreach").is_object())
    step.loop = read_loop(member(from, "foreach"));
  return step;
}

void add_count(status_counts& counts, const std::string& status, std::int64_t n) {
  auto same = [&](const auto& x) { return x.first == status; };
  if (auto i = std::find_if(counts.begin(), counts.end(), same); i != counts.end())
    i->second += n;
  else
    counts.emplace_back(status, n);
}

} // namespace

run_progress read_progress(const json_value& answer) {
  run_progress run;
  run.workflow_id = text_of(answer, "workflow_id");
  run.instance_id = number_of(answer, "workflow_instance_id");
  run.run_id = number_of(answer, "workflow_run_id");
  run.status = text_of(answer, "status");
  run.create_ms = number_of(answer, "create_time");
  run.start_ms = number_of(answer, "start_time");
  run.end_ms = number_of(answer, "end_time");
  run.now_ms = number_of(answer, "now");
  for (const auto& x : elements_of(answer, "steps"))
    run.steps.push_back(read_step(x));
  return run;
}

std::int64_t ended_count(const loop_progress& loop) {
  std::int64_t n = 0;
  for (const auto& [status, count] : loop.counts)
    if (auto m = mood_of(status); m == mood::good || m == mood::bad)
      n += count;
  return n;
}

std::int64_t failed_count(const loop_progress& loop) {
  std::int64_t n = 0;
  for (const auto& [status, count] : loop.counts)
    if (mood_of(status) == mood::bad)
      n += count;
  return n;
}

std::int64_t run_time_ms(const run_progress& run) {
  const auto begin = run.start_ms > 0 ? run.start_ms : run.create_ms;
  const auto end = run.end_ms > 0 ? run.end_ms : run.now_ms;
  return begin > 0 ? std::max<std::int64_t>(end - begin, 0) : 0;
}

std::int64_t step_time_ms(const step_progress& step, std::int64_t now_ms) {
  if (step.start_ms <= 0)
    return 0;
  const auto end = step.end_ms > 0 ? step.end_ms : now_ms;
  return std::max<std::int64_t>(end - step.start_ms, 0);
}

status_counts step_counts(const run_progress& run) {
  status_counts counts;
  for (const auto& x : run.steps)
    add_count(counts, x.status, 1);
  return counts;
}

status_counts iteration_counts(const run_progress& run) {
  status_counts counts;
  for (const auto& x : run.steps)
    if (x.loop)
      for (const auto& [status, n] : x.loop->counts)
        add_count(counts, status, n);
  return counts;
}

std::int64_t iteration_total(const run_progress& run) {
  std::int64_t total = 0;
  for (const auto& x : run.steps)
    if (x.loop)
      total += x.loop->total;
  return total;
}

std::string counts_text(const status_counts& counts, bool failures_first) {
  auto sorted = counts;
  if (failures_first)
    std::stable_partition(sorted.begin(), sorted.end(),
                          [](const auto& x) { return mood_of(x.first) == mood::bad; });
  std::string text;
  for (const auto& [status, n] : sorted)
    if (n > 0)
      text += (text.empty() ? "" : ", ") + std::to_string(n) + " " + status;
  return text;
}

} // namespace tutti::ctl
