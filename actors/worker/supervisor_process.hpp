#pragma once

#include "actors/worker/run_folder.hpp"

#include <sys/types.h>

#include <optional>
#include <string>

namespace tutti::worker {

/// A supervisor that was just started, and the talk with it.
struct supervisor_process {
  pid_t pid = -1;
  unique_fd link;
};

/// Starts `step_binary` for the folder, in a session of its own and with nothing inherited but
/// its end of the link. Whether it gets the folder's lock is for it to find out.
result<supervisor_process> start_supervisor(const std::string& step_binary,
                                            const run_folder& folder);

/// Connects to the supervisor that listens in the folder, if there is one.
std::optional<unique_fd> connect_supervisor(const run_folder& folder);

} // namespace tutti::worker
