// tutti-step <run folder> [<descriptor of a connection to the daemon>]
//
// Supervises the job of one run folder. Started by the daemon, outlives it.

#include "tools/step/supervisor.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>
#include <cstdio>
#include <cstring>

namespace {

using namespace tutti;
using namespace tutti::worker;

int parse_descriptor(const char* text) {
  int fd = -1;
  std::from_chars(text, text + std::strlen(text), fd);
  if (fd < 0 || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
    return -1;
  return fd;
}

/// What the folder says to run, unless it was run already.
/// @pre the folder is locked
result<step_order> take_order(const run_folder& folder) {
  if (folder.has(file_name::result) || folder.has(file_name::started))
    return error{ec::conflict, folder.path() + " was run already", {}};
  auto text = folder.read(file_name::spec, spec_max_bytes);
  if (!text)
    return text.error();
  return decode_order(*text);
}

int complain(const error& why) {
  std::fprintf(stderr, "tutti-step: %s\n", why.message.c_str());
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: tutti-step <run folder> [<descriptor>]\n");
    return 2;
  }
  ::umask(077);
  auto folder = run_folder::open(argv[1]);
  if (!folder)
    return complain(folder.error());
  if (::fchdir(folder->fd()) != 0)
    return complain(io_error("cannot enter " + folder->path(), errno));
  const auto link_fd = argc == 3 ? parse_descriptor(argv[2]) : -1;
  const auto lock = folder->lock();
  if (!lock)
    return complain(lock.error());
  auto order = take_order(*folder);
  if (!order)
    return complain(order.error());
  step::supervisor supervisor{*folder, std::move(*order), link_fd};
  return supervisor.run() ? 0 : 1;
}
