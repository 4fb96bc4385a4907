#include "storage/rocks/rocks_batch.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace tutti::storage {

namespace {

/// Up to so many entries are erased one by one: a range tombstone costs every later read.
constexpr log_index single_erasures_max = 1024;

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

} // namespace

void rocks_batch::note(const rocksdb::Status& ok) {
  if (failed_.ok() && !ok.ok())
    failed_ = ok;
}

status rocks_batch::outcome() const {
  if (!failed_.ok())
    return at_.fail(failed_, "making of a batch");
  return unit{};
}

void rocks_batch::add(const shard_write& write, generation_no generation,
                      const shard_position& before, const shard_position& after) {
  change_log(write, before, after);
  for (const auto& op : write.apply)
    apply(write.shard, generation, op);
  put_position(write.shard, before, after);
}

void rocks_batch::change_log(const shard_write& write, const shard_position& before,
                             const shard_position& after) {
  // New entries overwrite old ones; only what sticks out behind them must go.
  auto end = write.append.empty() ? after.last : write.append.back().index;
  if (write.truncate_suffix_from)
    erase_entries(write.shard, end + 1, before.last);
  for (const auto& entry : write.append) {
    // Gone again with this very batch.
    if (entry.index <= after.truncated)
      continue;
    auto key = log_key(write.shard, entry.index);
    auto head = be_string(entry.term, entry.type);
    const std::array<rocksdb::Slice, 2> value{slice(head), slice(entry.data)};
    auto name = slice(key);
    note(batch_.Put(at_.log, rocksdb::SliceParts{&name, 1}, rocksdb::SliceParts{value.data(), 2}));
  }
  if (after.truncated > before.truncated)
    erase_entries(write.shard, before.first(), std::min(after.truncated, before.last));
}

void rocks_batch::erase_entries(shard_id shard, log_index from, log_index to) {
  if (from > to)
    return;
  if (to - from >= single_erasures_max)
    return erase_range(at_.log, log_key(shard, from), log_key(shard, to + 1));
  for (auto index = from; index <= to; ++index)
    note(batch_.Delete(at_.log, log_key(shard, index)));
}

void rocks_batch::apply(shard_id shard, generation_no generation, const row_op& op) {
  switch (op.what) {
    case row_op::kind::put:
      return put_row(shard, generation, op.key, op.value);
    case row_op::kind::erase:
      return note(batch_.Delete(at_.state, state_key(shard, generation, op.key)));
    case row_op::kind::erase_range:
      return erase_range(at_.state, state_key(shard, generation, op.key),
                         state_end(shard, generation, op.value));
  }
}

void rocks_batch::erase_range(rocksdb::ColumnFamilyHandle* family, const std::string& from,
                              const std::string& to) {
  if (from < to)
    note(batch_.DeleteRange(family, from, to));
}

void rocks_batch::put_row(shard_id shard, generation_no generation, std::string_view key,
                          std::string_view value) {
  auto prefix = state_key(shard, generation);
  const std::array<rocksdb::Slice, 2> name{slice(prefix), slice(key)};
  auto content = slice(value);
  note(
    batch_.Put(at_.state, rocksdb::SliceParts{name.data(), 2}, rocksdb::SliceParts{&content, 1}));
}

void rocks_batch::erase_generation(shard_id shard, generation_no generation) {
  erase_range(at_.state, state_key(shard, generation), state_end(shard, generation));
}

void rocks_batch::erase_log(shard_id shard) {
  erase_range(at_.log, log_key(shard, 0), log_key(shard, std::numeric_limits<log_index>::max()));
}

void rocks_batch::put_generation(shard_id shard, shard_tag tag, generation_no generation) {
  put_meta(meta_key(shard, tag), be_string(generation));
}

void rocks_batch::put_position(shard_id shard, const shard_position& before,
                               const shard_position& after) {
  if (after.hard != before.hard)
    put_meta(meta_key(shard, shard_tag::hard_state),
             be_string(after.hard.term, after.hard.vote, after.hard.commit));
  if (after.applied != before.applied || after.applied_term != before.applied_term)
    put_meta(meta_key(shard, shard_tag::applied), be_string(after.applied, after.applied_term));
  if (after.conf_state != before.conf_state)
    put_meta(meta_key(shard, shard_tag::conf_state), after.conf_state);
  if (after.truncated != before.truncated || after.truncated_term != before.truncated_term)
    put_meta(meta_key(shard, shard_tag::truncated),
             be_string(after.truncated, after.truncated_term));
}

void rocks_batch::put_meta(std::string_view key, std::string_view value) {
  note(batch_.Put(at_.meta, slice(key), slice(value)));
}

void rocks_batch::erase_meta(shard_id shard, shard_tag tag) {
  note(batch_.Delete(at_.meta, meta_key(shard, tag)));
}

} // namespace tutti::storage
