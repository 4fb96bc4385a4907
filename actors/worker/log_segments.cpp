#include "actors/worker/log_segments.hpp"

#include "actors/worker/run_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>
#include <memory>
#include <vector>

namespace tutti::worker {

namespace {

std::string segment_name(const std::string& stream, std::int64_t index) {
  return stream + "." + std::to_string(index);
}

result<std::vector<std::int64_t>> segment_indices(int folder, const std::string& stream) {
  // A descriptor of its own, since reading a directory moves its position.
  const auto fd = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return io_error("cannot open run folder of log " + stream, errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> listing{::fdopendir(fd), ::closedir};
  std::vector<std::int64_t> indices;
  const auto prefix = stream + ".";
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the listing is our own
  while (const auto* entry = ::readdir(listing.get())) {
    const std::string_view name{entry->d_name};
    if (!name.starts_with(prefix))
      continue;
    std::int64_t index = 0;
    const auto* last = name.data() + name.size();
    const auto [end, failure] = std::from_chars(name.data() + prefix.size(), last, index);
    if (failure == std::errc{} && end == last && index >= 0)
      indices.push_back(index);
  }
  std::sort(indices.begin(), indices.end());
  return indices;
}

/// Appends up to `limit` bytes; a segment that went away meanwhile is empty.
void read_segment(int folder, const std::string& name, std::int64_t from, std::int64_t limit,
                  std::string& into) {
  const unique_fd file{::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  const auto before = into.size();
  into.resize(before + static_cast<std::size_t>(limit));
  std::size_t got = 0;
  while (file && got < static_cast<std::size_t>(limit)) {
    const auto n = ::pread(file.get(), into.data() + before + got,
                           static_cast<std::size_t>(limit) - got,
                           from + static_cast<std::int64_t>(got));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    got += static_cast<std::size_t>(n);
  }
  into.resize(before + got);
}

std::int64_t file_size(int folder, const std::string& name) {
  struct stat info {};

  return ::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 ? info.st_size : 0;
}

} // namespace

segment_writer::segment_writer(int folder, std::string stream, std::int64_t segment_bytes,
                               std::int64_t max_bytes)
  : folder_(folder),
    stream_(std::move(stream)),
    segment_bytes_(std::max<std::int64_t>(1, segment_bytes)),
    newest_kept_(std::max<std::int64_t>(1, max_bytes / segment_bytes_ - 1)) {}

void segment_writer::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = static_cast<std::size_t>(segment_bytes_ - size_ % segment_bytes_);
    const auto piece = bytes.substr(0, std::min(room, bytes.size()));
    if (!file_ && !open_segment())
      break;
    const auto n = ::write(file_.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      break;
    size_ += n;
    bytes.remove_prefix(static_cast<std::size_t>(n));
    if (size_ % segment_bytes_ == 0)
      file_.reset();
  }
  dropped_ += static_cast<std::int64_t>(bytes.size());
}

bool segment_writer::open_segment() {
  const auto index = size_ / segment_bytes_;
  const auto name = segment_name(stream_, index);
  file_.reset(
    ::openat(folder_, name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file_)
    return false;
  const auto victim = index - newest_kept_;
  if (victim >= 1 && ::unlinkat(folder_, segment_name(stream_, victim).c_str(), 0) == 0)
    dropped_ += segment_bytes_;
  return true;
}

result<log_chunk> read_segments(int folder, const std::string& stream, std::int64_t offset,
                                std::int64_t limit) {
  if (offset < 0 || limit < 1)
    return error{ec::bad_request,
                 "log offset " + std::to_string(offset) + " and limit " + std::to_string(limit)
                   + " must not be negative, and the limit not 0",
                 {}};
  limit = std::min(limit, log_chunk_max_bytes);
  auto indices = segment_indices(folder, stream);
  if (!indices)
    return indices.error();
  if (!indices->empty() && indices->front() != 0)
    return error{ec::corrupt, "log " + stream + " has lost its first segment", {}};
  log_chunk chunk;
  chunk.offset = chunk.next_offset = offset;
  // Only full segments have a successor, so the first one tells the size of all.
  const auto segment_bytes = indices->size() > 1
                               ? std::max<std::int64_t>(1, file_size(folder, stream + ".0"))
                               : std::numeric_limits<std::int64_t>::max();
  for (const auto index : *indices) {
    const auto begin = index == 0 ? 0 : index * segment_bytes;
    const auto behind = chunk.next_offset - begin;
    if (behind >= segment_bytes)
      continue;
    if (behind < 0 && !chunk.data.empty()) {
      chunk.at_end = false;
      return chunk;
    }
    if (behind < 0) {
      chunk.offset = chunk.next_offset = begin;
      chunk.skipped = begin - offset;
    }
    const auto want = std::min(limit - static_cast<std::int64_t>(chunk.data.size()),
                               segment_bytes - std::max<std::int64_t>(0, behind));
    if (want == 0)
      break;
    read_segment(folder, segment_name(stream, index), std::max<std::int64_t>(0, behind), want,
                 chunk.data);
    chunk.next_offset = chunk.offset + static_cast<std::int64_t>(chunk.data.size());
  }
  if (!indices->empty()) {
    const auto last = indices->back();
    const auto end = (last == 0 ? 0 : last * segment_bytes)
                     + file_size(folder, segment_name(stream, last));
    chunk.at_end = chunk.next_offset >= end;
  }
  return chunk;
}

} // namespace tutti::worker
