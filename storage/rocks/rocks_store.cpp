#include "storage/rocks/rocks_store.hpp"

#include "storage/journal/snapshot_chunk.hpp"
#include "storage/rocks/rocks_batch.hpp"
#include "storage/rocks/rocks_db.hpp"
#include "storage/rocks/rocks_rows.hpp"
#include "storage/rocks/rocks_writer.hpp"

#include <exception>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace tutti::storage {

namespace {

constexpr std::size_t install_batch_bytes = rocks_options::mib;

using position_table = std::map<shard_id, shard_position>;

/// Ends exceptions of the library and of allocation.
template <class Function>
auto contain(const std::string& folder, Function&& function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::exception& what) {
    return error{ec::internal, "store " + folder + ": unexpected exception: " + what.what()};
  }
}

class rocks_store final : public node_store {
public:
  rocks_store(std::shared_ptr<rocks_db> db, rocks_options options)
    : db_(std::move(db)),
      options_(std::move(options)),
      writer_(*db_, options_) {}

  /// Reads what is known of the shards, and takes away what a crash left of an install.
  status begin() {
    auto used = check_format(*db_);
    if (!used)
      return used.error();
    if (auto ok = writer_.begin(); !ok)
      return ok;
    if (!*used)
      return begin_format();
    auto generations = read_generations(*db_, shard_tag::generation);
    if (!generations)
      return generations.error();
    for (const auto& [shard, generation] : *generations) {
      auto at = read_position(*db_, {}, shard);
      if (!at)
        return at.error();
      positions_[shard] = std::move(*at);
    }
    generations_ = std::make_shared<const generation_table>(std::move(*generations));
    return erase_all_pending();
  }

  // -- writes -----------------------------------------------------------------

  status write(const std::vector<shard_write>& parts, bool sync) override {
    return contain_write([&] { return write_batch(parts, sync); });
  }

  status install(shard_id shard, shard_snapshot& from) override {
    return contain_write([&]() -> status {
      auto generation = begin_install(shard, from.header());
      if (!generation)
        return generation.error();
      auto ok = fill_generation(shard, *generation, from);
      if (ok)
        ok = finish_install(shard, *generation, from.header());
      if (!ok)
        abandon_install(shard, *generation);
      return ok;
    });
  }

  status drop(shard_id shard) override {
    return contain_write([&]() -> status {
      std::lock_guard writing{write_mutex_};
      if (auto ok = writer_.admit(0); !ok)
        return ok;
      rocks_batch batch{*db_};
      if (auto ok = erase_pending(batch, shard); !ok)
        return ok.error();
      batch.erase_generation(shard, generation_of(shard));
      batch.erase_log(shard);
      for (auto tag : {shard_tag::applied, shard_tag::conf_state, shard_tag::generation,
                       shard_tag::hard_state, shard_tag::truncated})
        batch.erase_meta(shard, tag);
      return commit_generation(batch, shard, std::nullopt, {});
    });
  }

  // -- reads ------------------------------------------------------------------

  result<std::optional<std::string>> get(shard_id shard, std::string_view key) const override {
    return contain(db_->folder, [&] {
      std::shared_lock reading{generation_mutex_};
      return read_value(*db_, {}, db_->state, state_key(shard, generation_of(shard), key));
    });
  }

  status scan(shard_id shard, std::string_view from, std::string_view to,
              const row_visitor& visit) const override {
    return contain(db_->folder,
                   [&] { return scan_way(shard, from, to, direction::ascending, visit); });
  }

  status scan_back(shard_id shard, std::string_view from, std::string_view to,
                   const row_visitor& visit) const override {
    return contain(db_->folder,
                   [&] { return scan_way(shard, from, to, direction::descending, visit); });
  }

  result<shard_position> position(shard_id shard) const override {
    std::lock_guard guard{position_mutex_};
    auto found = positions_.find(shard);
    return found == positions_.end() ? shard_position{} : found->second;
  }

  result<std::unique_ptr<read_view>> view() const override {
    return contain(db_->folder, [&]() -> result<std::unique_ptr<read_view>> {
      std::shared_lock reading{generation_mutex_};
      return make_rocks_view(db_, generations_, db_->db->GetSnapshot());
    });
  }

  result<std::vector<shard_id>> shards() const override {
    std::lock_guard guard{position_mutex_};
    std::vector<shard_id> out;
    for (const auto& [shard, at] : positions_)
      out.push_back(shard);
    return out;
  }

  status entries(shard_id shard, log_index lo, log_index hi, std::uint64_t max_bytes,
                 std::vector<log_entry>& out) const override {
    return contain(db_->folder, [&]() -> status {
      auto position = known_position(shard).value_or(shard_position{});
      auto bad = read_entries(*db_, shard, position, {lo, hi, max_bytes}, out);
      if (!bad)
        return bad.error();
      // The log may have been cut meanwhile: say where it stands now.
      return *bad == 0 ? status{unit{}} : missing(shard, *bad);
    });
  }

  result<term_no> term(shard_id shard, log_index at) const override {
    return contain(db_->folder, [&] { return read_term(shard, at); });
  }

