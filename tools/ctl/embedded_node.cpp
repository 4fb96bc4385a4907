#include "tools/ctl/embedded_node.hpp"

#include "tools/ctl/text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace tutti::ctl {

namespace {

using steady = std::chrono::steady_clock;

constexpr auto stop_patience = std::chrono::seconds{15};
constexpr std::size_t line_length_max = 8192;
constexpr int exec_failed = 127;

std::string system_error() {
  return std::error_code{errno, std::generic_category()}.message();
}

result<std::string> new_temporary_folder() {
  std::error_code why;
  auto pattern = (std::filesystem::temp_directory_path(why) / "tutti-XXXXXX").string();
  if (why || !::mkdtemp(pattern.data()))
    return error{ec::io, "no temporary folder '" + pattern + "': " + system_error()};
  return pattern;
}

/// The child between fork and exec: only what is allowed there, no memory, no locks.
[[noreturn]] void become(const char* const* argv, int output, int errors, pid_t parent) {
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  // The parent may have died before the line above.
  if (::getppid() != parent)
    ::_exit(exec_failed);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  ::execv(argv[0], const_cast<char* const*>(argv));
  ::_exit(exec_failed);
}

std::string last_lines(const std::string& file, std::size_t count) {
  std::ifstream in{file};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(one_line(line));
    if (lines.size() > count)
      lines.erase(lines.begin());
  }
  std::string text;
  for (const auto& x : lines)
    text += (text.empty() ? "" : "; ") + x;
  return text;
}

bool ended_within(pid_t pid, std::chrono::milliseconds patience) {
  const auto deadline = steady::now() + patience;
  while (::waitpid(pid, nullptr, WNOHANG) == 0) {
    if (steady::now() >= deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

} // namespace

result<ready_line> read_ready_line(std::string_view line) {
  constexpr std::string_view begin = "ready http=";
  constexpr std::string_view middle = " data=";
  const auto data = line.find(middle);
  if (line.substr(0, begin.size()) != begin || data == std::string_view::npos)
    return error{ec::bad_request, "expected 'ready http=HOST:PORT data=DIR', found '"
                                    + one_line(line.substr(0, 200)) + "'"};
  return ready_line{std::string{line.substr(begin.size(), data - begin.size())},
                    std::string{line.substr(data + middle.size())}};
}

status embedded_node::start(const std::string& program, const std::string& data_folder,
                            std::int64_t timeout_ms, const std::vector<std::string>& more) {
  data_folder_ = data_folder;
  if (data_folder.empty()) {
    auto made = new_temporary_folder();
    if (!made)
      return made.error();
    data_folder_ = *made;
    temporary_ = true;
  }
  std::error_code why;
  std::filesystem::create_directories(data_folder_, why);
  if (why)
    return error{ec::io, "data folder '" + data_folder_ + "': " + why.message()};
  if (auto ok = launch(program, more); !ok)
    return ok;
  auto line = first_line(timeout_ms);
  if (!line)
    return not_ready(line.error().message);
  auto ready = read_ready_line(*line);
  if (!ready)
    return not_ready(ready.error().message);
  url_ = "http://" + ready->http;
  return unit{};
}

status embedded_node::launch(const std::string& program, const std::vector<std::string>& more) {
  if (::access(program.c_str(), X_OK) != 0)
    return error{ec::io, "no node to start: '" + program + "': " + system_error()};
  const auto log = data_folder_ + "/tuttid.log";
  const auto errors = data_folder_ + "/tuttid.stderr";
  const int error_file = ::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  std::array<int, 2> pipe_ends{-1, -1};
  if (error_file < 0 || ::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
    auto why = error{ec::io, "cannot start '" + program + "': " + system_error()};
    if (error_file >= 0)
      ::close(error_file);
    return why;
  }
  std::vector<const char*> argv{program.c_str(), "--data",     data_folder_.c_str(), "--http",
                                "127.0.0.1:0",   "--log-file", log.c_str()};
  for (const auto& x : more)
    argv.push_back(x.c_str());
  argv.push_back(nullptr);
  const auto parent = ::getpid();
  const auto pid = ::fork();
  if (pid == 0)
    become(argv.data(), pipe_ends[1], error_file, parent);
  auto failed = pid < 0 ? system_error() : std::string{};
  ::close(pipe_ends[1]);
  ::close(error_file);
  output_ = pipe_ends[0];
  if (pid < 0)
    return error{ec::io, "cannot start '" + program + "': " + failed};
  pid_ = pid;
  return unit{};
}

result<std::string> embedded_node::first_line(std::int64_t timeout_ms) const {
  const auto deadline = steady::now() + std::chrono::milliseconds{timeout_ms};
  std::string line;
  while (line.size() < line_length_max) {
    const auto left
      = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady::now());
    if (left.count() <= 0)
      return error{ec::timeout, "not ready after " + duration_text(timeout_ms)};
    pollfd waiting{output_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(left.count())) <= 0)
      continue;
    char c = 0;
    const auto n = ::read(output_, &c, 1);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return error{ec::io, "it ended before it was ready"};
    if (c == '\n')
      return line;
    line += c;
  }
  return error{ec::bad_request, "its first line is too long"};
}

error embedded_node::not_ready(const std::string& why) const {
  auto said = last_lines(data_folder_ + "/tuttid.stderr", 5);
  if (said.empty())
    said = last_lines(data_folder_ + "/tuttid.log", 5);
  return error{ec::internal, "the node on '" + data_folder_ + "' did not start: " + why
                               + (said.empty() ? "" : "; it said: " + said)};
}

void embedded_node::stop() {
  const auto pid = pid_.exchange(0);
  if (pid > 0) {
    ::kill(pid, SIGTERM);
    if (!ended_within(pid, stop_patience)) {
      ::kill(pid, SIGKILL);
      ended_within(pid, stop_patience);
    }
  }
  if (pid > 0 && output_ >= 0)
    ::close(output_);
}

void embedded_node::remove_temporary_folder() {
  if (!temporary_)
    return;
  std::error_code ignored; // A left-over temporary folder harms nobody.
  std::filesystem::remove_all(data_folder_, ignored);
}

} // namespace tutti::ctl
