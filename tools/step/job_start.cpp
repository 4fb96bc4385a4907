#include "tools/step/job_start.hpp"

#include "actors/worker/run_folder.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace tutti::step {

using worker::io_error;
using worker::unique_fd;

namespace {

constexpr int failure_fd = 3;

struct pipe_ends {
  unique_fd read;
  unique_fd write;
};

result<pipe_ends> make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0)
    return io_error("cannot make a pipe", errno);
  return pipe_ends{unique_fd{fds[0]}, unique_fd{fds[1]}};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const auto& text : texts)
    all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

/// Reports why the program cannot be run, and is gone.
[[noreturn]] void fail(const char* what) {
  const auto* why = ::strerrordesc_np(errno);
  char text[256];
  std::size_t size = 0;
  for (const char* part : {what, ": ", why ? why : "unknown error"})
    while (*part && size < sizeof text)
      text[size++] = *part++;
  [[maybe_unused]] const auto n = ::write(failure_fd, text, size);
  ::_exit(127);
}

void limit(__rlimit_resource which, std::int64_t bound) {
  if (bound <= 0)
    return;
  const auto value = static_cast<rlim_t>(bound);
  const rlimit both{value, value};
  if (::setrlimit(which, &both) != 0)
    fail("cannot limit the job's resources");
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number)
    ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Moves the descriptors to 0 to 3, whatever numbers they have now.
void arrange_descriptors(int out, int err, int failure) {
  constexpr int free_from = 10;
  const auto null = ::open("/dev/null", O_RDONLY);
  const int moved[] = {::fcntl(null, F_DUPFD, free_from), ::fcntl(out, F_DUPFD, free_from),
                       ::fcntl(err, F_DUPFD, free_from), ::fcntl(failure, F_DUPFD, free_from)};
  for (int target = 0; target < 4; ++target)
    if (::dup2(moved[target], target) < 0)
      ::_exit(127);
  ::fcntl(failure_fd, F_SETFD, FD_CLOEXEC);
  if (::close_range(failure_fd + 1, ~0U, 0) != 0)
    fail("cannot close descriptors");
}

[[noreturn]] void become_job(const worker::step_order& order, char* const* argv, char** env,
                             pid_t parent) {
  ::setsid();
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
    fail("cannot bind the job to its supervisor");
  // The supervisor may have died before it could be bound.
  if (::getppid() != parent)
    ::_exit(127);
  ::umask(077);
  if (::chdir(order.working_dir.c_str()) != 0)
    fail("cannot enter the working directory");
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  limit(RLIMIT_CPU, order.limits.cpu_max_seconds);
  limit(RLIMIT_FSIZE, order.limits.file_max_bytes);
  limit(RLIMIT_NOFILE, order.limits.open_file_max);
  limit(RLIMIT_AS, order.limits.memory_max_bytes);
  reset_signals();
  // The program is looked up with the job's PATH.
  ::environ = env;
  ::execvp(argv[0], argv);
  fail("cannot run the program");
}

/// Text of the child's failure; empty once the program runs.
std::string await_exec(int fd) {
  std::string text;
  char piece[256];
  for (;;) {
    const auto n = ::read(fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return text;
    text.append(piece, static_cast<std::size_t>(n));
  }
}

} // namespace

result<running_job> start_job(const worker::step_order& order) {
  auto out = make_pipe();
  auto err = make_pipe();
  auto failure = make_pipe();
  for (const auto* made : {&out, &err, &failure})
    if (!*made)
      return made->error();
  const auto argv = pointers(order.argv);
  auto env = pointers(order.env);
  const auto self = ::getpid();
  const auto pid = ::fork();
  if (pid < 0)
    return io_error("cannot fork", errno);
  if (pid == 0) {
    arrange_descriptors(out->write.get(), err->write.get(), failure->write.get());
    become_job(order, argv.data(), env.data(), self);
  }
  out->write.reset();
  err->write.reset();
  failure->write.reset();
  if (auto text = await_exec(failure->read.get()); !text.empty()) {
    ::waitpid(pid, nullptr, 0);
    return error{ec::unprocessable,
                 text + " (program " + order.argv.front() + ", working directory "
                   + order.working_dir + ")",
                 {}};
  }
  ::fcntl(out->read.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(err->read.get(), F_SETFL, O_NONBLOCK);
  return running_job{pid, std::move(out->read), std::move(err->read)};
}

} // namespace tutti::step
