#pragma once

#include "tools/ctl/json_view.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::ctl {

/// How many have each status, in the server's order.
using status_counts = std::vector<std::pair<std::string, std::int64_t>>;

struct loop_progress {
  std::string inline_workflow_id;
  std::int64_t total = 0;
  std::int64_t launched = 0;
  status_counts counts;
};

struct step_progress {
  std::string id;
  std::string type;
  std::string status;
  std::int64_t attempt = 0;
  /// 0: not yet.
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::string message;
  std::optional<loop_progress> loop;
};

/// One answer of `…/runs/{run}/progress`. Times are the server's.
struct run_progress {
  std::string workflow_id;
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
  std::string status;
  std::int64_t create_ms = 0;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t now_ms = 0;
  std::vector<step_progress> steps;
};

run_progress read_progress(const json_value& answer);

/// Iterations that have ended.
std::int64_t ended_count(const loop_progress& loop);

std::int64_t failed_count(const loop_progress& loop);

/// From start (or creation, for a run that waits) to end or now; 0 before the start.
std::int64_t run_time_ms(const run_progress& run);
std::int64_t step_time_ms(const step_progress& step, std::int64_t now_ms);

/// Steps by status, in order of first appearance.
status_counts step_counts(const run_progress& run);

/// Iterations of all loops by status, and their number.
status_counts iteration_counts(const run_progress& run);
std::int64_t iteration_total(const run_progress& run);

/// "2 SUCCEEDED, 1 FAILED"; failures first when `failures_first`. Zeros are left out.
std::string counts_text(const status_counts& counts, bool failures_first = false);

} // namespace tutti::ctl
