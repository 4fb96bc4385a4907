#pragma once

#include "test/support/running_node.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace tutti::test {

/// Several `tuttid` in one cluster on loopback, each with a folder of its own.
class running_cluster {
public:
  /// Starts the first node, lets the others join with tokens, and waits until every shard has its
  /// copies. Throws if that takes too long.
  explicit running_cluster(std::size_t nodes, std::vector<std::string> options = {});

  /// Nodes count from 1, as they do in the cluster.
  running_node& node(std::size_t number) { return *seats_.at(number - 1).node; }

  bool up(std::size_t number) const { return seats_.at(number - 1).node != nullptr; }

  std::size_t size() const { return seats_.size(); }

  /// Another node joins; its number.
  std::size_t add();

  void kill(std::size_t number);

  /// Starts it again on its folder.
  void restart(std::size_t number);

  /// `GET /api/v3/cluster` of any node that is up.
  boost::json::value look();

  /// Waits until every shard has a leader and as many copies on nodes that answer as are wanted;
  /// false if it does not come.
  bool wait_until_whole(std::chrono::seconds patience);

  /// The node that leads the most shards.
  std::size_t busiest();

  /// Asks one node after another until one answers with anything but "try again".
  running_node::answer call_any(const std::string& method, const std::string& path,
                                const std::string& body, std::chrono::seconds patience,
                                const std::string& content_type = "application/json");

private:
  struct seat {
    temporary_folder data;
    std::string place;
    std::unique_ptr<running_node> node;
  };

  std::vector<std::string> line_of(const seat& x) const;

  std::vector<std::string> options_;
  std::deque<seat> seats_;
  std::size_t next_ = 0;
};

} // namespace tutti::test
