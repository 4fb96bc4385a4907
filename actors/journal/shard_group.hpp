#pragma once

#include "actors/journal/group_rest.hpp"
#include "actors/wire/shard_messages.hpp"
#include "runtime/cluster/placement.hpp"
#include "storage/journal/node_store.hpp"
#include "storage/raft/membership.hpp"
#include "storage/raft/replica.hpp"
#include "storage/raft/shard_log.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::actors {

/// How the replicas of a node behave.
struct group_settings {
  /// Names this node in its groups for ever. A wiped disk gets another one.
  raft::node_no node = 1;
  /// Who votes in a group that begins. A node that is not among them waits to be added.
  std::vector<raft::node_no> voters{1};
  /// In ticks; see `raft::replica_settings`.
  std::uint32_t election_ticks = 10;
  std::uint32_t heartbeat_ticks = 1;
  /// Applied entries that stay in the log for members that are behind, at least; twice as many at
  /// most. A group with a single voter keeps none.
  storage::log_index log_keep = 10'000;
};

/// What the groups of a node tell. Called inside their functions, on their thread.
class group_listener {
public:
  group_listener() = default;
  group_listener(const group_listener&) = delete;
  group_listener& operator=(const group_listener&) = delete;
  virtual ~group_listener() = default;

  /// This node leads the shard, and all that was committed before is applied. The term is durable.
  virtual void on_lead(storage::shard_id shard, storage::term_no term) = 0;

  /// What was proposed and not told to be committed may yet commit, or never.
  virtual void on_step_down(storage::shard_id shard, const error& why) = 0;

  /// Durable with a majority, and applied here.
  virtual void on_committed(storage::shard_id shard, std::uint64_t epoch, std::uint64_t batch) = 0;

  virtual void on_not_committed(storage::shard_id shard, std::uint64_t epoch, std::uint64_t batch,
                                const error& why)
    = 0;

  /// What `read_index` asked for is applied here.
  virtual void on_read(storage::shard_id shard, const std::string& context) = 0;

  /// To be sent to another node, at most once, in any order.
  virtual void on_mail(wire::raft_mail what) = 0;

  /// The same.
  virtual void on_rest_word(const wire::rest_word& what) = 0;
};

/// What the disk has to do next, for any number of groups.
struct disk_work {
  struct picture {
    storage::shard_id shard = 0;
    std::shared_ptr<storage::shard_snapshot> rows;
  };

  /// To be put in the place of their shards, before `parts`.
  std::vector<picture> pictures;
  /// One batch.
  std::vector<storage::shard_write> parts;
  bool sync = false;
};

/// A shard's replica on this node, and what waits for it: the driver of storage/README.md.
///
/// Input (`propose`, `step`, `tick`) changes memory only. `gather` says what is to be written, and
/// `written` follows once it is. Several gathers may be on their way; they are written in order.
///
/// A group whose only member is this node needs no second write: its entry is committed when it is
/// durable, so its rows are applied in the batch of the entry itself, which then needs no place in
/// the log (decision 10). Such a group needs no ticks either.
///
/// A function that fails leaves the group useless: open it again from the disk.
class shard_group {
public:
  ~shard_group();

  /// Goes on from where the disk says. `first_write` was done. What it refers to outlives it.
  static result<std::unique_ptr<shard_group>> open(const storage::node_store& store,
                                                   storage::shard_id shard,
                                                   const group_settings& settings,
                                                   group_listener& listener);

  // -- input
  // ---------------------------------------------------------------------------------------

  /// Answered by `on_committed` or `on_not_committed`, or by `on_step_down` for all at once.
  /// Epoch is the term that `on_lead` gave.
  status propose(wire::proposal what);

  /// A message of another node. What cannot be right is ignored, as if it got lost.
  status step(const wire::raft_mail& what);

  /// `up` are the other nodes that can be heard: without all its members no group rests.
  status tick(const std::set<raft::node_no>& up);

  status campaign();

  // -- rest
  // ----------------------------------------------------------------------------------------

  /// The node of `who` is gone or cannot be heard: if it led, a vote for another one is free.
  status lost_peer(raft::node_no who);

  status take_rest(const wire::rest_word& what);

  /// `who` leads what is in `terms`, and nothing else.
  void check_lead(raft::node_no who, const std::map<storage::shard_id, std::uint64_t>& terms);

  /// Whether a member got the picture that went with a message.
  status report_picture(raft::node_no member, bool delivered);

  /// Changes members, through a joint configuration if there are several. `ec::unavailable` if it
  /// cannot be now.
  status change_members(std::span<const raft::conf_change> changes);

  /// Leader: asks a majority whether it still is; `on_read` says so, if it does: the question may
  /// get lost. `context` is unique. Not asked where `sole()`.
  status read_index(std::string_view context);

  /// `on_read` says when entry `index` is applied here.
  void wait_applied(storage::log_index index, std::string context);

  /// Whose rows can be read.
  storage::log_index applied() const { return known_applied_; }

