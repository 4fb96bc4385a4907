#pragma once

#include <rocksdb/env.h>

#include <memory>

namespace tutti::storage {

/// What RocksDB has to say goes to the node's log as the event `rocksdb`: warnings and errors, one
/// line of at most 1,000 bytes each, and at most `lines_max` in the life of a store. RocksDB's own
/// log file would lie on the disk that may be full, and a failed write to it ends the process.
std::shared_ptr<rocksdb::Logger> make_rocks_logger();

} // namespace tutti::storage
