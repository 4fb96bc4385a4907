#include "actors/worker/process_tree.hpp"

#include "actors/worker/unique_fd.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace tutti::worker {

namespace {

// Not every kernel offers /proc/<pid>/task/<tid>/children, so the whole of /proc is read.
// That is rare: only when a job leaves something behind.
void each_process(const std::function<void(pid_t)>& visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listing{::opendir("/proc"), ::closedir};
  if (!listing)
    return;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the listing is our own
  while (const auto* entry = ::readdir(listing.get())) {
    const std::string_view name{entry->d_name};
    pid_t pid = 0;
    const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (failure == std::errc{} && end == name.data() + name.size())
      visit(pid);
  }
}

std::string read_proc(pid_t pid, const char* name, std::size_t max_bytes) {
  const auto path = "/proc/" + std::to_string(pid) + "/" + name;
  const unique_fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  std::string text;
  char piece[4096];
  while (file && text.size() < max_bytes) {
    const auto n = ::read(file.get(), piece, sizeof piece);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    text.append(piece, static_cast<std::size_t>(n));
  }
  return text;
}

struct process_place {
  /// -1 if there is no such process, or only its zombie.
  pid_t parent = -1;
  pid_t group = -1;
};

process_place place_of(pid_t pid) {
  const auto text = read_proc(pid, "stat", 1024);
  // The second field is the name in parentheses, and may hold any character.
  const auto name_end = text.rfind(") ");
  if (name_end == std::string::npos || name_end + 4 >= text.size() || text[name_end + 2] == 'Z')
    return {};
  process_place place;
  const auto* end = text.data() + text.size();
  const auto [next, failure] = std::from_chars(text.data() + name_end + 4, end, place.parent);
  if (failure == std::errc{} && next < end)
    std::from_chars(next + 1, end, place.group);
  return place;
}

bool has_mark(pid_t pid, const std::string& mark) {
  constexpr std::size_t environment_max_bytes = 4 << 20;
  const auto environment = '\0' + read_proc(pid, "environ", environment_max_bytes) + '\0';
  return environment.find('\0' + mark + '\0') != std::string::npos;
}

/// Signals the process if it is still the one that was meant once it is pinned down.
bool signal_if(pid_t pid, int number, const std::function<bool()>& still_meant) {
  // By number, since the C library's declarations of 2.36 do not link from C++.
  const unique_fd pinned{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  return pinned && still_meant()
         && ::syscall(SYS_pidfd_send_signal, pinned.get(), number, nullptr, 0) == 0;
}

} // namespace

void signal_descendants(int signal, pid_t except_group) {
  struct child {
    pid_t pid;
    pid_t group;
  };

  // All are found before the first is signalled: one that dies leaves its children elsewhere.
  std::unordered_map<pid_t, std::vector<child>> children;
  each_process([&](pid_t pid) {
    if (const auto place = place_of(pid); place.parent > 0)
      children[place.parent].push_back({pid, place.group});
  });
  const auto self = ::getpid();
  std::vector<pid_t> parents{self};
  while (!parents.empty()) {
    const auto parent = parents.back();
    parents.pop_back();
    for (const auto& one : children[parent]) {
      parents.push_back(one.pid);
      // One whose parent died in between is ours by now.
      const auto still_ours = [&] {
        const auto now = place_of(one.pid).parent;
        return now == parent || now == self;
      };
      if (one.group != except_group)
        signal_if(one.pid, signal, still_ours);
    }
  }
}

bool kill_marked(const std::string& mark, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    bool found = false;
    each_process([&](pid_t pid) {
      if (pid != ::getpid() && has_mark(pid, mark) && place_of(pid).parent >= 0)
        found = signal_if(pid, SIGKILL, [&] { return has_mark(pid, mark); }) || found;
    });
    if (!found)
      return true;
    // The killed ones need a moment to go.
    const timespec moment{0, 2'000'000};
    ::nanosleep(&moment, nullptr);
  }
  return false;
}

} // namespace tutti::worker
