#pragma once

#include "storage/memory/memory_store.hpp"
#include "storage/rocks/fault_env.hpp"
#include "storage/rocks/rocks_store.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tutti::storage::test {

/// A folder that is gone with its owner.
class scratch_folder {
public:
  scratch_folder() {
    static std::atomic<int> count{0};
    path = std::filesystem::temp_directory_path()
           / ("tutti_store_" + std::to_string(getpid()) + "_" + std::to_string(++count));
    std::filesystem::remove_all(path);
  }

  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::filesystem::path path;
};

template <class T>
T must(result<T> what) {
  REQUIRE_MESSAGE(what.has_value(), (what ? "" : what.error().message));
  return std::move(what).value();
}

inline void must_ok(const status& what) {
  REQUIRE_MESSAGE(what.has_value(), (what ? "" : what.error().message));
}

/// A store in RocksDB with the faults of its disk.
struct rocks_form {
  scratch_folder folder;
  std::shared_ptr<disk_faults> faults = std::make_shared<disk_faults>();
  rocks_options options = with(faults);
  std::unique_ptr<node_store> store = open();

  static rocks_options with(std::shared_ptr<disk_faults> faults) {
    rocks_options out;
    out.faults = std::move(faults);
    return out;
  }

  std::unique_ptr<node_store> open() { return must(open_rocks_store(folder.path, options)); }

  result<std::unique_ptr<node_store>> try_open() { return open_rocks_store(folder.path, options); }

  void reopen() {
    store.reset();
    store = open();
  }

  void fill_disk(bool full) { faults->free_bytes = full ? 1000 : disk_faults::real; }

  void fail_next_sync() { faults->syncs_until_failure = 0; }

  void fail_next_write() { faults->appends_until_failure = 0; }

  void heal() {
    faults->syncs_until_failure = disk_faults::never;
    faults->appends_until_failure = disk_faults::never;
  }
};

/// A store in memory with the same faults.
struct memory_form {
  std::shared_ptr<memory_disk> disk = std::make_shared<memory_disk>();
  std::unique_ptr<node_store> store = must(open_memory_store(disk));

  result<std::unique_ptr<node_store>> try_open() { return open_memory_store(disk); }

  void reopen() {
    store.reset();
    store = must(open_memory_store(disk));
  }

  void fill_disk(bool full) {
    change([&](memory_faults& x) { x.full = full; });
  }

  void fail_next_sync() {
    change([&](memory_faults& x) { x.fail_sync = disk->sync_count() + 1; });
  }

  void fail_next_write() {
    change([&](memory_faults& x) { x.fail_write = disk->write_count() + 1; });
  }

  void heal() { disk->set_faults({}); }

  template <class Change>
  void change(Change how) {
    auto faults = disk->faults();
    how(faults);
    disk->set_faults(std::move(faults));
  }
};

inline shard_write rows(shard_id shard, std::vector<row_op> ops) {
  shard_write out;
  out.shard = shard;
  out.apply = std::move(ops);
  return out;
}

/// Entries of [lo, hi] with the data "<prefix><index>".
inline std::vector<log_entry> entries_of(log_index lo, log_index hi, term_no term,
                                         const std::string& prefix = "e") {
  std::vector<log_entry> out;
  for (auto i = lo; i <= hi; ++i)
    out.push_back({i, term, 0, prefix + std::to_string(i)});
  return out;
}

inline shard_write append(shard_id shard, std::vector<log_entry> entries) {
  shard_write out;
  out.shard = shard;
  out.append = std::move(entries);
  return out;
}

/// A shard begins at index 1, term 1.
inline shard_write birth(shard_id shard) {
  shard_write out;
  out.shard = shard;
  out.state = hard_state{1, 0, 1};
  out.applied = 1;
  out.applied_term = 1;
  out.conf_state = "one voter";
  out.truncate_prefix_to = 1;
  return out;
}

/// All rows of a range as "key=value;".
inline std::string all_rows(const read_view& in, shard_id shard, std::string_view from = {},
                            std::string_view to = {}) {
  std::string out;
  must_ok(in.scan(shard, from, to, [&](std::string_view key, std::string_view value) {
    out.append(key).append("=").append(value).append(";");
    return true;
  }));
  return out;
}

inline std::string all_entries(const node_store& in, shard_id shard, log_index lo, log_index hi,
                               std::uint64_t max_bytes = 1 << 20) {
  std::vector<log_entry> found;
  must_ok(in.entries(shard, lo, hi, max_bytes, found));
  std::string out;
  for (const auto& entry : found)
    out += std::to_string(entry.index) + ":" + std::to_string(entry.term) + ":" + entry.data + ";";
  return out;
}

} // namespace tutti::storage::test
