#include "test/support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace tutti::test {

process::process(std::vector<std::string> command_line) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  errors_ = ::memfd_create("stderr", MFD_CLOEXEC);
  std::vector<char*> argv;
  for (auto& word : command_line)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(errors_, STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output_ = ends[0];
}

process::~process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(output_);
  ::close(errors_);
}

std::string process::first_line(std::chrono::milliseconds patience) {
  auto deadline = std::chrono::steady_clock::now() + patience;
  std::string line;
  for (;;) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
    pollfd ready{output_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0)
      return {};
    char c = 0;
    if (::read(output_, &c, 1) != 1)
      return {};
    if (c == '\n')
      return line;
    line += c;
  }
}

std::string process::errors() {
  std::string text;
  char buffer[4096];
  ::lseek(errors_, 0, SEEK_SET);
  for (;;) {
    auto n = ::read(errors_, buffer, sizeof buffer);
    if (n <= 0)
      return text;
    text.append(buffer, static_cast<std::size_t>(n));
  }
}

void process::signal(int number) const {
  ::kill(pid_, number);
}

int process::wait() {
  int how = 0;
  ::waitpid(pid_, &how, 0);
  pid_ = -1;
  return WIFSIGNALED(how) ? -WTERMSIG(how) : WEXITSTATUS(how);
}

temporary_folder::temporary_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "tutti-test-XXXXXX").string();
  if (!::mkdtemp(pattern.data()))
    throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

} // namespace tutti::test
