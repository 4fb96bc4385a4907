#pragma once

#include "storage/rocks/rocks_store.hpp"

#include <rocksdb/db.h>

#include <vector>

namespace tutti::storage {

inline constexpr auto state_family = "state";
inline constexpr auto log_family = "log";

/// Options of the database, without environment, listeners and WAL filter.
rocksdb::DBOptions database_options(const rocks_options& options);

/// The column families in the order meta, state, log; they share one block cache.
std::vector<rocksdb::ColumnFamilyDescriptor> column_families(const rocks_options& options);

} // namespace tutti::storage
