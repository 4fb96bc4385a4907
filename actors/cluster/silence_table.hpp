#pragma once

#include "actors/cluster/shard_words.hpp"
#include "actors/link/hub.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace tutti::actors {

/// Whom the members do not hear, in their own words. Times are of one steady clock. Not
/// thread-safe.
class silence_table {
public:
  /// What was said longer ago says nothing about now.
  static constexpr std::int64_t fresh_ms = 5'000;

  void take(cluster::node_no from, const silence_told& what, std::int64_t now_ms) {
    auto& at = told_[from];
    at = {now_ms, {}};
    for (auto& x : what.peers)
      at.silent_ms[x.node] = x.silent_ms;
  }

  /// For how long a majority of all members has not heard of `node`, which never speaks for itself.
  /// `peers` are all others as this node sees them.
  std::int64_t agreed_ms(cluster::node_no node, const std::vector<link::peer_state>& peers,
                         std::int64_t now_ms) const {
    std::vector<std::int64_t> silent;
    for (auto& peer : peers) {
      if (peer.node == node) {
        silent.push_back(peer.silent_ms);
        continue;
      }
      auto at = told_.find(peer.node);
      if (at == told_.end() || now_ms - at->second.when_ms > fresh_ms)
        continue;
      if (auto x = at->second.silent_ms.find(node); x != at->second.silent_ms.end())
        silent.push_back(x->second);
    }
    std::sort(silent.rbegin(), silent.rend());
    const auto majority = (peers.size() + 1) / 2 + 1;
    return silent.size() < majority ? 0 : silent[majority - 1];
  }

  void clear() { told_.clear(); }

private:
  struct word {
    std::int64_t when_ms = 0;
    std::map<cluster::node_no, std::int64_t> silent_ms;
  };

  std::map<cluster::node_no, word> told_;
};

} // namespace tutti::actors
