#include "tools/ctl/progress_view.hpp"

#include "tools/ctl/statuses.hpp"

#include <algorithm>

namespace tutti::ctl {

namespace {

constexpr std::size_t id_width_max = 32;
constexpr std::size_t bar_width_max = 24;
constexpr std::size_t bar_width_min = 8;

struct columns {
  std::size_t status = 0;
  std::size_t id = 0;
};

columns columns_of(const run_progress& run) {
  columns widths;
  for (const auto& x : run.steps) {
    widths.status = std::max(widths.status, width_of(x.status));
    widths.id = std::max(widths.id, std::min(width_of(x.id), id_width_max));
  }
  return widths;
}

std::size_t bar_width(const look& how) {
  return how.width == 0 ? bar_width_max : std::clamp(how.width / 6, bar_width_min, bar_width_max);
}

/// "[####....] 123/366  2 FAILED, 121 SUCCEEDED  11.2/s  ETA 21.0s"; the most telling first,
/// since the end of a line may be cut off.
std::string loop_text(const step_progress& step, const rate_meters& meters, std::int64_t now_ms,
                      const look& how) {
  const auto& loop = *step.loop;
  const auto done = ended_count(loop);
  auto text = bar(done, loop.total, bar_width(how)) + " " + std::to_string(done) + "/"
              + std::to_string(loop.total);
  auto meter = meters.find(step.id);
  auto rate = meter != meters.end() ? meter->second.per_second() : std::nullopt;
  const bool going = step.end_ms == 0 && done < loop.total;
  if (const auto ms = step_time_ms(step, now_ms); !going && ms > 0)
    rate = static_cast<double>(done) * 1000 / static_cast<double>(ms);
  if (rate)
    text += "  " + rate_text(*rate) + "/s";
  if (const auto eta = eta_ms(done, loop.total, rate); going && eta)
    text += "  ETA " + (*eta < 1000 ? std::string{"<1s"} : duration_text(*eta));
  const auto counts = counts_text(loop.counts, true);
  return counts.empty() ? text : text + "  " + counts;
}

/// Plain text of a step's line, behind its status.
std::string step_text(const step_progress& step, const columns& widths, const rate_meters& meters,
                      std::int64_t now_ms, const look& how) {
  const bool started = step.start_ms > 0;
  auto text = "  " + pad(cut(one_line(step.id), id_width_max), widths.id) + "  "
              + pad_left(started ? duration_text(step_time_ms(step, now_ms)) : "", 7);
  if (step.attempt > 1)
    text += "  attempt " + std::to_string(step.attempt);
  if (step.loop)
    text += "  " + loop_text(step, meters, now_ms, how);
  return text;
}

bool has_failure(const step_progress& step) {
  return mood_of(step.status) == mood::bad || step.status == "COMPLETED_WITH_ERROR";
}

void append_step(text_lines& lines, const step_progress& step, const columns& widths,
                 const rate_meters& meters, std::int64_t now_ms, const look& how) {
  const auto status = "  " + pad(step.status, widths.status);
  auto rest = step_text(step, widths, meters, now_ms, how);
  while (!rest.empty() && rest.back() == ' ')
    rest.pop_back();
  const auto whole = cut(status + rest, how.width);
  const auto end = std::min(whole.size(), status.size());
  lines.push_back(coloured(whole.substr(0, end), step.status, how) + whole.substr(end));
  if (has_failure(step) && !step.message.empty())
    lines.push_back(cut("    " + one_line(step.message), how.width));
}

/// How much a step deserves a line of its own when there are too few; least first.
int weight(const step_progress& step) {
  if (has_failure(step))
    return 3;
  const auto m = mood_of(step.status);
  if (m == mood::busy)
    return 2;
  return m == mood::waiting && step.status != "NOT_CREATED" ? 1 : 0;
}

/// Marks the steps that get a line when only `room` lines are there.
std::vector<bool> chosen_steps(const run_progress& run, std::size_t room) {
  std::vector<bool> chosen(run.steps.size(), false);
  for (int w = 3; w >= 0; --w)
    for (std::size_t i = 0; i < run.steps.size(); ++i) {
      if (weight(run.steps[i]) != w)
        continue;
      const std::size_t needs = has_failure(run.steps[i]) && !run.steps[i].message.empty() ? 2 : 1;
      if (needs > room)
        return chosen;
      chosen[i] = true;
      room -= needs;
    }
  return chosen;
}

std::size_t lines_needed(const run_progress& run) {
  std::size_t n = 0;
  for (const auto& x : run.steps)
    n += has_failure(x) && !x.message.empty() ? 2 : 1;
  return n;
}

std::string name_of(const run_progress& run) {
  return run.workflow_id + "/" + std::to_string(run.instance_id) + " run "
         + std::to_string(run.run_id);
}

std::string head_line(const run_progress& run, const look& how) {
  const auto rest = "  " + name_of(run) + "  " + duration_text(run_time_ms(run));
  const auto whole = cut(run.status + rest, how.width);
  const auto end = std::min(whole.size(), run.status.size());
  return coloured(whole.substr(0, end), run.status, how) + whole.substr(end);
}

const step_progress* find_step(const run_progress& run, const std::string& id) {
  for (const auto& x : run.steps)
    if (x.id == id)
      return &x;
  return nullptr;
}

std::int64_t tenths(const step_progress& step) {
  return step.loop && step.loop->total > 0 ? ended_count(*step.loop) * 10 / step.loop->total : 0;
}

const step_progress* slowest_step(const run_progress& run) {
  const step_progress* slowest = nullptr;
  for (const auto& x : run.steps)
    if (x.start_ms > 0
        && (!slowest || step_time_ms(x, run.now_ms) > step_time_ms(*slowest, run.now_ms)))
      slowest = &x;
  return slowest;
}

/// Statuses after which nobody tries again by itself.
std::vector<const step_progress*> failed_steps(const run_progress& run) {
  std::vector<const step_progress*> failed;
  for (const auto& x : run.steps)
    if (mood_of(x.status) == mood::bad)
      failed.push_back(&x);
  return failed;
}

boost::json::object counts_json(const status_counts& counts) {
  boost::json::object object;
  for (const auto& [status, n] : counts)
    if (n > 0)
      object[status] = n;
  return object;
}

} // namespace

void measure(rate_meters& meters, const run_progress& run) {
  for (const auto& x : run.steps)
    if (x.loop)
      meters[x.id].add(run.now_ms, ended_count(*x.loop));
}

text_lines progress_lines(const run_progress& run, const rate_meters& meters, const look& how) {
  text_lines lines{head_line(run, how)};
  const auto widths = columns_of(run);
  // Head, the line of the others, and the line that the cursor is on.
  constexpr std::size_t taken = 3;
  const bool all = how.height == 0 || lines_needed(run) + 2 <= how.height;
  const auto chosen = all ? std::vector<bool>(run.steps.size(), true)
                          : chosen_steps(run, how.height > taken ? how.height - taken : 0);
  run_progress others;
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    if (chosen[i])
      append_step(lines, run.steps[i], widths, meters, run.now_ms, how);
    else
      others.steps.push_back(run.steps[i]);
  }
  if (!others.steps.empty())
    lines.push_back(cut("  and " + counted(static_cast<std::int64_t>(others.steps.size()), "step")
                          + ": " + counts_text(step_counts(others)),
                        how.width));
  return lines;
}

