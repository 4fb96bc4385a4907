#pragma once

#include "runtime/base/error.hpp"
#include "storage/journal/node_store.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace tutti::storage {

struct disk_faults;

/// How much memory and disk a store may use. The memory bounds hold for the whole store.
struct rocks_options {
  static constexpr std::uint64_t mib = 1024 * 1024;

  /// Changes in memory that are in the write-ahead log but not in tables yet.
  std::uint64_t write_buffer_bytes = 48 * mib;
  /// Uncompressed blocks, indexes and filters of tables.
  std::uint64_t block_cache_bytes = 24 * mib;
  /// Size of the write-ahead log from which on tables are written to shorten it.
  std::uint64_t wal_bytes_max = 128 * mib;
  /// Threads for flushes and compactions.
  int background_jobs = 2;
  int open_files_max = 512;
  /// Free space of the file system below which writes are refused.
  std::uint64_t reserve_bytes = 64 * mib;

  /// For tests: asked before every batch. `ec::unavailable` refuses it; any other error counts as
  /// a failed write.
  std::function<status(std::size_t bytes)> before_write{};
  /// For tests: see fault_env.hpp.
  std::shared_ptr<disk_faults> faults{};
};

/// Opens the store in `folder`, which is made if it is not there. Fails with `ec::unavailable` if
/// another process has it or the disk is full, with `ec::precondition_failed` if a newer version
/// of the program wrote it, with `ec::corrupt` if bytes are not what was written.
result<std::unique_ptr<node_store>> open_rocks_store(const std::filesystem::path& folder,
                                                     const rocks_options& options = {});

} // namespace tutti::storage
