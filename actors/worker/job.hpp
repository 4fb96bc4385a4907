#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tutti::worker {

/// Bounds of one job. Zero means no bound only where the member says so.
struct job_limits {
  /// Size of one piece of a log; at least 1.
  std::int64_t segment_bytes = 1 << 20;
  /// Each of stdout and stderr keeps its first piece and its newest ones up to this size, but
  /// never less than two pieces.
  std::int64_t log_max_bytes = 16 << 20;
  /// Longest output data, in characters.
  std::int64_t output_max_chars = 750'000;
  /// How long a job runs on while no daemon listens; 0 ends it at once.
  std::int64_t orphan_grace_ms = 600'000;
  /// A job that its daemon has not said to keep alive for so long ends; 0 is no bound. For nodes
  /// that others replace when they are silent, also when their daemon only stands still.
  std::int64_t lease_ms = 0;
  /// Address space of each process; 0 is no bound.
  std::int64_t memory_max_bytes = 0;
  /// Processor time of each process; 0 is no bound.
  std::int64_t cpu_max_seconds = 0;
  /// Size of a file that the job writes; 0 is no bound.
  std::int64_t file_max_bytes = 0;
  /// Open descriptors of each process; 0 is no bound.
  std::int64_t open_file_max = 0;
};

/// One attempt of a step, as a local process.
struct job_spec {
  /// New for each attempt; letters, digits, '-', '_' and '.', at most 64.
  std::string step_uuid;
  /// Program and arguments; with a script, arguments of the script only.
  std::vector<std::string> argv;
  /// Text for the interpreter; empty if argv names a program.
  std::string script;
  std::string interpreter = "/bin/sh";
  /// Beats the runner's base environment; the names the contract reserves beat it.
  std::vector<std::pair<std::string, std::string>> env;
  /// Content of $TUTTI_PARAMS; empty is written as {}.
  std::string params_json;
  /// Empty is a private new folder.
  std::string working_dir;
  /// Between SIGTERM and SIGKILL.
  std::int64_t grace_ms = 10'000;
  job_limits limits{};
};

struct job_result {
  /// Stored by name in result.json.
  enum class outcome : std::uint8_t {
    /// The program ended by itself: see exit_code.
    exited,
    /// A signal ended the program: see signal.
    signalled,
    /// Nobody knows how it ended. Nothing of it runs any more.
    lost,
    /// The program was never run: see message.
    refused_to_start,
  };

  outcome how = outcome::lost;
  int exit_code = 0;
  int signal = 0;
  /// The end was asked for: by the daemon, a shutdown, or the orphan rule.
  bool terminated = false;
  /// Why it was lost, refused or terminated; of one that failed, its last line on stderr; empty
  /// when there is nothing to say.
  std::string message{};
  /// Milliseconds since the epoch; 0 if it never started.
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;
  /// Over all processes of the job.
  std::int64_t cpu_ms = 0;
  std::int64_t max_rss_bytes = 0;
  /// Bytes ever logged, dropped ones in the middle of the log, and bytes the disk refused.
  std::int64_t stdout_bytes = 0;
  std::int64_t stdout_dropped = 0;
  std::int64_t stderr_bytes = 0;
  std::int64_t stderr_dropped = 0;
  /// A JSON object, or empty if the job reported none.
  std::string outputs_json{};
  /// Why reported outputs cannot be used; empty if they can.
  std::string outputs_error{};

  bool operator==(const job_result&) const = default;
};

/// The program runs. Reported again after the job was found again.
struct job_started {
  std::int64_t pid = 0;
};

/// The logs grew; totals since the start.
struct job_logged {
  std::int64_t stdout_bytes = 0;
  std::int64_t stderr_bytes = 0;
};

/// Nothing of the job runs any more.
struct job_ended {
  job_result result;
};

using job_event = std::variant<job_started, job_logged, job_ended>;

/// A piece of a log.
struct log_chunk {
  std::string data;
  /// Absolute offset of the first byte of data.
  std::int64_t offset = 0;
  /// Where to go on reading.
  std::int64_t next_offset = 0;
  /// Bytes between the asked offset and `offset` that are kept no more.
  std::int64_t skipped = 0;
  /// There is nothing after data, yet.
  bool at_end = true;
};

} // namespace tutti::worker
