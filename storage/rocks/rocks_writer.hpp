#pragma once

#include "storage/rocks/rocks_db.hpp"

#include <rocksdb/write_batch.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace tutti::storage {

/// Refuses work while the file system has too little room. Asks it at most once in 100 ms or an
/// eighth of the reserve, and every time while it is full.
class free_space {
public:
  free_space(const rocks_db& at, std::uint64_t reserve_bytes)
    : at_(at),
      reserve_bytes_(reserve_bytes) {}

  /// Fails with `ec::unavailable` if there is no room for `bytes` above the reserve.
  status admit(std::uint64_t bytes);

  std::uint64_t ask() const;

private:
  using clock = std::chrono::steady_clock;

  const rocks_db& at_;
  std::uint64_t reserve_bytes_;
  std::optional<clock::time_point> asked_;
  std::uint64_t free_bytes_ = 0;
  std::uint64_t written_since_ = 0;
  bool full_ = false;
};

/// The only way to the disk: numbers the batches, keeps the room, and stops for good after a
/// failure that leaves the outcome open. The owner calls it from one thread at a time, except for
/// the counters.
class rocks_writer {
public:
  rocks_writer(rocks_db& at, const rocks_options& options)
    : at_(at),
      options_(options),
      space_(at, options.reserve_bytes) {}

  /// Goes on with the numbering that the database holds.
  status begin();

  /// Whether a batch of about `bytes` may be written now.
  status admit(std::size_t bytes);

  /// Writes `batch` and its number. @pre `admit` said yes
  status commit(rocksdb::WriteBatch& batch, bool sync);

  /// Remembers a failure that came up outside of `commit`; every later write gets it.
  error stop(error why);

  std::uint64_t free_disk_bytes() const { return space_.ask(); }

  std::atomic<std::uint64_t> batches_total{0};
  std::atomic<std::uint64_t> syncs_total{0};
  std::atomic<std::uint64_t> written_bytes_total{0};

private:
  status admit_health();

  rocks_db& at_;
  const rocks_options& options_;
  free_space space_;
  std::uint64_t batch_number_ = 0;
  std::optional<error> stopped_;
};

} // namespace tutti::storage
