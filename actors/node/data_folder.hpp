#pragma once

#include "runtime/base/error.hpp"
#include "runtime/engine/address.hpp"

#include <cstdint>
#include <filesystem>

namespace tutti::actors {

/// The folder that holds everything of a node.
///
///     <data>/format   version of the layout, number of shards, number of the node; written once
///     <data>/store    rows and log (RocksDB)
///     <data>/runs     a folder per attempt of a local process: logs, results
struct data_folder {
  std::filesystem::path store;
  std::filesystem::path runs;
  engine::shard_no shards = 0;
  std::int64_t node_id = 0;
};

/// Makes the folder or opens it. The numbers of shards and of the node are fixed when it is made:
/// another wish is refused, except the default, which takes what is there. A folder that does not
/// name its node is that of node 1. `ec::precondition_failed` for a folder
/// of a newer version, `ec::io` when it cannot be made.
result<data_folder> open_data_folder(const std::filesystem::path& folder, std::int64_t shards,
                                     std::int64_t node_id);

} // namespace tutti::actors
