#include "storage/rocks/rocks_writer.hpp"

#include "storage/rocks/rocks_keys.hpp"
#include "storage/rocks/rocks_rows.hpp"

#include <rocksdb/file_system.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace tutti::storage {

namespace {

constexpr auto ask_pause = std::chrono::milliseconds{100};

error disk_full(const std::string& folder, std::uint64_t free_bytes, std::uint64_t needed_bytes) {
  return {ec::unavailable,
          "disk full: " + std::to_string(free_bytes / rocks_options::mib) + " MB free of folder "
            + folder + ", "
            + std::to_string((needed_bytes + rocks_options::mib - 1) / rocks_options::mib)
            + " MB needed; free some space, writing goes on by itself then"};
}

} // namespace

std::uint64_t free_space::ask() const {
  std::uint64_t free_bytes = 0;
  auto ok = at_.db->GetFileSystem()->GetFreeSpace(at_.folder, {}, &free_bytes, nullptr);
  // Not every file system can tell. Then the first failed write has to.
  return ok.ok() ? free_bytes : std::numeric_limits<std::uint64_t>::max();
}

status free_space::admit(std::uint64_t bytes) {
  auto now = clock::now();
  if (full_ || !asked_ || now - *asked_ >= ask_pause || written_since_ >= reserve_bytes_ / 8) {
    free_bytes_ = ask();
    asked_ = now;
    written_since_ = 0;
  }
  auto left = free_bytes_ - std::min(free_bytes_, written_since_);
  full_ = left < reserve_bytes_ + bytes;
  if (full_)
    return disk_full(at_.folder, left, reserve_bytes_ + bytes);
  written_since_ += bytes;
  return unit{};
}

status rocks_writer::begin() {
  auto row = read_value(at_, {}, at_.meta, chain_key);
  if (!row)
    return row.error();
  if (!row->has_value())
    return unit{};
  auto link = decode_chain_link(**row);
  if (!link)
    return link.error();
  batch_number_ = link->number;
  return unit{};
}

error rocks_writer::stop(error why) {
  if (!stopped_)
    stopped_ = std::move(why);
  return *stopped_;
}

status rocks_writer::admit_health() {
  auto found = at_.health->first();
  if (!found)
    return unit{};
  if (!at_.health->only_background_full())
    return stop(at_.fail(found->what, "background work"));
  // The log file took every batch so far; only tables could not be written. Nothing is lost.
  if (auto ok = at_.db->Resume(); !ok.ok() && !ok.IsNoSpace())
    return stop(at_.fail(ok, "resuming after a full disk"));
  else if (!ok.ok())
    return error{ec::unavailable, "disk full: tables cannot be written to folder " + at_.folder
                                    + "; free some space, writing goes on by itself then ("
                                    + ok.ToString() + ")"};
  at_.health->forget();
  return unit{};
}

status rocks_writer::admit(std::size_t bytes) {
  if (stopped_)
    return *stopped_;
  if (auto ok = space_.admit(bytes); !ok)
    return ok;
  if (auto ok = admit_health(); !ok)
    return ok;
  if (!options_.before_write)
    return unit{};
  auto ok = options_.before_write(bytes);
  if (!ok && ok.error().code != ec::unavailable)
    return stop(ok.error());
  return ok;
}

status rocks_writer::commit(rocksdb::WriteBatch& batch, bool sync) {
  auto link = encode(chain_link{batch_number_ + 1, sync});
  auto ok = batch.Put(at_.meta, rocksdb::Slice{chain_key.data(), chain_key.size()}, link);
  if (!ok.ok())
    return at_.fail(ok, "making of a batch");
  rocksdb::WriteOptions options;
  options.sync = sync;
  ok = at_.db->Write(options, &batch);
  // A flush that failed between `admit` and here keeps RocksDB from taking the batch at all.
  if (ok.IsNoSpace() && at_.health->only_background_full())
    return disk_full(at_.folder, space_.ask(), options_.reserve_bytes + batch.GetDataSize());
  if (!ok.ok())
    return stop(at_.fail(ok, "write"));
  ++batch_number_;
  ++batches_total;
  syncs_total += sync ? 1 : 0;
  written_bytes_total += batch.GetDataSize();
  return unit{};
}

} // namespace tutti::storage
