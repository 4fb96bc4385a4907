#pragma once

#include "storage/journal/node_store.hpp"
#include "storage/raft/log_reader.hpp"
#include "storage/raft/ready.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>

namespace tutti::raft {

// How a replica of a shard lives in a node's store. All of its state is the shard's
// `shard_position`, its log and its rows.

/// What has to be written before a replica of a group that begins is opened: the log begins behind
/// entry 1 of term 1, so that whoever has nothing gets the members and rows by snapshot. All first
/// voters write the same. Nothing if the shard has begun.
///
/// A shard that a node without replicas wrote (decision 7) has rows and no members: it becomes a
/// group with this node as the only voter. Other `voters` fail with `ec::precondition_failed`.
result<std::optional<storage::shard_write>> first_write(storage::shard_id shard,
                                                        const storage::shard_position& at,
                                                        std::span<const node_no> voters);

/// Adds the log's part of a ready to the write of its shard: removal of the old suffix, entries,
/// hard state. Rows, applied index and conf state of `committed` are the caller's.
void add_to(storage::shard_write& out, const ready& what);

/// Reads the log of a shard from the node's store, and keeps the pictures that were promised to
/// members until somebody takes them to carry their rows.
///
/// Used by the thread that uses the replica. The store outlives it.
class shard_log : public log_reader {
public:
  /// Pictures keep old data on the disk: so many at a time, and a member asks again later.
  static constexpr std::size_t pictures_max = 2;

  shard_log(const storage::node_store& store, storage::shard_id shard)
    : store_(store),
      shard_(shard) {}

  status entries(log_index lo, log_index hi, std::uint64_t max_bytes,
                 std::vector<storage::log_entry>& out) noexcept override;

  result<term_no> term(log_index at) noexcept override;

  /// The point's data is the number of the picture, eight bytes, most significant first.
  result<std::optional<snapshot_point>> snapshot(log_index at_least, node_no to) noexcept override;

  /// The newest picture for a member; null if there is none. Call it for every snapshot message.
  std::unique_ptr<storage::shard_snapshot> take_picture(node_no to);

private:
  const storage::node_store& store_;
  storage::shard_id shard_;
  std::map<node_no, std::unique_ptr<storage::shard_snapshot>> pictures_;
  std::uint64_t picture_count_ = 0;
};

} // namespace tutti::raft