  result<std::unique_ptr<shard_snapshot>> snapshot(shard_id shard) const override {
    return contain(db_->folder, [&] {
      std::shared_lock reading{generation_mutex_};
      return make_rocks_snapshot(db_, shard, generation_of(shard), db_->db->GetSnapshot());
    });
  }

  store_stats stats() const override {
    return {writer_.batches_total, writer_.syncs_total, writer_.written_bytes_total,
            wal_bytes(*db_), writer_.free_disk_bytes()};
  }

private:
  // -- parts of writes ----------------------------------------------------------

  /// After an exception nobody knows whether memory and disk still agree.
  template <class Function>
  status contain_write(Function&& function) {
    try {
      return function();
    } catch (const std::exception& what) {
      std::lock_guard writing{write_mutex_};
      return writer_.stop({ec::internal, "store " + db_->folder
                                           + ": unexpected exception in a write: " + what.what()});
    }
  }

  status begin_format() {
    if (auto ok = writer_.admit(0); !ok)
      return ok;
    rocks_batch batch{*db_};
    batch.put_meta(version_key, be_string(format_version));
    return commit(batch, true);
  }

  status commit(rocks_batch& batch, bool sync) {
    if (auto ok = batch.outcome(); !ok)
      return ok;
    return writer_.commit(batch.raw(), sync);
  }

  status write_batch(const std::vector<shard_write>& parts, bool sync) {
    std::lock_guard writing{write_mutex_};
    if (auto ok = writer_.admit(byte_count(parts)); !ok)
      return ok;
    rocks_batch batch{*db_};
    position_table staged;
    generation_table fresh;
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (auto ok = stage(parts, i, batch, staged, fresh); !ok)
        return ok;
    if (auto ok = commit(batch, sync); !ok)
      return ok;
    if (!fresh.empty())
      add_generations(std::move(fresh));
    std::lock_guard guard{position_mutex_};
    for (auto& [shard, at] : staged)
      positions_[shard] = std::move(at);
    return unit{};
  }

  status stage(const std::vector<shard_write>& parts, std::size_t index, rocks_batch& batch,
               position_table& staged, generation_table& fresh) {
    const auto& part = parts[index];
    auto shard = part.shard;
    auto slot = staged.find(shard);
    if (slot == staged.end()) {
      auto known = known_position(shard);
      if (!known) {
        batch.put_generation(shard, shard_tag::generation, 0);
        fresh.emplace(shard, 0);
      }
      slot = staged.emplace(shard, known.value_or(shard_position{})).first;
    }
    auto after = position_after(slot->second, part, [&](log_index at) -> result<term_no> {
      auto term = appended_term(parts, index + 1, shard, at);
      return term ? result<term_no>{*term} : read_term(shard, at);
    });
    if (!after)
      return after.error();
    batch.add(part, generation_of(shard), slot->second, *after);
    slot->second = std::move(*after);
    return unit{};
  }

  void add_generations(generation_table fresh) {
    std::unique_lock changing{generation_mutex_};
    fresh.insert(generations_->begin(), generations_->end());
    generations_ = std::make_shared<const generation_table>(std::move(fresh));
  }

  /// Writes a batch that changes which generation counts, or forgets the shard, durably and in one
  /// step for readers. @pre `write_mutex_` is held
  status commit_generation(rocks_batch& batch, shard_id shard,
                           std::optional<generation_no> generation, shard_position at) {
    std::unique_lock changing{generation_mutex_};
    if (auto ok = commit(batch, true); !ok)
      return ok;
    auto table = *generations_;
    table.erase(shard);
    std::lock_guard guard{position_mutex_};
    positions_.erase(shard);
    if (generation) {
      table[shard] = *generation;
      positions_[shard] = std::move(at);
    }
    generations_ = std::make_shared<const generation_table>(std::move(table));
    return unit{};
  }

  // -- install --------------------------------------------------------------------

  /// Erases the rows of an install that did not come to its end, and gives its generation.
  result<generation_no> erase_pending(rocks_batch& batch, shard_id shard) {
    auto row = read_value(*db_, {}, db_->meta, meta_key(shard, shard_tag::installing));
    if (!row)
      return row.error();
    if (!row->has_value() || (*row)->size() < 4)
      return generation_no{0};
    auto generation = read_be<generation_no>(**row);
    batch.erase_generation(shard, generation);
    batch.erase_meta(shard, shard_tag::installing);
    return generation;
  }

  status erase_all_pending() {
    auto pending = read_generations(*db_, shard_tag::installing);
    if (!pending)
      return pending.error();
    for (const auto& [shard, generation] : *pending)
      abandon_install(shard, generation);
    return unit{};
  }

  result<generation_no> begin_install(shard_id shard, const snapshot_header& header) {
    std::lock_guard writing{write_mutex_};
    if (auto ok = writer_.admit(0); !ok)
      return ok.error();
    auto at = known_position(shard).value_or(shard_position{});
    if (auto ok = check_install(shard, at, header.applied); !ok)
      return ok.error();
    rocks_batch batch{*db_};
    auto pending = erase_pending(batch, shard);
    if (!pending)
      return pending;
    auto generation = std::max(*pending, generation_of(shard)) + 1;
    batch.put_generation(shard, shard_tag::installing, generation);
    if (auto ok = commit(batch, false); !ok)
      return ok.error();
    return generation;
  }

