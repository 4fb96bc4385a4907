#pragma once

#include "actors/worker/job.hpp"
#include "actors/worker/unique_fd.hpp"
#include "runtime/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::worker {

/// Writes one log as files `<stream>.0`, `<stream>.1`, ... of equal size. Of a long log, the
/// first file and the newest ones stay. A disk that refuses never stops the job: those bytes
/// are counted as dropped.
class segment_writer {
public:
  /// @pre `folder` stays open for as long as the writer lives
  segment_writer(int folder, std::string stream, std::int64_t segment_bytes,
                 std::int64_t max_bytes);

  void append(std::string_view bytes);

  /// Offset behind the last byte.
  std::int64_t size() const { return size_; }

  std::int64_t dropped() const { return dropped_; }

private:
  bool open_segment();

  int folder_;
  std::string stream_;
  std::int64_t segment_bytes_;
  /// Segments that stay besides the first.
  std::int64_t newest_kept_;
  unique_fd file_;
  std::int64_t size_ = 0;
  std::int64_t dropped_ = 0;
};

/// Largest piece that `read_segments` gives.
inline constexpr std::int64_t log_chunk_max_bytes = 4 << 20;

/// Reads from an absolute offset on, up to the next dropped range. A log nobody wrote is empty.
/// @pre `folder` is the run folder
result<log_chunk> read_segments(int folder, const std::string& stream, std::int64_t offset,
                                std::int64_t limit);

} // namespace tutti::worker
