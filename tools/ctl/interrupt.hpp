#pragma once

#include <functional>
#include <mutex>

namespace tutti::ctl {

/// What is to be done when the user interrupts: say how things stand, stop what was started.
/// Set by the main thread, run by the one that waits for signals; hence the mutex.
class interrupt_plan {
public:
  void set(std::function<void()> farewell);

  void clear() { set({}); }

  /// Runs the farewell, if there is one. The program ends after it.
  void run();

private:
  std::mutex guard_;
  std::function<void()> farewell_;
};

/// Blocks SIGINT, SIGTERM and SIGHUP in this thread and those it starts, and waits for them in
/// a thread of its own, which runs the plan and ends the program with 130.
/// @pre there is no other thread yet; `plan` outlives the program
void watch_interrupts(interrupt_plan& plan);

} // namespace tutti::ctl
