#pragma once

#include "tools/sim/world.hpp"

namespace tutti::sim {

/// Runs one seed of a cluster: nodes found it and join, and under random work their links are cut,
/// they die, stand still, have full disks and wrong clocks, join and leave. When all that is over,
/// everything comes to rest, and what `simulate` promises must hold, and more: a read sees what was
/// acknowledged before it and never less than an earlier one, no job runs twice at a time or again
/// after its end was recorded, and all replicas of a shard have the same rows.
verdict simulate_cluster(const world_options& options);

} // namespace tutti::sim
