#pragma once

#include "test/support/process.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tutti::test {

/// A small file system of its own, for tests that fill it. It is seen by the calling thread and
/// what that starts only, and is gone with them, whatever happens.
class small_disk {
public:
  enum class kind : std::uint8_t {
    memory,    ///< tmpfs
    ext4_image ///< ext4 in a file
  };

  /// Mounts it; null, and `why_not` says why, where this machine does not let us.
  static std::unique_ptr<small_disk> make(kind what, std::uint64_t megabytes, std::string& why_not);

  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;
  ~small_disk();

  const std::string& path() const { return path_; }

  /// Bytes that a write may still take.
  std::uint64_t free_bytes() const;

  /// Puts a file there until at most `left` bytes are free. Throws if it cannot.
  void fill(std::uint64_t left = 0);

  /// Takes that file away.
  void clear();

private:
  small_disk() = default;

  temporary_folder folder_;
  std::string path_ = folder_.path() + "/disk";
};

std::string_view to_string(small_disk::kind what);

} // namespace tutti::test
