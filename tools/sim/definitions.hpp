#pragma once

#include "runtime/model/definition.hpp"

#include <random>
#include <vector>

namespace tutti::sim {

/// Random workflows: chains, forks and joins, loops of both kinds (nested ones too) of no-ops,
/// sleeps, jobs and runs of the workflows before, with retries, timeouts and failure modes. The
/// same generator state makes the same ones.
std::vector<model::workflow_create_request> random_definitions(std::mt19937_64& random, int count);

/// Any run strategy but STRICT_SEQUENTIAL, which a failed run blocks for good.
model::run_strategy random_strategy(std::mt19937_64& random);

} // namespace tutti::sim
