#pragma once

#include "storage/memory/memory_store.hpp"
#include "storage/raft/membership.hpp"
#include "storage/raft/replica.hpp"
#include "storage/raft/shard_log.hpp"
#include "test/unit/raft/history.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::raft::test {

/// Chances are out of 1,000.
struct trouble {
  unsigned drop = 0;
  unsigned repeat = 0;
  /// Rounds that a message or a sync takes, at most.
  unsigned delay_max = 0;
  unsigned sync_delay_max = 0;
};

/// A picture on its way.
struct parcel {
  storage::snapshot_header header;
  std::vector<std::string> chunks;
};

struct letter {
  node_no from = 0;
  node_no to = 0;
  std::uint32_t type = 0;
  std::string data;
  std::shared_ptr<const parcel> rows;
};

class group;

/// A replica on its own simulated disk, driven as raftc.h and ready.hpp want it.
class peer {
public:
  static constexpr storage::shard_id shard = 3;

  peer(group& of, replica_settings settings, std::vector<node_no> voters);

  void start();

  /// The power fails: what was not synced is lost, or a suffix of it.
  void crash(std::uint64_t seed);

  bool up() const { return replica_.has_value(); }

  void receive(const letter& what);

  void tick();

  /// Does what readies ask for.
  void drain();

  /// Syncs whose time has come.
  void settle();

  /// Removes all but the newest `keep` applied entries.
  void compact(log_index keep);

  node_no id() const { return settings_.id; }

  replica_state state();

  bool leads() { return up() && state().lead.mine == role::leader; }

  /// All rows, one after the other.
  std::string rows() const;

  std::vector<member> members() const;

  replica& raw() { return *replica_; }

  storage::node_store& store() { return *store_; }

  storage::shard_position position() const;

  /// Asks for a read; checked when it is answered.
  status ask(std::string context);

  /// The newest change of members that was applied.
  log_index conf_index = 0;
  std::size_t reads_served = 0;
  std::size_t refused_messages = 0;
  /// Nothing becomes durable for now.
  bool hold_syncs = false;

private:
  struct unsynced {
    std::uint64_t number = 0;
    std::uint64_t due = 0;
    std::vector<letter> after;
  };

  void handle(ready& what);
  void install(const snapshot_view& what);
  void apply(const ready& what, storage::shard_write& part);
  void serve(log_index applied);
  void send(const raftc_msg& what);
  letter letter_of(const raftc_msg& what);
  void made_durable(std::size_t count);

  group& group_;
  replica_settings settings_;
  std::vector<node_no> voters_;
  std::shared_ptr<storage::memory_disk> disk_ = std::make_shared<storage::memory_disk>();
  std::unique_ptr<storage::node_store> store_;
  std::unique_ptr<shard_log> log_;
  std::optional<replica> replica_;
  std::deque<unsynced> unsynced_;
  std::map<log_index, std::shared_ptr<const parcel>> parcels_;
  /// Context of a read -> what was committed when it was asked.
  std::map<std::string, log_index> asked_;
  std::vector<std::pair<log_index, std::string>> answered_;
};

/// Peers, the network between them, and what they all did. Everything follows from the seed.
class group {
public:
  explicit group(std::uint64_t seed) : random(seed) {}

  /// A peer with an empty disk; without voters it waits to be added.
  peer& add(node_no id, std::vector<node_no> voters = {});

  /// Peers 1 to n, all voters.
  void add_voters(node_no n);

  peer& operator[](node_no id) { return *peers.at(id); }

  void post(letter what);

  /// One tick of everybody who is up. Who was removed goes when the leader says so.
  void round();

  void rounds(unsigned n);

  /// Up to `max` rounds until `done`; whether it came true.
  template <class Condition>
  bool rounds_until(Condition done, unsigned max = 400) {
    for (unsigned i = 0; i < max; ++i) {
      if (done())
        return true;
      round();
    }
    return done();
  }

  /// The leader that most lately got its term; 0 if there is none.
  node_no leader();

  /// Waits for a leader whose term has a committed entry.
  node_no elect();

  /// Proposes at the leader and waits until all that are up have applied it.
  void commit(const std::string& data);

  /// Waits until all that are up and not removed have applied what is committed.
  bool level(unsigned max = 400);

  /// No letters between `some` and the others.
  void isolate(const std::set<node_no>& some);

  void heal() { cut.clear(); }

  std::uint64_t chance(std::uint64_t below) { return random() % below; }

  bool happens(unsigned per_thousand) { return chance(1000) < per_thousand; }

  replica_settings settings;
  trouble network;
  history seen;
  std::mt19937_64 random;
  std::uint64_t now = 0;
  std::map<node_no, std::unique_ptr<peer>> peers;
  std::set<std::pair<node_no, node_no>> cut;
  std::uint64_t letters_sent = 0;
  std::uint64_t pictures_installed = 0;
  std::uint64_t conf_changes = 0;

private:
  void deliver();

  void dismiss();

  void lose(const letter& what);

  std::multimap<std::uint64_t, letter> under_way_;
};

} // namespace tutti::raft::test
