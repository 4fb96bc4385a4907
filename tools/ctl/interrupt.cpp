#include "tools/ctl/interrupt.hpp"

#include "tools/ctl/exit_code.hpp"

#include <unistd.h>

#include <csignal>
#include <thread>
#include <utility>

namespace tutti::ctl {

void interrupt_plan::set(std::function<void()> farewell) {
  std::lock_guard lock{guard_};
  farewell_ = std::move(farewell);
}

void interrupt_plan::run() {
  std::function<void()> farewell;
  {
    std::lock_guard lock{guard_};
    farewell = std::exchange(farewell_, {});
  }
  if (farewell)
    farewell();
}

void watch_interrupts(interrupt_plan& plan) {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (int x : {SIGINT, SIGTERM, SIGHUP})
    ::sigaddset(&signals, x);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread{[&plan, signals] {
    int which = 0;
    while (::sigwait(&signals, &which) != 0) {
    }
    plan.run();
    ::_exit(static_cast<int>(exit_code::interrupted));
  }}.detach();
}

} // namespace tutti::ctl
