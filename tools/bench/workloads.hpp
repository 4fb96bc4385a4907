#pragma once

#include "tools/bench/target.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::bench {

/// What a workload measured.
struct report {
  std::string name;
  std::int64_t runs = 0;
  std::int64_t steps = 0;
  std::int64_t failed = 0; ///< runs that did not succeed
  double seconds = 0;
  double p50_ms = 0; ///< from the start request to the known end of a run
  double p99_ms = 0;
  double max_ms = 0;
  usage used;
};

struct chain_options {
  std::int64_t steps = 10;
  std::int64_t flows = 1000;
  std::int64_t in_flight = 1;
  /// Spread over this many workflow ids.
  std::int64_t workflows = 1;
};

/// Chains of no-op steps, `in_flight` of them at a time.
result<report> run_chains(target& on, const chain_options& options);

/// One foreach over `iterations` no-op steps.
result<report> run_foreach(target& on, std::int64_t iterations, std::int64_t concurrency);

/// As many starts as the node takes: `flows` starts of a workflow whose runs queue up.
result<report> run_starts(target& on, std::int64_t flows, std::int64_t in_flight);

} // namespace tutti::bench
