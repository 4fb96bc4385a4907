#pragma once

#include "actors/worker/job.hpp"
#include "actors/worker/unique_fd.hpp"
#include "runtime/base/error.hpp"

#include <mutex>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace tutti::worker {

struct launch_job {
  job_spec spec;
};

struct attach_job {
  std::string step_uuid;
};

struct terminate_job {
  std::string step_uuid;
  std::int64_t grace_ms = 0;
};

/// All jobs with a link go on for their lease.
struct keep_jobs {};

using runner_command = std::variant<launch_job, attach_job, terminate_job, keep_jobs>;

/// Between the callers of a runner and its thread: commands in order, and which jobs count.
struct runner_queue {
  /// Commands that may wait; far above what the thread leaves lying.
  static constexpr std::size_t command_max = 65'536;

  std::mutex mutex;
  // -- guarded by mutex --
  std::vector<runner_command> commands;
  /// Launched or attached, and not ended.
  std::set<std::string, std::less<>> active;
  bool stopping = false;
  // -- constant --
  /// An eventfd that wakes the thread.
  unique_fd wake;
};

} // namespace tutti::worker
