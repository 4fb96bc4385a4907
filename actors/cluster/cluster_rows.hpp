#pragma once

#include "actors/cluster/node_links.hpp"
#include "runtime/engine/store_reader.hpp"
#include "storage/journal/node_store.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tutti::actors {

/// Reads of a node in a cluster: no older than what was committed when the read began, wherever the
/// shard is led. A shard of which this node has no copy is read at its leader.
///
/// Its functions wait, so they are for threads of the API only. Bounds: reads that wait at the log
/// (`readers_max` there), pages of 1 MiB between nodes, 1,000 questions of other nodes at a time.
class cluster_rows : public std::enable_shared_from_this<cluster_rows> {
public:
  cluster_rows(std::shared_ptr<const storage::read_view> store, std::shared_ptr<node_links> links,
               wire::log_actor log, engine::shard_no shards);
  ~cluster_rows();

  /// Ends its thread; reads fail from now on.
  void stop();

  /// What is read from here on in this thread has to be as new as now; a shard is asked for that
  /// once. Without it every single read asks.
  void begin_session();
  void end_session();

  const engine::row_reader& rows(engine::shard_no shard) const;

  /// Frames of kinds `rows_wanted` and `rows_read`. Does not wait.
  void on_frame(cluster::node_no from, link::frame_kind kind, std::string_view payload);

  /// Who waits for this node hears it.
  void on_down(cluster::node_no node);

  struct range {
    std::string from;
    std::string to; ///< empty with `single`
    bool single = false;
    bool backwards = false;
  };

  struct page {
    std::vector<std::pair<std::string, std::string>> rows;
    bool more = false;
  };

  /// Whether the rows of this node may be read; waits until they are new enough.
  result<bool> pass(engine::shard_no shard);

  /// A page of rows of a shard that is not here.
  result<page> fetch(engine::shard_no shard, const range& what);

  const storage::read_view& store() const { return *store_; }

private:
  class reader;
  struct question;

  struct served {
    cluster::node_no from = 0;
    std::string payload;
  };

  void serve();
  void answer(const served& what);
  result<bool> wait_at_log(engine::shard_no shard);

  std::shared_ptr<const storage::read_view> store_;
  std::shared_ptr<node_links> links_;
  wire::log_actor log_;
  std::vector<std::unique_ptr<reader>> readers_;

  std::mutex lock_;
  std::condition_variable changed_;
  std::map<std::uint64_t, std::shared_ptr<question>> questions_;
  std::uint64_t last_question_ = 0;
  std::deque<served> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

/// A session for the time of a call.
class read_session {
public:
  explicit read_session(cluster_rows* of) : of_(of) {
    if (of_)
      of_->begin_session();
  }

  read_session(const read_session&) = delete;
  read_session& operator=(const read_session&) = delete;

  ~read_session() {
    if (of_)
      of_->end_session();
  }

private:
  cluster_rows* of_;
};

} // namespace tutti::actors
