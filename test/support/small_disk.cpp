#include "test/support/small_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace tutti::test {

namespace {

std::string failed(const std::string& what) {
  return what + " is not possible: " + std::strerror(errno);
}

/// Mounts that only this thread and its children see; true if that is so now.
bool enter_own_mounts() {
  thread_local const bool entered
    = ::unshare(CLONE_NEWNS) == 0
      && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  return entered;
}

bool succeeds(std::vector<std::string> command_line) {
  return ::access(command_line[0].c_str(), X_OK) == 0
         && process{std::move(command_line)}.wait() == 0;
}

/// An ext4 in the file `image`, without blocks kept for the superuser.
bool mount_image(const std::string& image, const std::string& path, std::uint64_t megabytes) {
  return succeeds({"/bin/truncate", "-s", std::to_string(megabytes) + "M", image})
         && succeeds({"/sbin/mkfs.ext4", "-q", "-F", "-m", "0", image})
         && succeeds({"/bin/mount", "-n", "-o", "loop", image, path});
}

std::string filler_of(const std::string& path) {
  return path + "/filler";
}

} // namespace

std::string_view to_string(small_disk::kind what) {
  return what == small_disk::kind::memory ? "tmpfs" : "ext4 in a loop device";
}

std::unique_ptr<small_disk> small_disk::make(kind what, std::uint64_t megabytes,
                                             std::string& why_not) {
  std::unique_ptr<small_disk> made{new small_disk};
  std::filesystem::create_directory(made->path_);
  if (!enter_own_mounts()) {
    why_not = "this process may not mount anything";
    return nullptr;
  }
  auto size = "size=" + std::to_string(megabytes) + "m";
  auto ok = what == kind::memory
              ? ::mount("none", made->path_.c_str(), "tmpfs", 0, size.c_str()) == 0
              : mount_image(made->folder_.path() + "/image", made->path_, megabytes);
  if (ok)
    return made;
  why_not = "mounting " + std::string{to_string(what)} + " is not possible";
  return nullptr;
}

small_disk::~small_disk() {
  // At once for us, and in full when the last process that uses it has ended.
  ::umount2(path_.c_str(), MNT_DETACH);
}

std::uint64_t small_disk::free_bytes() const {
  struct statvfs told {};
  if (::statvfs(path_.c_str(), &told) != 0)
    throw std::runtime_error(failed("asking " + path_));
  return static_cast<std::uint64_t>(told.f_bavail) * told.f_frsize;
}

void small_disk::fill(std::uint64_t left) {
  auto file = ::open(filler_of(path_).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0)
    throw std::runtime_error(failed("a file in " + path_));
  std::vector<char> block(1U << 20U, 'x');
  auto size = block.size();
  auto bad = 0;
  for (auto room = free_bytes(); bad == 0 && room > left; room = free_bytes()) {
    size = std::min<std::size_t>(size, room - left);
    auto n = ::write(file, block.data(), size);
    if (n < 0 && (errno != ENOSPC || size <= 1))
      bad = errno;
    else if (n < 0)
      size /= 2; // Some of what is said to be free is for the file system itself.
  }
  // A file system may put off finding a place for what was written.
  if (::fsync(file) != 0)
    bad = errno;
  ::close(file);
  if (bad != 0 && bad != ENOSPC)
    throw std::runtime_error("filling " + path_ + " failed: " + std::strerror(bad));
}

void small_disk::clear() {
  std::filesystem::remove(filler_of(path_));
}

} // namespace tutti::test
