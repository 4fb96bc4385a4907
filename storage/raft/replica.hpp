#pragma once

#include "runtime/base/error.hpp"
#include "storage/journal/shard_position.hpp"
#include "storage/raft/log_reader.hpp"
#include "storage/raft/raft_types.hpp"
#include "storage/raft/ready.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tutti::raft {

/// One replica of a replicated log: the consensus library behind types. It does nothing by itself:
/// ticks, messages and proposals go in, and `take_ready` says what is to be written, sent and
/// applied. It keeps no time, no files and no sockets.
///
/// Threads: may move between threads, but is never used by two at once. Memory: what goes in is
/// copied. It holds the entries that are not durable yet, and up to `tail_bytes` of those that are.
///
/// Errors: `ec::unavailable` for what cannot be now (not the leader, something is pending: nothing
/// happened), `ec::bad_request` for a message that no correct peer sends, `ec::not_found` for a
/// node that is no member, `ec::unprocessable` for a call that breaks its contract. `ec::internal`
/// is a panic of the library, or a failure of the reader: the replica is dead, all further calls
/// fail, and it is to be made anew from what is on the disk. If that happens again, the disk is not
/// what its peers think it is: the replica joins again as a new node.
class replica {
public:
  /// Starts where the disk says. `reader` outlives the replica. A position without conf state is
  /// that of a node that waits to be added. Fails with `ec::precondition_failed` if the settings or
  /// the position cannot be. A new group begins with `first_write` (shard_log.hpp).
  static result<replica> open(const replica_settings& settings, const storage::shard_position& from,
                              log_reader& reader);

  // -- input
  // ----------------------------------------------------------------------------------------

  /// Time passes. True if a ready is likely.
  result<bool> tick();

  /// A message of a peer, as its `ready` had it.
  status step(std::string_view message);

  /// Leader only; nothing is forwarded. At most RAFTC_MAX_ENTRY_BYTES.
  result<proposed> propose(std::string_view data);

  /// Leader only. Takes effect when it is applied. Several changes, or `joint`, go through a joint
  /// configuration, which is left by itself.
  result<proposed> propose_conf(std::span<const conf_change> changes, bool joint = false);

  /// Leader only: leaves a joint configuration that nobody left.
  result<proposed> leave_joint();

  // -- output
  // ---------------------------------------------------------------------------------------

  /// What is to be done now, if anything. Take one after each round of input; several may be under
  /// way, but their order stays.
  result<std::optional<ready>> take_ready();

  /// The new conf state, to be written in the batch that applies the entry. Once per committed
  /// entry of a type that is not RAFTC_NORMAL, in order, before `on_applied`.
  result<std::string> apply_conf(const raftc_entry& entry);

  /// This ready and all before it are durable. Call it before an answer to one of their `after`
  /// messages can be stepped: best, right before they are sent.
  status on_persist(std::uint64_t number);

  /// The rows of entries up to `index`, or the snapshot of that index, are written.
  status on_applied(log_index index);

  /// The log up to `index` is gone. Remove only what `on_applied` was told of.
  status on_compacted(log_index index, term_no term);

  // -- leadership
  // -----------------------------------------------------------------------------------

  /// Asks a majority whether this is still the leader; the answer is among the `reads` of a ready.
  /// It may never come: have a timeout. `context`: unique, 1 to 1,024 bytes.
  status read_index(std::string_view context);

  /// Hands leadership to another voter, soon or (after `election_ticks`) not at all. Proposals are
  /// refused meanwhile.
  status transfer(node_no to);

  /// Tries to become the leader without waiting.
  status campaign();

  /// Leader: sends heartbeats now, and gives the others a whole election timeout to answer.
  status ping();

  /// If `who` leads, it is known to be gone: this node may vote for another one at once.
  status forget_leader(node_no who);

  /// A message to `peer` was not delivered.
  status report_unreachable(node_no peer);

  /// What became of a snapshot for `peer`.
  status report_snapshot(node_no peer, bool delivered);

  // -- status
  // ---------------------------------------------------------------------------------------

  result<replica_state> state();

  /// Leader only: how far `peer` has the log.
  result<log_index> peer_match(node_no peer);

  /// Whether the library panicked.
  bool dead() const { return dead_; }

private:
  struct border;

  struct release {
    void operator()(raftc_node* what) const noexcept { raftc_free(what); }
  };

  struct release_border {
    void operator()(border* what) const noexcept;
  };

  replica() = default;

  error fail(int code, std::string_view what);

  status check(int code, std::string_view what);

  node_no id_ = 0;
  bool dead_ = false;
  // The node calls the border: it goes first.
  std::unique_ptr<border, release_border> border_;
  std::unique_ptr<raftc_node, release> node_;
};

} // namespace tutti::raft
