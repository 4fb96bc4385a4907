#pragma once

#include "tools/sim/life.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tutti::sim {

struct world_options {
  std::uint64_t seed = 1;
  /// 1: a node alone.
  int nodes = 1;
  shard_no shards = 3;
  int workflows = 3;
  int starts = 8;
  int crashes_max = 4;
  /// Of a cluster: cut links, stopped processes, dead nodes, full disks, clocks that jump, leads
  /// and members that change.
  int faults_max = 8;
  actors::keeper_sabotage sabotage;
  /// A job is started again without asking who has it.
  bool skip_fence = false;
};

/// What a simulation found.
struct verdict {
  std::vector<std::string> violations; ///< empty = clean
  std::uint64_t events = 0;            ///< messages handled
  int lives = 0;
  int faults = 0;
  int runs = 0;
  int jobs = 0;
};

/// Runs one seed: random chains and loops, random failures, stops, restarts of runs and of single
/// steps, changes of properties and deletions, crashes and lost leaderships and full disks at
/// random moments; then lets everything come to rest and checks what must hold: acknowledged starts
/// end, none is doubled, only a deletion takes a run away, no effect came before its cause was
/// durable, each iteration counts once, counters agree with rows, nothing is left over, and of a
/// deleted workflow nothing but the numbers of its instances.
verdict simulate(const world_options& options);

} // namespace tutti::sim