text_lines change_lines(const run_progress& before, const run_progress& now) {
  text_lines lines;
  auto say = [&](const std::string& text) { lines.push_back(time_text(now.now_ms) + "  " + text); };
  if (before.status != now.status)
    say(now.status + "  " + name_of(now));
  for (const auto& x : now.steps) {
    const auto* old = find_step(before, x.id);
    const bool moved = old ? old->status != x.status || old->attempt != x.attempt
                           : x.status != "NOT_CREATED";
    const auto loop = x.loop ? "  " + std::to_string(ended_count(*x.loop)) + "/"
                                 + std::to_string(x.loop->total) + "  "
                                 + counts_text(x.loop->counts, true)
                             : std::string{};
    if (!moved && (!old || tenths(*old) == tenths(x)))
      continue;
    auto text = "  " + x.status + "  " + one_line(x.id);
    if (x.attempt > 1)
      text += "  attempt " + std::to_string(x.attempt);
    if (x.end_ms > 0 && x.start_ms > 0)
      text += "  " + duration_text(step_time_ms(x, now.now_ms));
    text += loop;
    if (has_failure(x) && !x.message.empty())
      text += "  " + one_line(x.message);
    say(text);
  }
  return lines;
}

text_lines summary_lines(const run_progress& run, const look& how) {
  text_lines lines;
  auto say = [&](std::string_view key, const std::string& text) {
    lines.push_back(cut("  " + pad(key, 11) + text, how.width));
  };
  lines.push_back(coloured(run.status, run.status, how) + "  " + name_of(run) + " after "
                  + duration_text(run_time_ms(run)));
  if (!run.steps.empty())
    say("steps", std::to_string(run.steps.size()) + ": " + counts_text(step_counts(run), true));
  if (const auto total = iteration_total(run); total > 0)
    say("iterations", std::to_string(total) + ": " + counts_text(iteration_counts(run), true));
  if (const auto* slowest = slowest_step(run))
    say("slowest",
        one_line(slowest->id) + ", " + duration_text(step_time_ms(*slowest, run.now_ms)));
  constexpr std::size_t failed_shown_max = 5;
  const auto failed = failed_steps(run);
  for (std::size_t i = 0; i < failed.size() && i < failed_shown_max; ++i) {
    const auto& x = *failed[i];
    say("failed", one_line(x.id) + " " + x.status
                    + (x.attempt > 1 ? ", attempt " + std::to_string(x.attempt) : "")
                    + (x.message.empty() ? "" : ": " + one_line(x.message)));
  }
  if (failed.size() > failed_shown_max)
    say("", "and " + std::to_string(failed.size() - failed_shown_max) + " more");
  std::string_view key = "next";
  // Commands are to be copied: they are not cut.
  for (const auto& x : next_commands(run)) {
    lines.push_back("  " + pad(key, 11) + x);
    key = "";
  }
  return lines;
}

