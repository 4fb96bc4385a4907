#pragma once

#include "actors/worker/last_line.hpp"
#include "actors/worker/log_segments.hpp"
#include "actors/worker/output_scanner.hpp"
#include "actors/worker/run_folder.hpp"
#include "actors/worker/step_files.hpp"
#include "tools/step/daemon_link.hpp"
#include "tools/step/job_start.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace tutti::step {

/// Lives as long as one job: runs it, keeps its logs, ends it on request or when no daemon
/// cares any more, leaves nothing of it behind, and writes down how it ended.
/// @pre the run folder is the working directory and locked; this process has one thread
class supervisor {
public:
  supervisor(const worker::run_folder& folder, worker::step_order order, int link_fd);

  /// Returns when nothing of the job runs and its result is written or handed over.
  /// @returns whether the result is in safe hands
  bool run();

private:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;

  status start();
  void refuse(const std::string& why);

  // -- while the job runs ---------------------------------------------------------------
  void wait_for_something();
  int wait_ms() const;
  void take_signals();
  void reap();
  void on_first_process_ended();
  template <class Hear>
  void read_log(worker::unique_fd& from, worker::segment_writer& into, Hear& hear, int rounds);
  void hear_daemon();
  void watch_deadlines();
  void terminate(std::int64_t grace_ms, const std::string& why);
  void kill_all();
  void report_start();
  void report_logs();

  // -- at the end -----------------------------------------------------------------------
  void complete_result();
  bool deliver();

  const worker::run_folder& folder_;
  worker::step_order order_;
  daemon_link link_;
  worker::unique_fd signals_;
  running_job job_;
  worker::segment_writer out_log_;
  worker::segment_writer err_log_;
  worker::output_scanner scanner_;
  worker::last_line err_end_;
  worker::job_result result_;

  /// The first process of the job is gone; others may be left.
  bool first_ended_ = false;
  bool nothing_left_ = false;
  /// When patience with a job that shall end is over.
  std::optional<time_point> kill_at_{};
  std::optional<time_point> killing_since_{};
  std::optional<time_point> alone_since_{};
  bool out_of_touch_ = false;
  time_point kept_alive_ = clock::now(); ///< by the daemon
  time_point logs_reported_at_{};
  std::int64_t logs_reported_bytes_ = 0;
};

} // namespace tutti::step
