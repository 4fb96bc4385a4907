#pragma once

#include "actors/cluster/picture_courier.hpp"
#include "storage/journal/snapshot_chunk.hpp"
#include "test/unit/storage/store_forms.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tutti::actors::test {

using storage::test::must;
using storage::test::must_ok;
using storage::test::scratch_folder;

/// A message of consensus by hand: type, receiver, sender, term.
std::string message(std::uint32_t type, link::node_no from, link::node_no to);

/// A picture of `rows` rows of `row_bytes` each; knows whether somebody still has it.
class made_picture final : public storage::shard_snapshot {
public:
  made_picture(std::size_t rows, std::size_t row_bytes);

  const storage::snapshot_header& header() const override { return header_; }

  result<std::string> next(std::size_t max_bytes) override;

  /// Fails in the place of this chunk.
  std::size_t fail_at = SIZE_MAX;
  /// Called before this chunk is read, and the reader waits for it.
  std::size_t pause_at = SIZE_MAX;
  std::function<void()> pause;

private:
  storage::snapshot_header header_{7, 3, "members"};
  std::size_t rows_;
  std::string row_;
  std::size_t row_at_ = 0;
  std::size_t chunk_at_ = 0;
  bool ended_ = false;
  storage::chunk_writer chunk_;
};

/// Mail with a picture from node 1 to `to`.
wire::raft_mail picture_mail(storage::shard_id shard, std::shared_ptr<storage::shard_snapshot> rows,
                             link::node_no to = 2);

/// All rows of a picture, or why there are none.
result<std::size_t> count_rows(storage::shard_snapshot& from);

/// What a courier said to its node.
struct told {
  template <class Condition>
  bool wait(Condition until) {
    std::unique_lock lock{mutex};
    return changed.wait_for(lock, std::chrono::seconds{20}, until);
  }

  bool wait_reports(std::size_t count) {
    return wait([&] { return reports.size() >= count; });
  }

  /// Looks for reports for a while only.
  bool wait_reports_for(std::chrono::milliseconds patience, std::size_t count) {
    std::unique_lock lock{mutex};
    return changed.wait_for(lock, patience, [&] { return reports.size() >= count; });
  }

  bool wait_mails(std::size_t count) {
    return wait([&] { return mails.size() >= count; });
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<wire::picture_sent> reports;
  std::vector<wire::raft_mail> mails;
};

/// Couriers, and a network between them whose faults the test decides. What `send` takes has
/// arrived. Time stands still until the test moves it.
class courier_world {
public:
  enum class fate {
    arrives,
    is_lost,
    is_refused, ///< as by a full lane or a link that is down
  };

  /// Sees each frame, and may change it. Called from several threads, one at a time.
  using weather = std::function<fate(link::node_no from, peer_word kind, std::string& payload)>;

  ~courier_world() {
    stop(1);
    stop(2);
  }

  void start(link::node_no node);

  /// Both, with the same limits.
  void start_all() {
    start(1);
    start(2);
  }

  void stop(link::node_no node);

  void set_weather(weather next) {
    const std::lock_guard guard{mutex_};
    weather_ = std::move(next);
  }

  /// How many frames of a kind a node has sent, in any weather.
  bool wait_sent(link::node_no from, peer_word kind, std::size_t count);

  std::size_t sent(link::node_no from, peer_word kind) {
    const std::lock_guard guard{mutex_};
    return sent_[{from, kind}];
  }

  /// Puts a frame into the hands of `to`, whoever made it.
  void inject(link::node_no from, link::node_no to, peer_word kind, const std::string& payload) {
    carry(from, to, kind_of(kind), payload);
  }

  void pass(std::int64_t ms) { now_ms += ms; }

  picture_courier& at(link::node_no node) { return *couriers_.at(node); }

  /// Files of pictures with a name.
  std::size_t files(link::node_no node) const;

  std::filesystem::path folder(link::node_no node) const {
    return folder_.path / std::to_string(node);
  }

  picture_limits limits = [] {
    picture_limits out;
    out.chunk_bytes = 1000;
    out.keep_free_bytes = 0;
    return out;
  }();
  std::map<link::node_no, told> heard;
  std::atomic<std::int64_t> now_ms{1'000'000};

private:
  bool carry(link::node_no from, link::node_no to, link::frame_kind kind, std::string payload);

  scratch_folder folder_;
  std::mutex mutex_; ///< guards what follows
  std::condition_variable changed_;
  weather weather_;
  std::map<std::pair<link::node_no, peer_word>, std::size_t> sent_;
  std::map<link::node_no, picture_courier*> reachable_;
  // Of the test's thread.
  std::map<link::node_no, std::unique_ptr<picture_courier>> couriers_;
  std::uint64_t incarnation_ = 0;
};

} // namespace tutti::actors::test
