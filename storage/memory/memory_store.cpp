#include "storage/memory/memory_store.hpp"

#include "storage/journal/snapshot_chunk.hpp"

#include <utility>

namespace tutti::storage {

namespace {

using shared_image = std::shared_ptr<const shard_image>;
using visitor = read_view::row_visitor;

std::optional<std::string> find_row(const shard_image& in, std::string_view key) {
  auto found = in.rows.find(key);
  if (found == in.rows.end())
    return std::nullopt;
  return found->second;
}

void visit_up(const shard_image& in, std::string_view from, std::string_view to,
              const visitor& visit) {
  for (auto i = in.rows.lower_bound(from); i != in.rows.end() && (to.empty() || i->first < to); ++i)
    if (!visit(i->first, i->second))
      return;
}

void visit_down(const shard_image& in, std::string_view from, std::string_view to,
                const visitor& visit) {
  auto i = to.empty() ? in.rows.end() : in.rows.lower_bound(to);
  while (i != in.rows.begin()) {
    --i;
    if (i->first < from || !visit(i->first, i->second))
      return;
  }
}

class memory_view final : public read_view {
public:
  memory_view(std::shared_ptr<memory_disk> disk, disk_image image)
    : disk_(std::move(disk)),
      image_(std::move(image)) {}

  result<std::optional<std::string>> get(shard_id shard, std::string_view key) const override {
    auto in = find(shard);
    if (!in)
      return in.error();
    return find_row(**in, key);
  }

  status scan(shard_id shard, std::string_view from, std::string_view to,
              const row_visitor& visit) const override {
    auto in = find(shard);
    if (!in)
      return in.error();
    visit_up(**in, from, to, visit);
    return unit{};
  }

  status scan_back(shard_id shard, std::string_view from, std::string_view to,
                   const row_visitor& visit) const override {
    auto in = find(shard);
    if (!in)
      return in.error();
    visit_down(**in, from, to, visit);
    return unit{};
  }

  result<shard_position> position(shard_id shard) const override {
    auto in = find(shard);
    if (!in)
      return in.error();
    return (*in)->at;
  }

private:
  result<shared_image> find(shard_id shard) const {
    if (auto ok = disk_->check_readable(shard); !ok)
      return ok.error();
    auto found = image_.find(shard);
    return found == image_.end() ? std::make_shared<const shard_image>() : found->second;
  }

  std::shared_ptr<memory_disk> disk_;
  disk_image image_;
};

class memory_snapshot final : public shard_snapshot {
public:
  explicit memory_snapshot(shared_image image)
    : image_(std::move(image)),
      header_{image_->at.applied, image_->at.applied_term, image_->at.conf_state},
      next_(image_->rows.begin()) {}

  const snapshot_header& header() const override { return header_; }

  result<std::string> next(std::size_t max_bytes) override {
    if (ended_)
      return std::string{};
    for (; next_ != image_->rows.end(); ++next_) {
      const auto& [key, value] = *next_;
      if (chunk_.size() > 0 && chunk_.size() + key.size() + value.size() > max_bytes)
        return chunk_.finish_rows();
      chunk_.add(key, value);
    }
    if (chunk_.size() > 0)
      return chunk_.finish_rows();
    ended_ = true;
    return chunk_.finish(header_);
  }

private:
  shared_image image_;
  snapshot_header header_;
  decltype(shard_image::rows)::const_iterator next_;
  chunk_writer chunk_;
  bool ended_ = false;
};

class memory_store final : public node_store {
public:
  memory_store(std::shared_ptr<memory_disk> disk, std::uint64_t life)
    : disk_(std::move(disk)),
      life_(life) {}

  ~memory_store() override { disk_->detach(life_); }

  status write(const std::vector<shard_write>& parts, bool sync) override {
    return disk_->write(life_, parts, sync);
  }

