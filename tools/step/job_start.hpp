#pragma once

#include "actors/worker/step_files.hpp"
#include "actors/worker/unique_fd.hpp"

#include <sys/types.h>

namespace tutti::step {

/// A running job: its first process, and our ends of its pipes.
struct running_job {
  pid_t pid = -1;
  worker::unique_fd out;
  worker::unique_fd err;
};

/// Runs the program of the order in a session of its own. The process inherits nothing: no
/// descriptor, no environment, no signal state. It is killed when this process dies.
/// Fails if the program cannot be run; then no process is left.
/// @pre the calling process has one thread
result<running_job> start_job(const worker::step_order& order);

} // namespace tutti::step
