#pragma once

#include "runtime/base/error.hpp"

#include <string_view>

namespace tutti::ctl {

/// What the shell sees. Scripts rely on the numbers: append only, never renumber.
enum class exit_code : int {
  ok = 0,
  /// The run ended as FAILED, STOPPED or TIMED_OUT.
  run_failed = 1,
  usage = 2,
  unreachable = 3,
  /// The server, or the check of a file, said no.
  refused = 4,
  server_error = 5,
  interrupted = 130,
};

/// `ok` for a run that succeeded, `run_failed` for one that ended otherwise.
exit_code exit_code_of_run(std::string_view status);

exit_code exit_code_of_error(ec code);

/// The section about exit codes of the help page.
std::string_view exit_code_help();

} // namespace tutti::ctl
