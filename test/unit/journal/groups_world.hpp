#pragma once

#include "actors/journal/node_groups.hpp"
#include "storage/memory/memory_store.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace tutti::actors::test {

class world;

/// What the groups of a node told.
class listener : public group_listener {
public:
  explicit listener(world& around) : world_(around) {}

  void on_lead(storage::shard_id shard, storage::term_no term) override;
  void on_step_down(storage::shard_id shard, const error& why) override;
  void on_committed(storage::shard_id shard, std::uint64_t epoch, std::uint64_t batch) override;
  void on_not_committed(storage::shard_id shard, std::uint64_t epoch, std::uint64_t batch,
                        const error& why) override;
  void on_read(storage::shard_id shard, const std::string& context) override;
  void on_mail(wire::raft_mail what) override;
  void on_rest_word(const wire::rest_word& what) override;

  /// Reads that may be served.
  std::set<std::string> readable_now;
  /// Shard -> term in which it is led here.
  std::map<storage::shard_id, storage::term_no> leads;
  std::map<storage::shard_id, storage::term_no> last_term;
  std::map<storage::shard_id, std::set<std::uint64_t>> committed;
  std::map<storage::shard_id, std::set<std::uint64_t>> refused;
  std::map<storage::shard_id, std::string> why_down;
  /// Asked when a batch is told to be committed: whether its rows can be read.
  std::function<bool(storage::shard_id, std::uint64_t)> readable;

private:
  world& world_;
};

/// A node with a simulated disk; what its groups want written is written when the test says so.
class node {
public:
  node(world& around, group_settings settings);

  void start(storage::shard_id shards);

  /// The power fails.
  void crash(std::uint64_t seed);

  bool up() const { return groups.has_value(); }

  bool leads(storage::shard_id shard = 0) const { return told.leads.contains(shard); }

  /// A batch with one row `key` = `value`. Gives its number.
  std::uint64_t propose(storage::shard_id shard, const std::string& key, const std::string& value);

  /// Asks for the next round and puts it in the queue of the disk; false if there is none.
  bool gather();

  /// Performs the oldest round in the queue; false if there is none.
  bool write();

  /// Until there is nothing to do.
  void run();

  /// All rows as "key=value;".
  std::string rows(storage::shard_id shard = 0) const;

  storage::shard_position position(storage::shard_id shard = 0) const;

  group_settings settings;
  std::shared_ptr<storage::memory_disk> disk = std::make_shared<storage::memory_disk>();
  std::shared_ptr<storage::node_store> store;
  listener told;
  std::optional<node_groups> groups;
  std::deque<node_groups::round> rounds;
  std::uint64_t last_batch = 0;
  std::map<std::uint64_t, std::string> keys; ///< of batches
  /// Why the disk failed last.
  std::optional<error> down;

private:
  void fail(const error& why);
};

/// Nodes and the network between them. Everything follows from the seed.
class world {
public:
  explicit world(std::uint64_t seed = 1) : random(seed) {}

  node& add(group_settings settings);

  /// Nodes 1 to `count`, each with all of them as voters of one shard.
  void add_voters(raft::node_no count, storage::log_index log_keep = 10'000);

  node& operator[](raft::node_no id) { return *nodes.at(id); }

  /// One tick of everybody who is up, and all that follows.
  void round();

  bool rounds_until(const std::function<bool()>& done, int max = 400);

  /// The node that leads shard 0; 0 if there is none.
  raft::node_no leader() const;

  raft::node_no elect();

  /// All nodes hear of it that `who` can be heard, or not any more, and `who` of the others.
  void see(raft::node_no who, bool up);

  /// Everybody hears everybody, and rounds go by until nothing is said any more.
  bool rest();

  /// Proposes at the leader and waits for the commit.
  void commit(const std::string& key, const std::string& value);

  /// Whether all that are up have the same rows, and none has anything to do.
  bool level();

  /// One letter is delivered or lost; false if there is none.
  bool deliver();

  std::uint64_t dice(std::uint64_t sides) { return random() % sides; }

  std::mt19937_64 random;
  std::map<raft::node_no, std::unique_ptr<node>> nodes;
  std::vector<wire::raft_mail> mail;
  /// Words about rest; delivered in each round, unless they are to be lost.
  std::vector<wire::rest_word> rests;
  bool lose_rests = false;
  std::uint64_t letters = 0; ///< that were sent so far
  /// Out of 1,000.
  std::uint64_t loss = 0;
  std::set<raft::node_no> cut;
  std::uint64_t pictures = 0;
  /// Term -> who led it.
  std::map<storage::term_no, raft::node_no> reigns;
};

} // namespace tutti::actors::test
