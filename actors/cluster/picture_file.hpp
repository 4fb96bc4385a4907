#pragma once

#include "runtime/base/error.hpp"
#include "storage/journal/shard_snapshot.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::actors {

/// Makes the folder, and removes what a process that died may have left there.
status clear_picture_folder(const std::filesystem::path& folder);

/// Chunks on the disk: written one after another, then read in the same order. The file has no name
/// from the beginning, so it is gone with its owner, however that ends. One thread at a time.
class picture_file {
public:
  static result<std::unique_ptr<picture_file>> create(const std::filesystem::path& folder);

  picture_file(const picture_file&) = delete;
  picture_file& operator=(const picture_file&) = delete;
  ~picture_file();

  /// `ec::unavailable` if the disk has no room for it and `keep_free` bytes for others. Nothing can
  /// be appended after a failure.
  status append(std::string_view chunk, std::uint64_t keep_free);

  /// Empty after the last one.
  result<std::string> next();

private:
  explicit picture_file(int fd) : fd_(fd) {}

  int fd_;
  std::uint64_t size_ = 0;
  std::uint64_t read_ = 0; ///< bytes that were given out
};

/// A picture that came from another node.
class received_picture final : public storage::shard_snapshot {
public:
  received_picture(storage::snapshot_header header, std::unique_ptr<picture_file> chunks)
    : header_(std::move(header)),
      chunks_(std::move(chunks)) {}

  const storage::snapshot_header& header() const override { return header_; }

  /// The chunks as the sender cut them.
  result<std::string> next(std::size_t) override { return chunks_->next(); }

private:
  storage::snapshot_header header_;
  std::unique_ptr<picture_file> chunks_;
};

} // namespace tutti::actors