  status fill_generation(shard_id shard, generation_no generation, shard_snapshot& from) {
    rocks_batch batch{*db_};
    auto flush = [&]() -> status {
      std::lock_guard writing{write_mutex_};
      if (auto ok = writer_.admit(batch.size()); !ok)
        return ok;
      auto ok = commit(batch, false);
      batch.clear();
      return ok;
    };
    auto ok = read_snapshot(from, [&](std::string_view key, std::string_view value) -> status {
      batch.put_row(shard, generation, key, value);
      return batch.size() < install_batch_bytes ? status{unit{}} : flush();
    });
    if (!ok || batch.size() == 0)
      return ok;
    return flush();
  }

  status finish_install(shard_id shard, generation_no generation, const snapshot_header& header) {
    // The long wait for the disk comes before the locks, so that nobody else has to wait.
    auto synced = db_->db->SyncWAL();
    std::lock_guard writing{write_mutex_};
    if (!synced.ok())
      return writer_.stop(db_->fail(synced, "sync of an install"));
    if (auto ok = writer_.admit(0); !ok)
      return ok;
    auto before = known_position(shard).value_or(shard_position{});
    auto after = position_after_install(before, header.applied, header.applied_term,
                                        header.conf_state);
    rocks_batch batch{*db_};
    batch.erase_generation(shard, generation_of(shard));
    batch.erase_log(shard);
    batch.put_generation(shard, shard_tag::generation, generation);
    batch.put_position(shard, before, after);
    batch.erase_meta(shard, shard_tag::installing);
    return commit_generation(batch, shard, generation, std::move(after));
  }

  /// Takes away what an install wrote. If that fails too, the next opening or install does it.
  void abandon_install(shard_id shard, generation_no generation) {
    std::lock_guard writing{write_mutex_};
    if (!writer_.admit(0))
      return;
    rocks_batch batch{*db_};
    batch.erase_generation(shard, generation);
    batch.erase_meta(shard, shard_tag::installing);
    static_cast<void>(commit(batch, false));
  }

  // -- parts of reads ----------------------------------------------------------------

  /// @pre `write_mutex_` or `generation_mutex_` is held
  generation_no generation_of(shard_id shard) const {
    auto found = generations_->find(shard);
    return found == generations_->end() ? 0 : found->second;
  }

  std::optional<shard_position> known_position(shard_id shard) const {
    std::lock_guard guard{position_mutex_};
    auto found = positions_.find(shard);
    if (found == positions_.end())
      return std::nullopt;
    return found->second;
  }

  status scan_way(shard_id shard, std::string_view from, std::string_view to, direction way,
                  const row_visitor& visit) const {
    std::shared_lock reading{generation_mutex_};
    auto now = generation_of(shard);
    row_range range{state_key(shard, now, from), state_end(shard, now, to)};
    if (range.empty())
      return unit{};
    std::unique_ptr<rocksdb::Iterator> rows{db_->db->NewIterator(range.bound(), db_->state)};
    // The iterator holds on to what it reads; an install may come to its end meanwhile.
    reading.unlock();
    return visit_rows(*db_, shard, *rows, way, visit);
  }

  error missing(shard_id shard, log_index at) const {
    auto why = missing_entry(shard, known_position(shard).value_or(shard_position{}), at);
    why.message = "store " + db_->folder + ": " + why.message;
    return why;
  }

  result<term_no> read_term(shard_id shard, log_index at) const {
    auto position = known_position(shard).value_or(shard_position{});
    if (at == position.truncated)
      return position.truncated_term;
    auto row = read_value(*db_, {}, db_->log, log_key(shard, at));
    if (!row)
      return row.error();
    if (!row->has_value() || (*row)->size() < entry_head_size || at < position.first())
      return missing(shard, at);
    return read_be<term_no>(**row);
  }

  std::shared_ptr<rocks_db> db_;
  rocks_options options_;
  // Order of locks: write, generation, position.
  std::mutex write_mutex_;
  /// Keeps readers from seeing one generation's number and another one's rows.
  mutable std::shared_mutex generation_mutex_;
  mutable std::mutex position_mutex_;
  rocks_writer writer_;
  std::shared_ptr<const generation_table> generations_ = std::make_shared<const generation_table>();
  position_table positions_;
};

} // namespace

result<std::unique_ptr<node_store>> open_rocks_store(const std::filesystem::path& folder,
                                                     const rocks_options& options) {
  auto name = folder.string();
  return contain(name, [&]() -> result<std::unique_ptr<node_store>> {
    auto db = open_rocks_db(name, options);
    if (!db)
      return db.error();
    auto store = std::make_unique<rocks_store>(std::move(*db), options);
    if (auto ok = store->begin(); !ok)
      return ok.error();
    return std::unique_ptr<node_store>{std::move(store)};
  });
}

} // namespace tutti::storage
