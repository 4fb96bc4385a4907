#pragma once

#include "actors/cluster/node_links.hpp"
#include "runtime/cluster/placement.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace tutti::actors {

struct caretaker_deps {
  std::shared_ptr<node_links> links;
  cluster::placement_rules rules;
  /// Steady clock.
  std::function<std::int64_t()> now_ms;
  std::function<void(std::chrono::milliseconds, std::function<void()>)> later;
  /// Asks the entity of the members something, and does not care for the answer.
  std::function<void(cluster::membership_command)> order;
  /// Between two looks while something is on its way, and at rest.
  std::chrono::milliseconds busy_pause{200};
  std::chrono::milliseconds rest_pause{5'000};
};

/// Sees to it that replicas and leaders are where `plan_moves` wants them. Every node has one; only
/// that of the leader of shard 0 looks around. It holds nothing that matters: whoever leads shard 0
/// next makes its own plan from what is there then.
class caretaker : public std::enable_shared_from_this<caretaker> {
public:
  explicit caretaker(caretaker_deps deps);

  /// The members are so, or this node may lead shard 0 now: look around soon.
  void wake(std::vector<cluster::node_record> members);
  void wake();

  void stop();

private:
  void look_soon(std::chrono::milliseconds pause);
  void look(std::int64_t due);
  void take(const std::vector<surveyed_node>& seen);
  std::vector<cluster::node_view> nodes_now(const std::vector<surveyed_node>& seen);
  void forget_gone(const std::vector<cluster::shard_view>& shards,
                   const std::vector<surveyed_node>& seen);

  caretaker_deps deps_;
  std::mutex lock_;
  std::vector<cluster::node_record> members_;
  std::int64_t due_ = 0; ///< of the next look; 0: none is planned
  bool looking_ = false;
  bool stopped_ = false;
};

} // namespace tutti::actors
