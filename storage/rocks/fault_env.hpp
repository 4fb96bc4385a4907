#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>

namespace rocksdb {

class FileSystem;

} // namespace rocksdb

namespace tutti::storage {

/// Which files a fault is for.
enum class fault_target : std::uint8_t {
  all,
  write_ahead_log,
  tables
};

/// Faults of a disk on order, for tests: set at any time, from any thread.
struct disk_faults {
  static constexpr std::int64_t never = -1;
  static constexpr std::uint64_t real = std::numeric_limits<std::uint64_t>::max();

  std::atomic<fault_target> target{fault_target::all};
  /// Appends fail as if the disk were full (ENOSPC).
  std::atomic<bool> full{false};
  /// Appends that still succeed; then all fail (EIO).
  std::atomic<std::int64_t> appends_until_failure{never};
  /// Calls of fsync that still succeed; then all fail (EIO).
  std::atomic<std::int64_t> syncs_until_failure{never};
  /// What the file system says it has left.
  std::atomic<std::uint64_t> free_bytes{real};

  /// What happened so far.
  std::atomic<std::uint64_t> sync_count{0};
  std::atomic<std::uint64_t> appended_bytes{0};
};

/// `base` with the faults on top.
std::shared_ptr<rocksdb::FileSystem>
make_fault_file_system(std::shared_ptr<rocksdb::FileSystem> base,
                       std::shared_ptr<disk_faults> faults);

} // namespace tutti::storage
