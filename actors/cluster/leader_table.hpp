#pragma once

#include "runtime/cluster/placement.hpp"
#include "runtime/engine/address.hpp"

#include <cstdint>
#include <mutex>
#include <vector>

namespace tutti::actors {

/// Who leads which shard, as far as this node has heard. A hint: whoever is asked knows better.
/// Any thread.
class leader_table {
public:
  struct lead {
    cluster::node_no node = 0; ///< 0: nobody is known
    std::uint64_t term = 0;

    bool operator==(const lead&) const = default;
  };

  explicit leader_table(engine::shard_no shards) : leads_(shards) {}

  lead find(engine::shard_no shard) const {
    const std::lock_guard guard{lock_};
    return shard < leads_.size() ? leads_[shard] : lead{};
  }

  /// The newest term is right, and a term has one leader; true if that is news.
  bool tell(engine::shard_no shard, lead what) {
    const std::lock_guard guard{lock_};
    if (shard >= leads_.size() || (what.term <= leads_[shard].term && leads_[shard].node != 0))
      return false;
    leads_[shard] = what;
    return true;
  }

  /// What `node` leads, with terms.
  std::vector<std::pair<engine::shard_no, std::uint64_t>> of(cluster::node_no node) const {
    const std::lock_guard guard{lock_};
    std::vector<std::pair<engine::shard_no, std::uint64_t>> out;
    for (std::size_t i = 0; i < leads_.size(); ++i)
      if (leads_[i].node == node)
        out.emplace_back(static_cast<engine::shard_no>(i), leads_[i].term);
    return out;
  }

  std::vector<lead> all() const {
    const std::lock_guard guard{lock_};
    return leads_;
  }

private:
  mutable std::mutex lock_;
  std::vector<lead> leads_;
};

} // namespace tutti::actors
