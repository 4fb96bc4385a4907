#include "storage/rocks/rocks_tuning.hpp"

#include "storage/rocks/rocks_logger.hpp"

#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include <algorithm>

namespace tutti::storage {

namespace {

rocksdb::CompressionType best_compression() {
  const auto linked = rocksdb::GetSupportedCompressions();
  const auto lz4 = rocksdb::kLZ4Compression;
  return std::find(linked.begin(), linked.end(), lz4) != linked.end() ? lz4
                                                                      : rocksdb::kNoCompression;
}

} // namespace

rocksdb::DBOptions database_options(const rocks_options& options) {
  rocksdb::DBOptions out;
  out.create_if_missing = true;
  out.create_missing_column_families = true;
  out.paranoid_checks = true;
  // A record that is cut off by the end of the file is the torn tail of a write that nobody got an
  // answer for; it is dropped. Any other bad record is refused. kPointInTimeRecovery would be
  // wrong here: it stops silently at the first bad record and so takes back acknowledged batches
  // behind it. kAbsoluteConsistency would refuse the torn tail of every power cut. What this mode
  // does not see is the business of wal_chain.
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // A synced log file that got lost or shorter is noticed.
  out.track_and_verify_wals_in_manifest = true;
  out.manual_wal_flush = false;
  out.enable_pipelined_write = false;
  out.recycle_log_file_num = 0;
  out.db_write_buffer_size = options.write_buffer_bytes;
  out.max_total_wal_size = options.wal_bytes_max;
  out.max_background_jobs = options.background_jobs;
  out.max_open_files = options.open_files_max;
  out.bytes_per_sync = rocks_options::mib;
  // After a failed fsync nobody knows which pages are on the disk: trying again proves nothing.
  out.max_bgerror_resume_count = 0;
  out.stats_dump_period_sec = 0;
  out.stats_persist_period_sec = 0;
  out.info_log = make_rocks_logger();
  out.info_log_level = rocksdb::WARN_LEVEL;
  out.max_manifest_file_size = 16 * rocks_options::mib;
  return out;
}

std::vector<rocksdb::ColumnFamilyDescriptor> column_families(const rocks_options& options) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes, 2);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  auto filtered = table;
  filtered.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));

  rocksdb::ColumnFamilyOptions meta;
  meta.write_buffer_size = options.write_buffer_bytes / 12;
  meta.compression = rocksdb::kNoCompression;
  meta.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));

  rocksdb::ColumnFamilyOptions log;
  log.write_buffer_size = options.write_buffer_bytes / 3;
  log.compression = best_compression();
  log.level_compaction_dynamic_level_bytes = true;
  log.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));

  auto state = log;
  state.table_factory.reset(rocksdb::NewBlockBasedTableFactory(filtered));
  // Queues of rows (timers, outbox) leave tombstones that scans must step over.
  state.table_properties_collector_factories.push_back(
    rocksdb::NewCompactOnDeletionCollectorFactory(4096, 2048));
  return {{rocksdb::kDefaultColumnFamilyName, meta}, {state_family, state}, {log_family, log}};
}

} // namespace tutti::storage
