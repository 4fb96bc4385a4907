#pragma once

#include "actors/worker/job.hpp"
#include "runtime/base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::worker {

/// spec.json: all the supervisor needs to know. Strings are bytes without NUL. Append only.
struct step_order {
  std::string step_uuid;
  std::vector<std::string> argv;
  /// "NAME=value", complete.
  std::vector<std::string> env;
  std::string working_dir;
  std::int64_t grace_ms = 0;
  job_limits limits{};
};

/// started.json: written before the job starts.
struct start_mark {
  std::int64_t time = 0;
  /// After a reboot nothing of the job can be left.
  std::string boot_id;
};

/// result.json: the end as the supervisor, or whoever took its place, saw it. Append only.
struct job_report {
  /// Without the outputs, which are merged from the two below when the result is delivered.
  job_result result;
  /// Text between the output tokens, if the job printed some.
  std::optional<std::string> token_text{};
  bool token_text_too_large = false;
  /// Bound of the outputs as delivered, see job_limits.
  std::int64_t output_max_chars = job_limits{}.output_max_chars;
};

/// Largest spec.json and result.json that are written and read.
inline constexpr std::size_t spec_max_bytes = 8 << 20;
inline constexpr std::size_t report_max_bytes = 32 << 20;

std::string encode(const step_order& order);
std::string encode(const start_mark& mark);
std::string encode(const job_report& report);

result<step_order> decode_order(std::string_view text);
result<start_mark> decode_mark(std::string_view text);
result<job_report> decode_report(std::string_view text);

std::string_view to_string(job_result::outcome how);

/// Changes with each boot of the machine; empty if unknown.
std::string read_boot_id();

} // namespace tutti::worker
