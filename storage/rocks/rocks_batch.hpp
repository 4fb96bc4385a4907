#pragma once

#include "storage/journal/shard_position.hpp"
#include "storage/journal/shard_write.hpp"
#include "storage/rocks/rocks_db.hpp"
#include "storage/rocks/rocks_keys.hpp"

#include <rocksdb/write_batch.h>

namespace tutti::storage {

/// Builds one atomic batch. Failures of RocksDB's builder are kept and told by `outcome`.
class rocks_batch {
public:
  explicit rocks_batch(const rocks_db& at) : at_(at) {}

  /// The log, rows and position of `write`, which takes its shard from `before` to `after`.
  void add(const shard_write& write, generation_no generation, const shard_position& before,
           const shard_position& after);

  void put_row(shard_id shard, generation_no generation, std::string_view key,
               std::string_view value);

  void erase_generation(shard_id shard, generation_no generation);

  void erase_log(shard_id shard);

  void put_generation(shard_id shard, shard_tag tag, generation_no generation);

  void put_position(shard_id shard, const shard_position& before, const shard_position& after);

  void put_meta(std::string_view key, std::string_view value);

  void erase_meta(shard_id shard, shard_tag tag);

  std::size_t size() const { return batch_.GetDataSize(); }

  void clear() { batch_.Clear(); }

  status outcome() const;

  rocksdb::WriteBatch& raw() { return batch_; }

private:
  void change_log(const shard_write& write, const shard_position& before,
                  const shard_position& after);

  void erase_entries(shard_id shard, log_index from, log_index to);

  void apply(shard_id shard, generation_no generation, const row_op& op);

  void erase_range(rocksdb::ColumnFamilyHandle* family, const std::string& from,
                   const std::string& to);

  void note(const rocksdb::Status& ok);

  const rocks_db& at_;
  rocksdb::WriteBatch batch_;
  rocksdb::Status failed_;
};

} // namespace tutti::storage
