#pragma once

#include <cstddef>
#include <cstdint>

namespace tutti::actors {

/// Bounds of a courier. Memory for pictures: `out_max` chunks that are being sent, `in_max` that
/// come in parts, and `inbox_bytes_max`.
struct picture_limits {
  /// Of a chunk that the sender reads, about; a frame carries at most twice as many bytes.
  std::size_t chunk_bytes = std::size_t{1} << 20;
  /// Of a chunk that the receiver takes; a row lies in one chunk, however long it is.
  std::size_t chunk_bytes_max = std::size_t{40} << 20;
  /// Pieces of a transfer that are sent and not confirmed.
  std::uint32_t in_flight_max = 8;
  /// Transfers at a time.
  std::size_t out_max = 2;
  std::size_t in_max = 2;
  /// Pictures that wait to be sent. Each keeps old data in the store, so not for long.
  std::size_t waiting_max = 64;
  std::int64_t waiting_max_ms = 60'000;
  /// A transfer without progress for so long is given up.
  std::int64_t silence_max_ms = 10'000;
  /// Pieces that came and were not looked at, and all other frames that did so.
  std::size_t inbox_bytes_max = std::size_t{40} << 20;
  std::size_t inbox_words_bytes_max = std::size_t{4} << 20;
  /// What pictures leave free on the disk.
  std::uint64_t keep_free_bytes = std::uint64_t{256} << 20;
};

} // namespace tutti::actors
