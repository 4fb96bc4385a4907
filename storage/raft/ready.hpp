#pragma once

#include "storage/raft/raft_types.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace tutti::raft {

struct snapshot_view {
  log_index index = 0;
  term_no term = 0;
  std::string_view conf_state;
  /// As `log_reader::snapshot` of the leader gave it.
  std::string_view data;
};

/// What a replica wants done. Owns what its views show; may be freed on any thread, also after the
/// replica.
///
/// In this order: send `now`; install the snapshot; write `entries`, `hard_state` and the rows of
/// `committed` in one batch (see `add_to` in shard_log.hpp); make it durable if `must_sync`; then
/// `replica::on_persist`, send `after`, and let out what waited for the commit.
class ready {
public:
  /// Takes over what `raftc_ready_take` gave.
  explicit ready(raftc_ready* from) noexcept : content_(from) {}

  std::uint64_t number() const { return content_->number; }

  /// Otherwise only a commit index changed, or nothing: it may be written at any later time.
  bool must_sync() const { return content_->must_sync != 0; }

  /// Only the commit index moved. The write may be left out: a later hard state or applied index
  /// says as much, and after a crash it is learned again. Halves the writes of idle groups.
  bool only_commit_moved() const;

  /// Nothing for the disk.
  bool nothing_to_write() const;

  std::optional<storage::hard_state> hard_state() const;

  /// If it changed.
  std::optional<leadership> lead() const;

  /// To be put in the place of all rows and the log.
  std::optional<snapshot_view> snapshot() const;

  /// To be appended; what the log has from the first one's index on is removed before.
  std::span<const raftc_entry> entries() const { return {content_->entries, content_->n_entries}; }

  /// To be sent at once.
  std::span<const raftc_msg> now() const { return {content_->now, content_->n_now}; }

  /// To be sent when this ready and those before it are durable, never earlier.
  std::span<const raftc_msg> after() const { return {content_->after, content_->n_after}; }

  /// To be applied, in order. They are durable here.
  std::span<const raftc_entry> committed() const {
    return {content_->committed, content_->n_committed};
  }

  /// Reads that may be served when their index is applied.
  std::span<const raftc_read> reads() const { return {content_->reads, content_->n_reads}; }

private:
  struct release {
    void operator()(raftc_ready* what) const noexcept { raftc_ready_free(what); }
  };

  std::unique_ptr<raftc_ready, release> content_;
};

} // namespace tutti::raft