boost::json::object summary_json(const run_progress& run) {
  boost::json::array failed;
  for (const auto* x : failed_steps(run))
    failed.push_back(boost::json::object{
      {"step_id", x->id}, {"status", x->status}, {"attempt", x->attempt}, {"message", x->message}});
  boost::json::object made{{"workflow_id", run.workflow_id},
                           {"workflow_instance_id", run.instance_id},
                           {"workflow_run_id", run.run_id},
                           {"status", run.status},
                           {"duration_ms", run_time_ms(run)}};
  made["steps"] = counts_json(step_counts(run));
  if (iteration_total(run) > 0)
    made["iterations"] = counts_json(iteration_counts(run));
  if (const auto* slowest = slowest_step(run))
    made["slowest_step"] = boost::json::object{{"step_id", slowest->id},
                                               {"duration_ms", step_time_ms(*slowest, run.now_ms)}};
  if (!failed.empty())
    made["failed_steps"] = std::move(failed);
  return made;
}

text_lines next_commands(const run_progress& run) {
  if (!run_ended(run.status) || run.status == "SUCCEEDED")
    return {};
  const auto where = run.workflow_id + " " + std::to_string(run.instance_id);
  text_lines commands;
  if (const auto failed = failed_steps(run); !failed.empty()) {
    const auto& x = *failed.front();
    if (x.loop)
      commands.push_back("tutti why " + where + " " + x.id);
    else
      commands.push_back("tutti logs " + where + " " + x.id);
  } else {
    commands.push_back("tutti why " + where);
  }
  commands.push_back("tutti restart " + where);
  return commands;
}

std::string redraw(std::size_t previous_lines, const text_lines& lines) {
  // The whole picture is one write, and every line is overwritten before its rest is cleared:
  // that is what keeps it from flickering.
  std::string out;
  if (previous_lines > 0)
    out += "\x1b[" + std::to_string(previous_lines) + "A";
  for (const auto& x : lines)
    out += "\r" + x + "\x1b[K\n";
  return out + "\x1b[J";
}

} // namespace tutti::ctl
