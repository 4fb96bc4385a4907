#pragma once

#include "runtime/base/error.hpp"
#include "storage/journal/node_store.hpp"
#include "storage/memory/memory_disk.hpp"

#include <memory>

namespace tutti::storage {

/// Opens a store on a simulated disk. Fails with `ec::unavailable` if another one is open on it.
/// Views and snapshots copy nothing until the shard changes.
result<std::unique_ptr<node_store>> open_memory_store(std::shared_ptr<memory_disk> disk);

} // namespace tutti::storage
