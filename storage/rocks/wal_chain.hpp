#pragma once

#include "runtime/base/error.hpp"

#include <rocksdb/wal_filter.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::storage {

/// Value of the row that numbers every batch.
struct chain_link {
  std::uint64_t number = 0;
  bool synced = false;
};

std::string encode(const chain_link& link);

result<chain_link> decode_chain_link(std::string_view bytes);

/// Watches the replay of the write-ahead log for batches that are missing between others.
///
/// RocksDB checks each record, but in the recovery mode we need (see rocks_db.cpp) it does not
/// notice when the end of one log file is gone and the next file goes on: after a power cut, the
/// unsynced tail of the older file may be lost although the newer file reached the disk. Rows of a
/// later batch would then stand without those of an earlier one.
///
/// A sync covers all batches before it. So if at most one synced batch follows the gap (the one
/// whose sync the power cut interrupted), nothing behind the gap was acknowledged, and dropping it
/// leaves the state as it was at the gap. If more follow, synced bytes are gone: corruption.
class wal_chain final : public rocksdb::WalFilter {
public:
  const char* Name() const override { return "tutti-wal-chain"; }

  WalProcessingOption LogRecordFound(unsigned long long log_number, const std::string& file,
                                     const rocksdb::WriteBatch& batch,
                                     rocksdb::WriteBatch* new_batch, bool* changed) override;

  /// What was read last, for the message about a log that cannot be read on; empty if nothing was.
  std::string last_seen() const;

  /// Why the replay was refused; empty if it was not.
  const std::string& complaint() const { return complaint_; }

  std::uint64_t dropped_count() const { return dropped_count_; }

private:
  WalProcessingOption behind_gap(const chain_link& link, const std::string& file);

  bool begun_ = false;
  bool gap_ = false;
  std::uint64_t last_ = 0;
  std::string last_file_;
  std::uint64_t dropped_count_ = 0;
  std::uint64_t dropped_sync_count_ = 0;
  std::string complaint_;
};

} // namespace tutti::storage
