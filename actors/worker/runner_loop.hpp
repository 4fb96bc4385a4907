#pragma once

#include "actors/worker/process_runner.hpp"
#include "actors/worker/run_folder.hpp"
#include "actors/worker/runner_queue.hpp"
#include "actors/worker/step_files.hpp"

#include <boost/json/object.hpp>

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace tutti::worker {

/// What the runner's thread does: starts supervisors, talks to them, and judges what became
/// of jobs without one. Remembers only jobs that have not ended.
class runner_loop {
public:
  /// @pre the references outlive the loop
  runner_loop(const runner_options& options, runner_queue& queue, event_sink on_event);

  status open();

  /// Returns when the queue says that the runner stops.
  void run();

private:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;

  struct job {
    std::string step_uuid;
    /// The talk with the supervisor; without it, the job is looked for at `look_at`.
    unique_fd link{};
    std::string received{};
    std::optional<std::int64_t> started_pid{};
    /// A request that the supervisor has not been told yet.
    std::optional<std::int64_t> terminate_grace{};
    /// Our child, to be reaped when the link breaks; -1 if somebody else's.
    pid_t supervisor = -1;
    /// This runner was asked to start it, so a job that never was is refused, not lost.
    bool launched = false;
    time_point look_at{};
    std::chrono::milliseconds pause{};
  };

  // -- commands -------------------------------------------------------------------------
  bool take_commands();
  void on(launch_job& command);
  void on(attach_job& command);
  void on(terminate_job& command);
  void on(keep_jobs& command);
  job& remember(const std::string& step_uuid);
  status begin(job& one, const job_spec& spec);
  void adopt_link(job& one, unique_fd link);
  void tell_termination(job& one);
  static bool say(const job& one, const boost::json::object& what);

  // -- supervisors ----------------------------------------------------------------------
  void hear(job& one);
  void take_line(job& one, std::string_view line);
  void take_end(job& one, const std::string& unstored);
  void lose_link(job& one);
  void reap_supervisors();

  // -- jobs without a supervisor to talk to -----------------------------------------------
  void look_for_jobs();
  void look(job& one);
  void judge(job& one, const run_folder& folder);
  job_report deduce(const job& one, const run_folder& folder) const;

  // -- the end ----------------------------------------------------------------------------
  static std::optional<job_report> stored_report(const run_folder& folder);
  void deliver(job& one, const run_folder& folder, const job_report& report);
  void end(job& one, job_result outcome);
  int wait_ms() const;
  std::string path_of(const std::string& step_uuid) const;

  const runner_options& options_;
  runner_queue& queue_;
  event_sink on_event_;
  unique_fd epoll_;
  std::string boot_id_;
  std::unordered_map<std::string, std::uint64_t> ids_;
  std::unordered_map<std::uint64_t, job> jobs_;
  std::uint64_t next_id_ = 1;
  /// Jobs without a link.
  std::vector<std::uint64_t> unlinked_;
  /// Supervisors about to exit.
  std::vector<pid_t> leaving_;
};

} // namespace tutti::worker
