#pragma once

#include "actors/worker/job.hpp"
#include "runtime/base/error.hpp"

#include <cstdint>
#include <string>

namespace tutti::worker {

/// Runs jobs of this node that outlive the daemon. `process_runner` is it; a simulation has its
/// own. All functions may be called from any thread and never wait for the disk.
class job_runner {
public:
  job_runner() = default;
  job_runner(const job_runner&) = delete;
  job_runner& operator=(const job_runner&) = delete;
  virtual ~job_runner() = default;

  /// Runs the job, once per uuid for ever: one that runs is found again and reports its start
  /// again, one that ended reports its result again. Whatever goes wrong later comes as the
  /// event `job_ended`. Fails with bad_request, too_large, overloaded (try again when a job
  /// ended) or unavailable (stopped).
  virtual status launch(job_spec spec) = 0;

  /// Finds a job of an earlier daemon. It reports its start if it runs, and its end if it
  /// ended; one of which nothing is known ends as lost, and can then never start any more.
  virtual status attach(std::string step_uuid) = 0;

  /// Whether a job was ever launched here and is not put away. Looks at the disk.
  virtual bool knows(const std::string& step_uuid) const = 0;

  /// SIGTERM, and SIGKILL after the grace (negative: that of the spec), to all of the job.
  /// May be repeated; the shortest grace counts. Fails with not_found if the job is neither
  /// launched nor attached here, for example because it ended.
  virtual status terminate(const std::string& step_uuid, std::int64_t grace_ms) = 0;

  /// The jobs that were launched or attached here go on for their lease from now.
  virtual void keep_alive() = 0;
};

} // namespace tutti::worker