  /// Hands the lead to another voter, soon or not at all.
  status transfer(raft::node_no to);

  // -- output
  // --------------------------------------------------------------------------------------

  /// Adds what is to be written; false if there is nothing to do at all. Sends what may leave at
  /// once. Call it again until it says so.
  result<bool> gather(disk_work& out);

  /// The oldest gather is written, and durable if it asked for that. Tells what is committed and
  /// sends what had to wait.
  status written();

  /// Gathers that are not written.
  std::size_t under_way() const { return under_way_.size(); }

  /// Nothing is proposed here any more: tells whoever waits.
  void abandon(const error& why);

  // -- status
  // --------------------------------------------------------------------------------------

  storage::shard_id shard() const { return shard_; }

  /// This node is the only member.
  bool sole() const { return sole_; }

  /// Whether it must hear of time: others have to hear of it, or it has to win an election.
  bool needs_ticks() const { return !(sole_ && leading_) && !rest_.resting(); }

  /// The listener was told that this node leads.
  bool leads() const { return told_; }

  result<raft::replica_state> state() { return replica_->state(); }

  result<storage::log_index> peer_match(raft::node_no peer) { return replica_->peer_match(peer); }

  /// This node has a vote, so it has the rows or is about to.
  bool votes() const;

  /// The members as the leader sees them. All shards count as equally loaded: what was written
  /// since the last look changes too fast to move leaders by.
  result<cluster::shard_view> look();

private:
  /// A proposal in the log.
  struct waiting {
    raft::proposed at;
    std::uint64_t batch = 0;
    std::vector<storage::row_op> rows;
    /// The log entry has no copy of the rows.
    bool bare = false;
  };

  /// An entry of the log.
  struct place {
    storage::log_index index = 0;
    storage::term_no term = 0;
  };

  /// What follows when a gather is written.
  struct aftermath {
    std::uint64_t number = 0;
    storage::log_index applied = 0;
    /// The log is cut up to here.
    std::optional<place> cut;
    /// This node leads that term, and may say so.
    storage::term_no leads = 0;
    std::vector<std::uint64_t> committed; ///< batches
    std::vector<wire::raft_mail> mail;
  };

  class told_log;

  shard_group(storage::shard_id shard, const group_settings& settings, group_listener& listener);

  status set_members(std::string_view conf_state);
  status watch_lead(const raft::ready& what);
  status busy();
  status rest_if_quiet(const std::set<raft::node_no>& up);
  result<storage::log_index> all_agree_at();
  void say_rest(wire::rest_word::kind what, raft::node_no to, storage::log_index index);
  status take_agreement(const wire::rest_word& what);
  status take_proposal(const wire::rest_word& what);
  status campaign_again();
  std::size_t rank_without(raft::node_no who) const;
  void lose(const error& why);
  status enter(wire::proposal what);
  status enter_held();
  status take(const raft::ready& what, disk_work& out, aftermath& then);
  status take_picture(const raft::snapshot_view& what, disk_work& out, aftermath& then);
  status take_committed(const raftc_entry& entry, storage::shard_write& part, aftermath& then);
  status apply_early(const raft::ready& what, storage::shard_write& part);
  status apply_rows(const raftc_entry& entry, storage::shard_write& part);
  status apply_members(const raftc_entry& entry, storage::shard_write& part);
  status cut_log(storage::shard_write& part, aftermath& then);
  void serve_reads();
  status tell_applied(storage::log_index applied, const std::optional<place>& cut);
  waiting* find(storage::log_index index);
  std::optional<wire::raft_mail> mail_of(const raftc_msg& what);

  storage::shard_id shard_;
  group_settings settings_;
  group_listener& listener_;
  // The replica calls the log: it goes first.
  std::unique_ptr<told_log> log_;
  std::optional<raft::replica> replica_;

  std::vector<raft::member> members_;
  bool sole_ = false;
  bool members_change_ = false;
  bool leading_ = false; ///< the replica leads `term_`
  bool told_ = false;
  storage::term_no term_ = 0;
  raft::node_no leader_ = 0; ///< of `term_`; 0: nobody is known
  group_rest rest_;
  /// Whose rows are in what was gathered.
  place applied_;
  /// The newest one whose rows went with the entry itself.
  storage::log_index early_ = 0;
  /// The newest one that the replica said to be committed.
  place committed_;
  /// What the replica was told.
  storage::log_index known_applied_ = 0;
  storage::log_index known_cut_ = 0;
  /// The log is gone up to here, in what was gathered.
  storage::log_index cut_ = 0;
  /// In the log, in order of their index.
  std::deque<waiting> waiting_;
  /// Not in the log, since too much of it is not committed.
  std::deque<wire::proposal> held_;
  std::deque<aftermath> under_way_;
  /// Reads whose index is known.
  std::vector<std::pair<storage::log_index, std::string>> reads_;
  /// Came beside snapshot messages; by applied index.
  std::map<storage::log_index, std::shared_ptr<storage::shard_snapshot>> pictures_;
};

} // namespace tutti::actors
