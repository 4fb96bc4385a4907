#pragma once

#include "runtime/base/error.hpp"
#include "runtime/engine/address.hpp"

#include <cstdint>
#include <filesystem>

namespace tutti::actors {

/// The folder that holds everything of a node.
///
///     <data>/format   version of the layout and number of shards; written once
///     <data>/store    rows and log (RocksDB)
///     <data>/runs     a folder per attempt of a local process: logs, results
struct data_folder {
  std::filesystem::path store;
  std::filesystem::path runs;
  engine::shard_no shards = 0;
};

/// Makes the folder or opens it. The number of shards is fixed when it is made: another wish is
/// refused, except the default, which takes what is there. `ec::precondition_failed` for a folder
/// of a newer version, `ec::io` when it cannot be made.
result<data_folder> open_data_folder(const std::filesystem::path& folder, std::int64_t shards);

} // namespace tutti::actors
