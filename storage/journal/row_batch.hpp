#pragma once

#include "runtime/base/error.hpp"
#include "storage/journal/shard_write.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::storage {

// Changes of rows as the data of a log entry; numbers are big-endian. To change it, raise the
// version and keep reading the old one. Stored in logs and sent between nodes.
//
//   version  1 byte   1
//   changes           (kind 1, key size 4, key, value size 4, value)*, see `row_op`
//   checksum 4 bytes  CRC-32C of everything before
//
// No bytes at all are no changes: consensus itself appends such entries.

std::string encode_rows(std::span<const row_op> ops);

/// Fails with `ec::corrupt` if the bytes are not what `encode_rows` made. Needs memory of about the
/// size of `bytes`.
result<std::vector<row_op>> decode_rows(std::string_view bytes);

} // namespace tutti::storage
