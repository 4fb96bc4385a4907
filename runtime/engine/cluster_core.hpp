#pragma once

#include "runtime/cluster/membership.hpp"
#include "runtime/engine/outcome.hpp"

/// The members of the cluster, as an entity of shard 0. The rules are those of
/// `cluster::decide`; here they get rows, answers and time.
namespace tutti::engine {

struct cluster_memory {
  cluster::membership members;
};

/// Judges a `cluster_order` and folds the consequences into `memory`; other messages change
/// nothing. Answers `cluster_changed`.
result<outcome> decide(cluster_memory& memory, const message& what, const surroundings& around);

result<cluster_memory> load_cluster(const row_reader& rows);

} // namespace tutti::engine
