#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tutti::worker {

/// Signals all that descends from this process, except members of a process group (0: none).
/// Safe against reused process ids.
/// @pre the caller is a child subreaper and single-threaded, so that nothing can leave the tree
void signal_descendants(int signal, pid_t except_group = 0);

/// Kills all processes that were started with `mark` ("NAME=value") in their environment,
/// except this one, until none is left or `rounds` are over.
/// @returns whether none is left
bool kill_marked(const std::string& mark, int rounds);

} // namespace tutti::worker
