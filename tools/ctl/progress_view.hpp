#pragma once

#include "tools/ctl/progress.hpp"
#include "tools/ctl/rate_meter.hpp"
#include "tools/ctl/text.hpp"

#include <string>
#include <vector>

namespace tutti::ctl {

using text_lines = std::vector<std::string>;

/// Feeds the meters with an answer.
void measure(rate_meters& meters, const run_progress& run);

/// The live picture of a run: a head line, then one line a step and one more for the message
/// of a failed step. Lines fit `how.width`; there are at most `how.height` - 1 of them, and
/// the steps that matter least are the ones summed up.
text_lines progress_lines(const run_progress& run, const rate_meters& meters, const look& how);

/// What differs from the answer before, as lines that may be appended to a log. A loop speaks
/// at every tenth of its way. `before` may be empty (no status).
text_lines change_lines(const run_progress& before, const run_progress& now);

/// Closing words about an ended run: status, time, counts, slowest step, and what to do next.
text_lines summary_lines(const run_progress& run, const look& how);

/// The same for programs.
boost::json::object summary_json(const run_progress& run);

/// Commands worth trying after a run that did not succeed; none after one that did.
text_lines next_commands(const run_progress& run);

/// Escape sequences that replace `previous_lines` lines above the cursor by these.
std::string redraw(std::size_t previous_lines, const text_lines& lines);

} // namespace tutti::ctl
