#pragma once

#include "storage/journal/node_store.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::storage {

/// Faults on order. Numbers count from 1 over the life of the disk, so that a test can break the
/// k-th write whatever stores were opened before.
struct memory_faults {
  /// This write fails with `ec::io`, and the store on top stops.
  std::optional<std::uint64_t> fail_write{};
  /// The failed write is on the disk all the same.
  bool failed_write_lands = false;
  /// This write and all later ones fail, even those of a store that is opened afterwards.
  std::optional<std::uint64_t> refuse_from{};
  /// The k-th sync fails: its batch is written, but not durable, and the store stops.
  std::optional<std::uint64_t> fail_sync{};
  /// Writes are refused with `ec::unavailable` until this is cleared. They do not count.
  bool full = false;
  /// Reads of these shards fail with `ec::corrupt`; an install or drop heals them.
  std::set<shard_id> corrupt{};
};

/// What the disk holds of one shard.
struct shard_image {
  std::map<std::string, std::string, std::less<>> rows;
  std::map<log_index, log_entry> log;
  shard_position at;
};

/// All shards at one moment. While somebody holds an image, the disk changes a copy of it.
using disk_image = std::map<shard_id, std::shared_ptr<const shard_image>>;

/// A simulated disk; outlives the stores on top of it. Thread-safe. The calls of the first section
/// are for tests, those of the second for `memory_store`.
class memory_disk {
public:
  // -- for tests ------------------------------------------------------------

  /// The power fails. Of the batches that were not synced, the first few survive, how many the
  /// seed says, in order. Stores that were open are dead: all their calls fail. Gives the number
  /// of batches that were lost.
  std::size_t crash(std::uint64_t seed);

  void set_faults(memory_faults faults);

  memory_faults faults() const;

  std::uint64_t write_count() const;

  std::uint64_t sync_count() const;

  std::size_t unsynced_count() const;

  // -- for the store ----------------------------------------------------------

  /// Takes the disk into use; fails with `ec::unavailable` if another store has it.
  result<std::uint64_t> attach();

  void detach(std::uint64_t life);

  /// All or nothing; see `node_store::write`.
  status write(std::uint64_t life, const std::vector<shard_write>& parts, bool sync);

  /// Puts an image in the place of a shard, or forgets the shard; durable.
  status replace(std::uint64_t life, shard_id shard, std::shared_ptr<const shard_image> image);

  /// What a store sees now.
  result<disk_image> image(std::uint64_t life) const;

  /// One shard of it; an empty one if it was never written.
  result<std::shared_ptr<const shard_image>> shard(std::uint64_t life, shard_id shard) const;

  /// Where a shard stands, damaged or not.
  result<shard_position> position(std::uint64_t life, shard_id shard) const;

  /// `ec::corrupt` if the shard was ordered to be damaged.
  status check_readable(shard_id shard) const;

  store_stats stats() const;

private:
  struct slot {
    shard_image image;
    /// Counted here and not by a shared pointer, whose count does not order memory.
    std::atomic<int> reader_count{0};
  };

  using slots = std::map<shard_id, std::shared_ptr<slot>>;

  static std::shared_ptr<const shard_image> lend(const std::shared_ptr<slot>& from);

  static shard_image& writable(slots& in, shard_id shard);

  static result<std::vector<shard_position>> check(const slots& at,
                                                   const std::vector<shard_write>& parts);

  static void apply_all(slots& to, const std::vector<shard_write>& parts,
                        const std::vector<shard_position>& after);

  static void repeat(slots& to, const std::vector<shard_write>& parts);

  status alive(std::uint64_t life) const;

  status admit() const;

  /// Counts a write and decides its fate; true if it reaches the disk.
  bool count_write(status& outcome);

  status count_sync();

  void make_durable();

  mutable std::mutex mutex_;
  memory_faults faults_;
  slots live_;
  slots durable_;
  std::vector<std::vector<shard_write>> unsynced_;
  std::uint64_t life_ = 0;
  bool attached_ = false;
  std::optional<error> stopped_;
  std::uint64_t write_count_ = 0;
  std::uint64_t sync_count_ = 0;
  std::uint64_t written_bytes_ = 0;
};

} // namespace tutti::storage
