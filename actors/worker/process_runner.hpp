#pragma once

#include "actors/worker/job_runner.hpp"
#include "runtime/base/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tutti::worker {

struct runner_options {
  /// Holds one run folder per attempt; made if absent.
  std::string runs_dir;
  /// Holds the run folders of ended attempts by day (see ended_runs); made when needed. On the
  /// same file system as `runs_dir`; empty: beside it, under the name `ended`.
  std::string ended_dir;
  /// Path of the program tutti-step.
  std::string step_binary;
  /// Jobs that may run at the same time; attached ones count, but are never refused.
  std::size_t running_max = 256;
  /// The environment of every job, besides what its spec says. HOME is the job's working
  /// folder unless it is given here.
  std::vector<std::pair<std::string, std::string>> base_env{
    {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
    {"LANG", "C.UTF-8"},
    {"TZ", "UTC"}};
};

/// Called on the runner's thread, one call at a time; must not throw and not wait. Must not
/// stop or destroy the runner.
using event_sink = std::function<void(const std::string& step_uuid, job_event event)>;

struct runner_queue;

/// Runs the steps of this node that are local processes. Each job has a supervisor process of
/// its own, so jobs outlive this object and the daemon; all a runner knows is in the run
/// folders. Owns one thread. All functions may be called from any thread.
class process_runner final : public job_runner {
public:
  static result<std::unique_ptr<process_runner>> open(runner_options options, event_sink on_event);

  /// Stops.
  ~process_runner() override;

  status launch(job_spec spec) override;
  status attach(std::string step_uuid) override;
  bool knows(const std::string& step_uuid) const override;
  status terminate(const std::string& step_uuid, std::int64_t grace_ms) override;
  void keep_alive() override;

  /// Drops the spec, the parameters and the files of a job whose end is recorded durably. Logs
  /// and result stay, but outputs from the output file are gone. Runs on the caller's thread and
  /// may take long. Fails with conflict if the job runs.
  status forget(const std::string& step_uuid) const;

  /// Forgets, and moves the folder to those of `day` (days since the epoch).
  status put_away(const std::string& step_uuid, std::int64_t day) const;

  /// Puts away what an earlier daemon had no time for: folders with a result that lie still for
  /// a day. Looks at each folder that is not put away.
  void put_away_left(std::int64_t day) const;

  /// Removes at most `most` attempts that were put away before `day`; true if more are left.
  result<bool> remove_ended_before(std::int64_t day, std::size_t most) const;

  /// Forgets, and drops logs and result too, also what was put away; nothing is fine. The uuid
  /// must never be launched again.
  status erase(const std::string& step_uuid) const;

  /// `stream` is "stdout" or "stderr". Works during and after the run; at most 4 MiB a call.
  result<log_chunk> read_log(const std::string& step_uuid, const std::string& stream,
                             std::int64_t offset, std::int64_t limit) const;

  /// Jobs launched or attached here whose end was not reported yet.
  std::size_t running() const;

  /// Jobs go on without this daemon, until their orphan grace is over. No event comes after
  /// the return. May be repeated.
  void stop();

private:
  process_runner(runner_options options, std::unique_ptr<runner_queue> queue);

  runner_options options_;
  std::unique_ptr<runner_queue> queue_;
  std::thread thread_;
};

} // namespace tutti::worker
