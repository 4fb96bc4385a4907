#pragma once

#include "actors/journal/shard_group.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::actors {

/// Does what `shard_group`s asked for: pictures, then the batch. A picture that is damaged or does
/// not fit goes to `refused` with its shard, and nothing of that shard is written; any other
/// failure is the disk's.
status perform(storage::node_store& store, disk_work& work,
               std::vector<storage::shard_id>& refused);

/// All groups of a node. Gathers what they want written into rounds, so that one batch and one sync
/// serve all of them. Knows neither threads nor clocks: whoever owns it performs the rounds, in
/// order, and says so.
///
/// A group that fails is opened again from the disk; if that happens without end, it stays closed.
class node_groups {
public:
  /// `listener` outlives it.
  node_groups(std::shared_ptr<storage::node_store> store, group_settings settings,
              group_listener& listener);

  // -- input
  // ---------------------------------------------------------------------------------------

  /// Whoever uses the shard is there, with no memory of it: opens its group, or opens it again.
  /// Told by `on_lead`, if this node leads.
  void join(storage::shard_id shard);

  void propose(wire::proposal what);

  void step(const wire::raft_mail& what);

  /// Time passes for those who need it.
  void tick();

  /// Another node can be heard, or not any more. Before the first word nobody can.
  void see_peer(raft::node_no node, bool up);

  void take_rest(const wire::rest_word& what);

  /// Groups that rest under a leader that does not know of it hear of time again.
  void check_leads(const wire::leads_told& what);

  void report_picture(const wire::picture_sent& what);

  /// Where rows as new as now can be read.
  enum class read_place : std::uint8_t {
    here,      ///< at once
    later,     ///< here, when `on_read` says so
    at_leader, ///< here, when the entry is applied that the leader names: `wait_applied`
    elsewhere, ///< this node has no full copy
  };

  /// `ec::unavailable` if it cannot be said now; ask again.
  result<read_place> read_index(storage::shard_id shard, std::string_view context);

  void wait_applied(storage::shard_id shard, storage::log_index index, std::string context);

  /// The node that leads a shard, as its replica here has heard; 0 if nobody is known.
  raft::node_no leader_of(storage::shard_id shard);

  /// Changes members or the lead of a shard that is led here; else nothing.
  void move(const cluster::move& what);

  /// The shards that are led here.
  std::vector<cluster::shard_view> look();

  /// The disk failed: until `resume` no group is open. Whoever leads is told to step down.
  void halt(const error& why);

  void resume();

  // -- output
  // --------------------------------------------------------------------------------------

  struct round {
    std::uint64_t number = 0;
    disk_work work;
  };

  /// The next round, if there is anything to do; ask again after each. Fails if the disk does.
  result<std::optional<round>> gather();

  /// The oldest round is performed, except for shards whose picture was refused; or it failed, and
  /// `halt` was called.
  void written(const std::vector<storage::shard_id>& refused = {});

  bool under_way() const { return !rounds_.empty(); }

  // -- status
  // --------------------------------------------------------------------------------------

  /// Some group has to hear of time.
  bool needs_ticks() const;

  /// The group of a shard, if it is open.
  shard_group* find(storage::shard_id shard);

  /// The lowest shard that anybody joined.
  std::optional<storage::shard_id> first_shard() const;

private:
  struct place {
    std::unique_ptr<shard_group> group;
    /// Counts the groups that were here: a round may outlive one.
    std::uint64_t generation = 0;
    std::size_t rounds = 0;
    int failures = 0;
    bool due = false;
    bool touched = false;
  };

  struct part {
    storage::shard_id shard = 0;
    std::uint64_t generation = 0;
  };

  void touch(storage::shard_id shard, place& at);
  void drop(place& at, const error& why);
  void broken(storage::shard_id shard, place& at, const error& why);
  void check(storage::shard_id shard, place& at, const status& outcome);
  status open_due();
  status begin_all(const std::vector<storage::shard_id>& shards);
  void open(storage::shard_id shard, place& at);

  std::shared_ptr<storage::node_store> store_;
  group_settings settings_;
  group_listener& listener_;
  std::map<storage::shard_id, place> places_;
  std::set<raft::node_no> up_; ///< others that can be heard
  std::vector<storage::shard_id> touched_;
  std::vector<storage::shard_id> due_;
  std::deque<std::vector<part>> rounds_;
  std::uint64_t round_count_ = 0;
  std::optional<error> halted_;
};

} // namespace tutti::actors
