#include "storage/rocks/rocks_rows.hpp"

#include "storage/journal/snapshot_chunk.hpp"

#include <limits>
#include <utility>

namespace tutti::storage {

namespace {

std::string reading(shard_id shard) {
  return "read of shard " + std::to_string(shard);
}

error cut_off(const rocks_db& at, shard_id shard, shard_tag tag, std::size_t size) {
  return {ec::corrupt, "store " + at.folder + ": row '" + static_cast<char>(tag) + "' of shard "
                         + std::to_string(shard) + " has only " + std::to_string(size) + " bytes"};
}

/// Reads a row of 8-byte numbers into `numbers`, which stay as they are if there is no such row.
status read_numbers(const rocks_db& at, const rocksdb::ReadOptions& options, shard_id shard,
                    shard_tag tag, std::initializer_list<std::uint64_t*> numbers) {
  auto row = read_value(at, options, at.meta, meta_key(shard, tag));
  if (!row)
    return row.error();
  if (!row->has_value())
    return unit{};
  const auto& bytes = **row;
  if (bytes.size() < numbers.size() * 8)
    return cut_off(at, shard, tag, bytes.size());
  std::size_t offset = 0;
  for (auto* number : numbers) {
    *number = read_be<std::uint64_t>(bytes, offset);
    offset += 8;
  }
  return unit{};
}

/// The index of the last entry in the log; `truncated` if there is none.
result<log_index> read_last(const rocks_db& at, const rocksdb::ReadOptions& options, shard_id shard,
                            log_index truncated) {
  constexpr auto end = std::numeric_limits<log_index>::max();
  row_range range{log_key(shard, truncated + 1), log_key(shard, end)};
  std::unique_ptr<rocksdb::Iterator> entries{at.db->NewIterator(range.bound(options), at.log)};
  entries->SeekToLast();
  if (!entries->status().ok())
    return at.fail(entries->status(), reading(shard));
  return entries->Valid() ? read_be<log_index>(entries->key().ToStringView(), 2) : truncated;
}

class rocks_view final : public read_view {
public:
  rocks_view(std::shared_ptr<rocks_db> db, std::shared_ptr<const generation_table> generations,
             const rocksdb::Snapshot* snapshot)
    : db_(std::move(db)),
      generations_(std::move(generations)) {
    options_.snapshot = snapshot;
  }

  ~rocks_view() override { db_->db->ReleaseSnapshot(options_.snapshot); }

  result<std::optional<std::string>> get(shard_id shard, std::string_view key) const override {
    return read_value(*db_, options_, db_->state, state_key(shard, generation(shard), key));
  }

  status scan(shard_id shard, std::string_view from, std::string_view to,
              const row_visitor& visit) const override {
    return scan_way(shard, from, to, direction::ascending, visit);
  }

  status scan_back(shard_id shard, std::string_view from, std::string_view to,
                   const row_visitor& visit) const override {
    return scan_way(shard, from, to, direction::descending, visit);
  }

  result<shard_position> position(shard_id shard) const override {
    return read_position(*db_, options_, shard);
  }

private:
  generation_no generation(shard_id shard) const {
    auto found = generations_->find(shard);
    return found == generations_->end() ? 0 : found->second;
  }

  status scan_way(shard_id shard, std::string_view from, std::string_view to, direction way,
                  const row_visitor& visit) const {
    auto now = generation(shard);
    row_range range{state_key(shard, now, from), state_end(shard, now, to)};
    if (range.empty())
      return unit{};
    std::unique_ptr<rocksdb::Iterator> rows{
      db_->db->NewIterator(range.bound(options_), db_->state)};
    return visit_rows(*db_, shard, *rows, way, visit);
  }

  std::shared_ptr<rocks_db> db_;
  std::shared_ptr<const generation_table> generations_;
  rocksdb::ReadOptions options_;
};

class rocks_snapshot final : public shard_snapshot {
public:
  rocks_snapshot(std::shared_ptr<rocks_db> db, shard_id shard, generation_no generation,
                 const rocksdb::Snapshot* snapshot)
    : db_(std::move(db)),
      shard_(shard),
      snapshot_(snapshot),
      range_(state_key(shard, generation), state_end(shard, generation)) {}

  ~rocks_snapshot() override {
    rows_.reset();
    db_->db->ReleaseSnapshot(snapshot_);
  }

  status begin() {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    options.fill_cache = false;
    auto at = read_position(*db_, options, shard_);
    if (!at)
      return at.error();
    header_ = {at->applied, at->applied_term, at->conf_state};
    rows_.reset(db_->db->NewIterator(range_.bound(options), db_->state));
    rows_->SeekToFirst();
    return unit{};
  }

  const snapshot_header& header() const override { return header_; }

