#include "actors/cluster/picture_file.hpp"

#include "storage/journal/big_endian.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace tutti::actors {

namespace {

constexpr std::string_view name_begin = "picture-";
/// Of a chunk, before its bytes.
constexpr std::size_t length_size = 4;

error failed(const std::string& what, int why) {
  const auto full = why == ENOSPC || why == EDQUOT || why == EFBIG;
  return {full ? ec::unavailable : ec::io,
          "cannot " + what + ": " + std::error_code{why, std::generic_category()}.message()};
}

status write_all(int fd, std::string_view bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const auto done = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return failed("write a picture", errno);
    bytes.remove_prefix(static_cast<std::size_t>(done));
    at += static_cast<std::uint64_t>(done);
  }
  return unit{};
}

status read_all(int fd, std::string& out, std::uint64_t at) {
  std::size_t have = 0;
  while (have < out.size()) {
    const auto done = ::pread(fd, out.data() + have, out.size() - have,
                              static_cast<off_t>(at + have));
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return failed("read a picture", errno);
    if (done == 0)
      return error{ec::corrupt, "the file of a picture is shorter than what was written"};
    have += static_cast<std::size_t>(done);
  }
  return unit{};
}

} // namespace

status clear_picture_folder(const std::filesystem::path& folder) {
  std::error_code why;
  std::filesystem::create_directories(folder, why);
  std::filesystem::directory_iterator at;
  if (!why)
    at = std::filesystem::directory_iterator{folder, why};
  for (; !why && at != std::filesystem::directory_iterator{}; at.increment(why))
    if (at->path().filename().string().starts_with(name_begin)
        && !std::filesystem::remove(at->path(), why) && why)
      break;
  if (why)
    return error{ec::io, "cannot use the folder " + folder.string()
                           + " for pictures of shards: " + why.message()};
  return unit{};
}

result<std::unique_ptr<picture_file>> picture_file::create(const std::filesystem::path& folder) {
  auto name = (folder / (std::string{name_begin} + "XXXXXX")).string();
  const auto fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0)
    return failed("make a file for a picture in " + folder.string(), errno);
  std::unique_ptr<picture_file> out{new picture_file{fd}};
  if (::unlink(name.c_str()) != 0)
    return failed("take the name from " + name, errno);
  return out;
}

picture_file::~picture_file() {
  ::close(fd_);
}

status picture_file::append(std::string_view chunk, std::uint64_t keep_free) {
  struct ::statvfs disk {};

  if (::fstatvfs(fd_, &disk) != 0)
    return failed("ask for the room on the disk", errno);
  const auto free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free < keep_free || free - keep_free < length_size + chunk.size())
    return error{ec::unavailable, "no room for a picture: the disk has "
                                    + std::to_string(free >> 20U) + " MiB left, "
                                    + std::to_string(keep_free >> 20U) + " MiB are kept free"};
  std::string length;
  storage::append_be(length, static_cast<std::uint32_t>(chunk.size()));
  if (auto ok = write_all(fd_, length, size_); !ok)
    return ok;
  if (auto ok = write_all(fd_, chunk, size_ + length_size); !ok)
    return ok;
  size_ += length_size + chunk.size();
  return unit{};
}

result<std::string> picture_file::next() {
  if (read_ == size_)
    return std::string{};
  std::string length(length_size, '\0');
  if (auto ok = read_all(fd_, length, read_); !ok)
    return ok.error();
  const std::uint64_t size = storage::read_be<std::uint32_t>(length);
  if (size > size_ - read_ - length_size)
    return error{ec::corrupt, "the file of a picture does not hold what was written"};
  std::string chunk(size, '\0');
  if (auto ok = read_all(fd_, chunk, read_ + length_size); !ok)
    return ok.error();
  read_ += length_size + size;
  return chunk;
}

} // namespace tutti::actors
