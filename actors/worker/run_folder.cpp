#include "actors/worker/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace tutti::worker {

namespace {

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

} // namespace

error io_error(std::string what, int number) {
  // strerror is not thread-safe; this one gives constant strings.
  const auto* text = ::strerrordesc_np(number);
  what += ": ";
  what += text ? text : "unknown error";
  return {ec::io, std::move(what), {}};
}

result<run_folder> run_folder::open(const std::string& path) {
  unique_fd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)};
  if (!fd && errno == ENOENT)
    return error{ec::not_found, "run folder " + path + " does not exist", {}};
  if (!fd)
    return io_error("cannot open run folder " + path, errno);
  return run_folder{std::move(fd), path};
}

result<run_folder> run_folder::create(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return io_error("cannot make run folder " + path, errno);
  return open(path);
}

bool run_folder::has(const char* name) const {
  struct stat info {};

  return ::fstatat(fd(), name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

result<std::string> run_folder::read(const char* name, std::size_t max_bytes) const {
  const auto where = path_ + "/" + name;
  unique_fd file{::openat(fd(), name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file && errno == ENOENT)
    return error{ec::not_found, where + " does not exist", {}};
  if (!file)
    return io_error("cannot open " + where, errno);

  struct stat info {};

  if (::fstat(file.get(), &info) != 0)
    return io_error("cannot stat " + where, errno);
  if (!S_ISREG(info.st_mode))
    return error{ec::bad_request, where + " is not a regular file", {}};
  if (static_cast<std::size_t>(info.st_size) > max_bytes)
    return error{ec::too_large,
                 where + " has " + std::to_string(info.st_size) + " bytes, at most "
                   + std::to_string(max_bytes) + " are allowed",
                 {}};
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const auto n = ::read(file.get(), bytes.data() + got, bytes.size() - got);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return io_error("cannot read " + where, errno);
    if (n == 0)
      break;
    got += static_cast<std::size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

status run_folder::write(const char* name, std::string_view bytes, durable how) const {
  const auto where = path_ + "/" + name;
  const auto fresh = std::string{name} + ".new";
  unique_fd file{
    ::openat(fd(), fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file)
    return io_error("cannot make " + where + ".new", errno);
  if (!write_all(file.get(), bytes))
    return io_error("cannot write " + where + ".new", errno);
  if (how == durable::yes && ::fsync(file.get()) != 0)
    return io_error("cannot sync " + where + ".new", errno);
  if (::renameat(fd(), fresh.c_str(), fd(), name) != 0)
    return io_error("cannot rename " + where + ".new", errno);
  if (how == durable::yes && ::fsync(fd()) != 0)
    return io_error("cannot sync run folder " + path_, errno);
  return unit{};
}

status run_folder::make_folder(const char* name) const {
  if (::mkdirat(fd(), name, 0700) != 0 && errno != EEXIST)
    return io_error("cannot make folder " + path_ + "/" + name, errno);
  return unit{};
}

result<unique_fd> run_folder::lock() const {
  unique_fd file{::openat(fd(), file_name::lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file)
    return io_error("cannot open " + path_ + "/" + file_name::lock, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0)
    return file;
  if (errno == EWOULDBLOCK)
    return error{ec::conflict, "run folder " + path_ + " has a living supervisor", {}};
  return io_error("cannot lock " + path_ + "/" + file_name::lock, errno);
}

} // namespace tutti::worker
