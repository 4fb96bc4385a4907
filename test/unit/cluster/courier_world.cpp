#include "test/unit/cluster/courier_world.hpp"

#include "runtime/model/stored.hpp"
#include "storage/raft/raftc.h"

namespace tutti::actors::test {

std::string message(std::uint32_t type, link::node_no from, link::node_no to) {
  model::byte_writer out;
  std::uint64_t field = 0;
  for (std::uint64_t x : {std::uint64_t{type}, to, from, std::uint64_t{5}}) {
    out.varint(++field << 3);
    out.varint(x);
  }
  return out.out;
}

made_picture::made_picture(std::size_t rows, std::size_t row_bytes)
  : rows_(rows),
    row_(row_bytes, 'x') {}

result<std::string> made_picture::next(std::size_t max_bytes) {
  if (chunk_at_ == pause_at)
    pause();
  if (chunk_at_++ == fail_at)
    return error{ec::io, "the disk broke"};
  if (ended_)
    return std::string{};
  for (; row_at_ < rows_; ++row_at_) {
    if (chunk_.size() > 0 && chunk_.size() + row_.size() > max_bytes)
      return chunk_.finish_rows();
    auto key = std::to_string(row_at_);
    chunk_.add(std::string(8 - key.size(), '0') + key, row_);
  }
  if (chunk_.size() > 0)
    return chunk_.finish_rows();
  ended_ = true;
  return chunk_.finish(header_);
}

wire::raft_mail picture_mail(storage::shard_id shard, std::shared_ptr<storage::shard_snapshot> rows,
                             link::node_no to) {
  return {shard, 1, to, RAFTC_MSG_SNAPSHOT, message(RAFTC_MSG_SNAPSHOT, 1, to), std::move(rows)};
}

result<std::size_t> count_rows(storage::shard_snapshot& from) {
  std::size_t count = 0;
  auto ok = storage::read_snapshot(from, [&](auto, auto) {
    ++count;
    return status{unit{}};
  });
  if (!ok)
    return ok.error();
  return count;
}

void courier_world::start(link::node_no node) {
  auto& ears = heard[node];
  courier_deps deps;
  deps.self = node;
  deps.incarnation = ++incarnation_;
  deps.folder = folder(node);
  deps.send = [this, node](link::node_no to, link::lane, link::frame_kind kind,
                           std::string_view payload) {
    return carry(node, to, kind, std::string{payload});
  };
  deps.deliver = [&ears](wire::raft_mail x) {
    const std::lock_guard guard{ears.mutex};
    ears.mails.push_back(std::move(x));
    ears.changed.notify_all();
  };
  deps.report = [&ears](wire::picture_sent x) {
    const std::lock_guard guard{ears.mutex};
    ears.reports.push_back(x);
    ears.changed.notify_all();
  };
  deps.now_ms = [this] { return now_ms.load(); };
  couriers_[node] = must(picture_courier::start(std::move(deps), limits));
  const std::lock_guard guard{mutex_};
  reachable_[node] = couriers_[node].get();
}

void courier_world::stop(link::node_no node) {
  {
    const std::lock_guard guard{mutex_};
    reachable_.erase(node);
  }
  couriers_.erase(node);
}

bool courier_world::carry(link::node_no from, link::node_no to, link::frame_kind kind,
                          std::string payload) {
  const auto word = static_cast<peer_word>(kind);
  const std::lock_guard guard{mutex_};
  ++sent_[{from, word}];
  changed_.notify_all();
  const auto outcome = weather_ ? weather_(from, word, payload) : fate::arrives;
  const auto found = reachable_.find(to);
  if (outcome == fate::is_refused || found == reachable_.end())
    return false;
  if (outcome == fate::arrives)
    CHECK(found->second->on_frame(from, kind, payload));
  return true;
}

bool courier_world::wait_sent(link::node_no from, peer_word kind, std::size_t count) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, std::chrono::seconds{20}, [&] {
    return sent_[{from, kind}] >= count;
  });
}

std::size_t courier_world::files(link::node_no node) const {
  std::size_t count = 0;
  for (const auto& x : std::filesystem::directory_iterator{folder(node)})
    count += x.is_regular_file() ? 1 : 0;
  return count;
}

} // namespace tutti::actors::test
