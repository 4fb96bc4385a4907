#include "actors/worker/supervisor_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

namespace tutti::worker {

namespace {

constexpr int supervisor_link_fd = 3;

/// Actions and attributes of a spawn; the C interface fails with numbers.
class spawn_plan {
public:
  spawn_plan() {
    keep(::posix_spawn_file_actions_init(&actions_));
    keep(::posix_spawnattr_init(&attributes_));
  }

  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;

  ~spawn_plan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  void descriptors(const std::string& log_path, int link) {
    keep(::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0));
    keep(::posix_spawn_file_actions_addopen(&actions_, 1, log_path.c_str(),
                                            O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600));
    keep(::posix_spawn_file_actions_adddup2(&actions_, 1, 2));
    keep(::posix_spawn_file_actions_adddup2(&actions_, link, supervisor_link_fd));
    keep(::posix_spawn_file_actions_addclosefrom_np(&actions_, supervisor_link_fd + 1));
  }

  void own_session_and_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    keep(::posix_spawnattr_setsigmask(&attributes_, &set));
    ::sigfillset(&set);
    keep(::posix_spawnattr_setsigdefault(&attributes_, &set));
    keep(::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK
                                                    | POSIX_SPAWN_SETSIGDEF));
  }

  int run(pid_t& pid, const char* program, char* const* argv, char* const* env) {
    return failure_ != 0 ? failure_
                         : ::posix_spawn(&pid, program, &actions_, &attributes_, argv, env);
  }

private:
  void keep(int failure) { failure_ = failure_ != 0 ? failure_ : failure; }

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
  int failure_ = 0;
};

} // namespace

result<supervisor_process> start_supervisor(const std::string& step_binary,
                                            const run_folder& folder) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return io_error("cannot make a socket pair", errno);
  unique_fd ours{ends[0]};
  const unique_fd low{ends[1]};
  ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  // Above all numbers that the plan fills, so that none is overwritten before its use.
  const unique_fd theirs{::fcntl(low.get(), F_DUPFD_CLOEXEC, supervisor_link_fd + 1)};
  if (!theirs)
    return io_error("cannot move a descriptor", errno);
  spawn_plan plan;
  plan.descriptors(folder.path() + "/" + file_name::supervisor_log, theirs.get());
  plan.own_session_and_signals();
  std::string program = step_binary;
  std::string path = folder.path();
  std::string link = std::to_string(supervisor_link_fd);
  char* const argv[] = {program.data(), path.data(), link.data(), nullptr};
  char* const no_env[] = {nullptr};
  pid_t pid = -1;
  if (const auto failure = plan.run(pid, program.c_str(), argv, no_env); failure != 0)
    return io_error("cannot start " + step_binary + " for " + folder.path(), failure);
  return supervisor_process{pid, std::move(ours)};
}

std::optional<unique_fd> connect_supervisor(const run_folder& folder) {
  // Through the open folder, since a socket's path must be short.
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder.fd(),
                file_name::ctl);
  unique_fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (!fd || ::connect(fd.get(), generic, sizeof address) != 0)
    return std::nullopt;
  return fd;
}

} // namespace tutti::worker
