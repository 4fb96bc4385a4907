#pragma once

#include "actors/wire/shard_messages.hpp"

#include <memory>
#include <vector>

namespace tutti::actors {

/// The keepers of all shards. Filled once at start, before messages flow; read by any thread.
class shard_map {
public:
  explicit shard_map(std::size_t shards) : keepers_(shards) {}

  void set(engine::shard_no shard, wire::shard_keeper_actor keeper) {
    keepers_[shard] = std::move(keeper);
  }

  /// @pre `shard` is below the number of shards
  const wire::shard_keeper_actor& keeper(engine::shard_no shard) const { return keepers_[shard]; }

  std::size_t size() const { return keepers_.size(); }

  /// Drops the handles, so that the actors can end.
  void clear() { keepers_.assign(keepers_.size(), {}); }

private:
  std::vector<wire::shard_keeper_actor> keepers_;
};

} // namespace tutti::actors
