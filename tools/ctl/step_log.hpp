#pragma once

#include "tools/ctl/locate.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::ctl {

/// Which output of which attempt.
struct log_name {
  std::string step_id;
  /// A number, or `latest`.
  std::string attempt = "latest";
  std::string stream = "stdout";
};

struct log_end {
  std::int64_t bytes_dropped = 0;
};

/// Waits while the step has not begun and its run goes on; calls `say` once if there is something
/// to wait for. Leaves all errors to the one who reads the log.
void wait_for_step(const server_link& link, const run_name& run, const std::string& step_id,
                   const std::function<void()>& say);

/// Reads a step's output from the beginning in pieces. With `wait` until the step has ended,
/// else until there is no more for now. Stops early when `take` gives false. With `wait`, a server
/// that goes away is asked again for a minute.
result<log_end> read_log(const server_link& link, const run_name& run, const log_name& name,
                         bool wait, const std::function<bool(std::string_view)>& take);

/// The last lines of an output, made safe for a terminal; none when it cannot be had.
std::vector<std::string> last_log_lines(const server_link& link, const run_name& run,
                                        const log_name& name, std::size_t lines_max);

} // namespace tutti::ctl
