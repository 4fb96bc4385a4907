#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

namespace tutti::test {

/// A child process whose first line of output says that it is ready. Dies with its handle, so
/// that a failed check leaves nothing behind.
class process {
public:
  explicit process(std::vector<std::string> command_line);
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process();

  /// Waits for the first line of output; empty if none came in time.
  std::string first_line(std::chrono::milliseconds patience);

  /// Everything on standard error so far. @pre the process has ended
  std::string errors();

  /// Sends `signal`: SIGKILL for a crash, SIGSTOP for a hang, SIGTERM for an orderly stop.
  void signal(int signal) const;

  /// Waits for the end and returns the exit code, or minus the signal number.
  int wait();

  pid_t id() const { return pid_; }

private:
  pid_t pid_ = -1;
  int output_ = -1;
  int errors_ = -1;
};

/// A folder that is removed at the end.
class temporary_folder {
public:
  temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder();

  const std::string& path() const { return path_; }

private:
  std::string path_;
};

} // namespace tutti::test