  status install(shard_id shard, shard_snapshot& from) override {
    auto before = disk_->position(life_, shard);
    if (!before)
      return before.error();
    const auto& header = from.header();
    if (auto ok = check_install(shard, *before, header.applied); !ok)
      return ok;
    auto image = std::make_shared<shard_image>();
    auto ok = read_snapshot(from, [&](std::string_view key, std::string_view value) -> status {
      image->rows.emplace_hint(image->rows.end(), key, value);
      return unit{};
    });
    if (!ok)
      return ok;
    image->at = position_after_install(*before, header.applied, header.applied_term,
                                       header.conf_state);
    return disk_->replace(life_, shard, std::move(image));
  }

  status drop(shard_id shard) override { return disk_->replace(life_, shard, nullptr); }

  result<std::optional<std::string>> get(shard_id shard, std::string_view key) const override {
    auto in = disk_->shard(life_, shard);
    if (!in)
      return in.error();
    return find_row(**in, key);
  }

  status scan(shard_id shard, std::string_view from, std::string_view to,
              const row_visitor& visit) const override {
    auto in = disk_->shard(life_, shard);
    if (!in)
      return in.error();
    visit_up(**in, from, to, visit);
    return unit{};
  }

  status scan_back(shard_id shard, std::string_view from, std::string_view to,
                   const row_visitor& visit) const override {
    auto in = disk_->shard(life_, shard);
    if (!in)
      return in.error();
    visit_down(**in, from, to, visit);
    return unit{};
  }

  result<shard_position> position(shard_id shard) const override {
    auto in = disk_->shard(life_, shard);
    if (!in)
      return in.error();
    return (*in)->at;
  }

  result<std::unique_ptr<read_view>> view() const override {
    auto image = disk_->image(life_);
    if (!image)
      return image.error();
    return std::unique_ptr<read_view>{std::make_unique<memory_view>(disk_, std::move(*image))};
  }

  result<std::vector<shard_id>> shards() const override {
    auto image = disk_->image(life_);
    if (!image)
      return image.error();
    std::vector<shard_id> out;
    for (const auto& [shard, content] : *image)
      out.push_back(shard);
    return out;
  }

  status entries(shard_id shard, log_index lo, log_index hi, std::uint64_t max_bytes,
                 std::vector<log_entry>& out) const override {
    auto in = disk_->shard(life_, shard);
    if (!in)
      return in.error();
    if (lo >= hi)
      return unit{};
    const auto& image = **in;
    for (auto end : {lo, hi - 1})
      if (!image.log.contains(end))
        return missing_entry(shard, image.at, end);
    std::uint64_t size = 0;
    for (auto i = image.log.find(lo); i != image.log.end() && i->first < hi; ++i) {
      size += i->second.data.size();
      if (i->first > lo && size > max_bytes)
        break;
      out.push_back(i->second);
    }
    return unit{};
  }

  result<term_no> term(shard_id shard, log_index at) const override {
    auto in = disk_->shard(life_, shard);
    if (!in)
      return in.error();
    const auto& image = **in;
    if (at == image.at.truncated)
      return image.at.truncated_term;
    auto found = image.log.find(at);
    if (found == image.log.end())
      return missing_entry(shard, image.at, at);
    return found->second.term;
  }

  result<std::unique_ptr<shard_snapshot>> snapshot(shard_id shard) const override {
    auto in = disk_->shard(life_, shard);
    if (!in)
      return in.error();
    return std::unique_ptr<shard_snapshot>{std::make_unique<memory_snapshot>(std::move(*in))};
  }

  store_stats stats() const override { return disk_->stats(); }

private:
  std::shared_ptr<memory_disk> disk_;
  std::uint64_t life_;
};

} // namespace

result<std::unique_ptr<node_store>> open_memory_store(std::shared_ptr<memory_disk> disk) {
  auto life = disk->attach();
  if (!life)
    return life.error();
  return std::unique_ptr<node_store>{std::make_unique<memory_store>(std::move(disk), *life)};
}

} // namespace tutti::storage
