#include "tools/ctl/verbs.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

namespace {

/// The folder of this program, where `tuttid` is too.
std::string program_folder() {
  std::error_code why;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", why);
  return why ? std::string{"."} : self.parent_path().string();
}

void measure_terminal(tutti::ctl::surroundings& around) {
  around.terminal = ::isatty(STDOUT_FILENO) == 1;
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  // The last column stays free: a terminal whose line is full would clear its last character.
  around.width = (known ? std::max<std::size_t>(size.ws_col, 20) : 80) - 1;
  around.height = known ? size.ws_row : 24;
}

} // namespace

int main(int argc, char** argv) {
  // The thread that waits for signals may outlive main: the plan is never taken away.
  static tutti::ctl::interrupt_plan plan;
  tutti::ctl::watch_interrupts(plan);
  tutti::ctl::surroundings around{
    std::cout,        std::cerr, tutti::config::process_environment(), false, 0, 0,
    program_folder(), plan};
  measure_terminal(around);
  const std::vector<std::string> texts(argv + std::min(argc, 1), argv + argc);
  const auto code = tutti::ctl::run_tutti(texts, around);
  std::cout.flush();
  return static_cast<int>(code);
}
