#include "storage/memory/memory_disk.hpp"

#include <random>
#include <utility>

namespace tutti::storage {

namespace {

void apply(shard_image& to, const row_op& op) {
  auto& rows = to.rows;
  switch (op.what) {
    case row_op::kind::put:
      rows.insert_or_assign(op.key, op.value);
      return;
    case row_op::kind::erase:
      rows.erase(op.key);
      return;
    case row_op::kind::erase_range:
      if (op.value.empty() || op.key < op.value)
        rows.erase(rows.lower_bound(op.key),
                   op.value.empty() ? rows.end() : rows.lower_bound(op.value));
      return;
  }
}

void apply(shard_image& to, const shard_write& write, const shard_position& after) {
  if (write.truncate_suffix_from)
    to.log.erase(to.log.lower_bound(*write.truncate_suffix_from), to.log.end());
  for (const auto& entry : write.append)
    to.log.insert_or_assign(entry.index, entry);
  for (const auto& op : write.apply)
    apply(to, op);
  to.log.erase(to.log.begin(), to.log.upper_bound(after.truncated));
  to.at = after;
}

} // namespace

std::size_t memory_disk::crash(std::uint64_t seed) {
  std::lock_guard guard{mutex_};
  std::mt19937_64 random{seed};
  auto kept = unsynced_.empty() ? 0 : random() % (unsynced_.size() + 1);
  auto lost = unsynced_.size() - kept;
  for (std::size_t i = 0; i < kept; ++i)
    repeat(durable_, unsynced_[i]);
  unsynced_.clear();
  live_.clear();
  for (const auto& [shard, place] : durable_)
    writable(live_, shard) = place->image;
  ++life_;
  attached_ = false;
  stopped_.reset();
  return lost;
}

std::shared_ptr<const shard_image> memory_disk::lend(const std::shared_ptr<slot>& from) {
  ++from->reader_count;
  return {&from->image, [from](const shard_image*) { --from->reader_count; }};
}

shard_image& memory_disk::writable(slots& in, shard_id shard) {
  auto& place = in[shard];
  if (!place) {
    place = std::make_shared<slot>();
  } else if (place->reader_count > 0) {
    auto copy = std::make_shared<slot>();
    copy->image = place->image;
    place = std::move(copy);
  }
  return place->image;
}

result<std::vector<shard_position>> memory_disk::check(const slots& at,
                                                       const std::vector<shard_write>& parts) {
  std::map<shard_id, shard_position> staged;
  std::vector<shard_position> out;
  for (const auto& part : parts) {
    auto found = at.find(part.shard);
    const auto* image = found == at.end() ? nullptr : &found->second->image;
    auto known = image == nullptr ? shard_position{} : image->at;
    auto& position = staged.try_emplace(part.shard, known).first->second;
    auto after = position_after(position, part, [&](log_index index) -> result<term_no> {
      if (auto term = appended_term(parts, out.size() + 1, part.shard, index))
        return *term;
      if (image != nullptr)
        if (auto entry = image->log.find(index); entry != image->log.end())
          return entry->second.term;
      return missing_entry(part.shard, position, index);
    });
    if (!after)
      return after.error();
    position = *after;
    out.push_back(std::move(*after));
  }
  return out;
}

void memory_disk::apply_all(slots& to, const std::vector<shard_write>& parts,
                            const std::vector<shard_position>& after) {
  for (std::size_t i = 0; i < parts.size(); ++i)
    apply(writable(to, parts[i].shard), parts[i], after[i]);
}

void memory_disk::repeat(slots& to, const std::vector<shard_write>& parts) {
  auto after = check(to, parts);
  // It was accepted before, on the same ground.
  assert(after.has_value());
  apply_all(to, parts, *after);
}

void memory_disk::set_faults(memory_faults faults) {
  std::lock_guard guard{mutex_};
  faults_ = std::move(faults);
}

memory_faults memory_disk::faults() const {
  std::lock_guard guard{mutex_};
  return faults_;
}

std::uint64_t memory_disk::write_count() const {
  std::lock_guard guard{mutex_};
  return write_count_;
}

std::uint64_t memory_disk::sync_count() const {
  std::lock_guard guard{mutex_};
  return sync_count_;
}

std::size_t memory_disk::unsynced_count() const {
  std::lock_guard guard{mutex_};
  return unsynced_.size();
}

result<std::uint64_t> memory_disk::attach() {
  std::lock_guard guard{mutex_};
  if (attached_)
    return error{ec::unavailable, "memory disk: in use by another open store"};
  attached_ = true;
  stopped_.reset();
  return ++life_;
}

void memory_disk::detach(std::uint64_t life) {
  std::lock_guard guard{mutex_};
  if (life == life_)
    attached_ = false;
}

status memory_disk::alive(std::uint64_t life) const {
  if (life != life_ || !attached_)
    return error{ec::io, "memory disk: the power failed under this store"};
  return unit{};
}

status memory_disk::admit() const {
  if (stopped_)
    return *stopped_;
  if (faults_.full)
    return error{ec::unavailable, "disk full: 0 MB free of the memory disk; free some space, "
                                  "writing goes on by itself then"};
  return unit{};
}

bool memory_disk::count_write(status& outcome) {
  ++write_count_;
  auto refused = faults_.refuse_from && write_count_ >= *faults_.refuse_from;
  if (!refused && faults_.fail_write != write_count_)
    return true;
  stopped_ = error{ec::io,
                   "memory disk: injected failure of write " + std::to_string(write_count_)};
  outcome = *stopped_;
  return !refused && faults_.failed_write_lands;
}

status memory_disk::count_sync() {
  if (++sync_count_ != faults_.fail_sync)
    return unit{};
  stopped_ = error{ec::io, "memory disk: injected failure of sync " + std::to_string(sync_count_)};
  return *stopped_;
}

void memory_disk::make_durable() {
  for (const auto& parts : unsynced_)
    repeat(durable_, parts);
  unsynced_.clear();
}

status memory_disk::write(std::uint64_t life, const std::vector<shard_write>& parts, bool sync) {
  std::lock_guard guard{mutex_};
  if (auto ok = alive(life); !ok)
    return ok;
  if (auto ok = admit(); !ok)
    return ok;
  auto after = check(live_, parts);
  if (!after)
    return after.error();
  status outcome = unit{};
  if (!count_write(outcome))
    return outcome;
  apply_all(live_, parts, *after);
  unsynced_.push_back(parts);
  written_bytes_ += byte_count(parts);
  if (!sync)
    return outcome;
  if (auto ok = count_sync(); !ok)
    return ok;
  make_durable();
  return outcome;
}

status memory_disk::replace(std::uint64_t life, shard_id shard,
                            std::shared_ptr<const shard_image> image) {
  std::lock_guard guard{mutex_};
  if (auto ok = alive(life); !ok)
    return ok;
  if (auto ok = admit(); !ok)
    return ok;
  status outcome = unit{};
  if (!count_write(outcome))
    return outcome;
  if (auto ok = count_sync(); !ok)
    return ok;
  make_durable();
  faults_.corrupt.erase(shard);
  for (auto* disk : {&live_, &durable_}) {
    disk->erase(shard);
    if (image)
      writable(*disk, shard) = *image;
  }
  return outcome;
}

result<disk_image> memory_disk::image(std::uint64_t life) const {
  std::lock_guard guard{mutex_};
  if (auto ok = alive(life); !ok)
    return ok.error();
  disk_image out;
  for (const auto& [shard, place] : live_)
    out.emplace(shard, lend(place));
  return out;
}

result<std::shared_ptr<const shard_image>> memory_disk::shard(std::uint64_t life,
                                                              shard_id shard) const {
  std::lock_guard guard{mutex_};
  if (auto ok = alive(life); !ok)
    return ok.error();
  if (faults_.corrupt.contains(shard))
    return error{ec::corrupt, "memory disk: injected damage of shard " + std::to_string(shard)};
  auto found = live_.find(shard);
  return found == live_.end() ? std::make_shared<const shard_image>() : lend(found->second);
}

result<shard_position> memory_disk::position(std::uint64_t life, shard_id shard) const {
  std::lock_guard guard{mutex_};
  if (auto ok = alive(life); !ok)
    return ok.error();
  auto found = live_.find(shard);
  return found == live_.end() ? shard_position{} : found->second->image.at;
}

status memory_disk::check_readable(shard_id shard) const {
  std::lock_guard guard{mutex_};
  if (faults_.corrupt.contains(shard))
    return error{ec::corrupt, "memory disk: injected damage of shard " + std::to_string(shard)};
  return unit{};
}

store_stats memory_disk::stats() const {
  std::lock_guard guard{mutex_};
  return {write_count_, sync_count_, written_bytes_, 0, faults_.full ? 0 : std::uint64_t{1} << 40};
}

} // namespace tutti::storage