  result<std::string> next(std::size_t max_bytes) override {
    if (ended_)
      return std::string{};
    for (; rows_->Valid(); rows_->Next()) {
      auto key = rows_->key().ToStringView().substr(state_prefix_size);
      auto value = rows_->value().ToStringView();
      if (chunk_.size() > 0 && chunk_.size() + key.size() + value.size() > max_bytes)
        return chunk_.finish_rows();
      chunk_.add(key, value);
    }
    if (!rows_->status().ok())
      return db_->fail(rows_->status(), "snapshot of shard " + std::to_string(shard_));
    if (chunk_.size() > 0)
      return chunk_.finish_rows();
    ended_ = true;
    return chunk_.finish(header_);
  }

private:
  std::shared_ptr<rocks_db> db_;
  shard_id shard_;
  const rocksdb::Snapshot* snapshot_;
  row_range range_;
  snapshot_header header_;
  std::unique_ptr<rocksdb::Iterator> rows_;
  chunk_writer chunk_;
  bool ended_ = false;
};

} // namespace

result<std::optional<std::string>> read_value(const rocks_db& at,
                                              const rocksdb::ReadOptions& options,
                                              rocksdb::ColumnFamilyHandle* family,
                                              std::string_view key) {
  rocksdb::PinnableSlice value;
  auto ok = at.db->Get(options, family, rocksdb::Slice{key.data(), key.size()}, &value);
  if (ok.IsNotFound())
    return std::optional<std::string>{};
  if (!ok.ok())
    return at.fail(ok, "read");
  return std::optional<std::string>{value.ToString()};
}

status visit_rows(const rocks_db& at, shard_id shard, rocksdb::Iterator& rows, direction way,
                  const read_view::row_visitor& visit) {
  auto up = way == direction::ascending;
  for (up ? rows.SeekToFirst() : rows.SeekToLast(); rows.Valid(); up ? rows.Next() : rows.Prev())
    if (!visit(rows.key().ToStringView().substr(state_prefix_size), rows.value().ToStringView()))
      return unit{};
  if (!rows.status().ok())
    return at.fail(rows.status(), reading(shard));
  return unit{};
}

result<shard_position> read_position(const rocks_db& at, const rocksdb::ReadOptions& options,
                                     shard_id shard) {
  shard_position out;
  auto& hard = out.hard;
  if (auto ok = read_numbers(at, options, shard, shard_tag::applied,
                             {&out.applied, &out.applied_term});
      !ok)
    return ok.error();
  if (auto ok = read_numbers(at, options, shard, shard_tag::truncated,
                             {&out.truncated, &out.truncated_term});
      !ok)
    return ok.error();
  if (auto ok = read_numbers(at, options, shard, shard_tag::hard_state,
                             {&hard.term, &hard.vote, &hard.commit});
      !ok)
    return ok.error();
  auto conf = read_value(at, options, at.meta, meta_key(shard, shard_tag::conf_state));
  if (!conf)
    return conf.error();
  out.conf_state = conf->value_or("");
  auto last = read_last(at, options, shard, out.truncated);
  if (!last)
    return last.error();
  out.last = *last;
  return out;
}

result<generation_table> read_generations(const rocks_db& at, shard_tag tag) {
  generation_table out;
  row_range range{"s", "t"};
  std::unique_ptr<rocksdb::Iterator> rows{at.db->NewIterator(range.bound(), at.meta)};
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    auto key = rows->key().ToStringView();
    if (key.size() != 4 || key[3] != static_cast<char>(tag))
      continue;
    auto shard = read_be<shard_id>(key, 1);
    if (rows->value().size() < 4)
      return cut_off(at, shard, tag, rows->value().size());
    out[shard] = read_be<generation_no>(rows->value().ToStringView());
  }
  if (!rows->status().ok())
    return at.fail(rows->status(), "read of the list of shards");
  return out;
}

result<log_index> read_entries(const rocks_db& at, shard_id shard, const shard_position& position,
                               const entry_range& wanted, std::vector<log_entry>& out) {
  if (wanted.lo >= wanted.hi)
    return log_index{0};
  if (wanted.lo < position.first())
    return wanted.lo;
  if (wanted.hi - 1 > position.last)
    return wanted.hi - 1;
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  row_range range{log_key(shard, wanted.lo), log_key(shard, wanted.hi)};
  std::unique_ptr<rocksdb::Iterator> rows{at.db->NewIterator(range.bound(options), at.log)};
  std::uint64_t size = 0;
  auto next = wanted.lo;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next(), ++next) {
    auto value = rows->value().ToStringView();
    if (read_be<log_index>(rows->key().ToStringView(), 2) != next || value.size() < entry_head_size)
      return next;
    size += value.size() - entry_head_size;
    if (next > wanted.lo && size > wanted.max_bytes)
      return log_index{0};
    out.push_back({next, read_be<term_no>(value), read_be<std::uint32_t>(value, 8),
                   std::string{value.substr(entry_head_size)}});
  }
  if (!rows->status().ok())
    return at.fail(rows->status(), "read of the log of shard " + std::to_string(shard));
  return next == wanted.hi ? log_index{0} : next;
}

std::unique_ptr<read_view> make_rocks_view(std::shared_ptr<rocks_db> db,
                                           std::shared_ptr<const generation_table> generations,
                                           const rocksdb::Snapshot* snapshot) {
  return std::make_unique<rocks_view>(std::move(db), std::move(generations), snapshot);
}

result<std::unique_ptr<shard_snapshot>> make_rocks_snapshot(std::shared_ptr<rocks_db> db,
                                                            shard_id shard,
                                                            generation_no generation,
                                                            const rocksdb::Snapshot* snapshot) {
  auto out = std::make_unique<rocks_snapshot>(std::move(db), shard, generation, snapshot);
  if (auto ok = out->begin(); !ok)
    return ok.error();
  return std::unique_ptr<shard_snapshot>{std::move(out)};
}

} // namespace tutti::storage
