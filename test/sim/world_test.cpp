#include "tools/sim/world.hpp"

#include <doctest/doctest.h>

using namespace tutti;

namespace {

/// The first of `count` seeds that finds something; 0 if all are clean.
std::uint64_t first_violation(std::uint64_t count, const actors::keeper_sabotage& sabotage,
                              int nodes = 1) {
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    sim::world_options options;
    options.seed = seed;
    options.sabotage = sabotage;
    options.nodes = nodes;
    if (!sim::simulate(options).violations.empty())
      return seed;
  }
  return 0;
}

} // namespace

TEST_CASE("random work under crashes and lost leaderships keeps all laws") {
  // Each seed runs real actors through crashes at random moments. `tutti-sim --seeds A..B` runs
  // more of them and prints how to repeat one.
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    sim::world_options options;
    options.seed = seed;
    auto found = sim::simulate(options);
    for (auto& violation : found.violations)
      FAIL_CHECK("tutti-sim --seeds " << seed << ".." << seed << ": " << violation);
  }
}

TEST_CASE("the same seed does the same") {
  sim::world_options options;
  options.seed = 17;
  auto one = sim::simulate(options);
  auto two = sim::simulate(options);
  CHECK(one.events == two.events);
  CHECK(one.lives == two.lives);
  CHECK(one.jobs == two.jobs);
}

TEST_CASE("an effect that leaves before its commit is caught") {
  actors::keeper_sabotage sabotage;
  sabotage.release_early = true;
  CHECK(first_violation(20, sabotage) != 0);
}

TEST_CASE("a forgotten inbox row is caught") {
  actors::keeper_sabotage sabotage;
  sabotage.forget_inbox = true;
  CHECK(first_violation(20, sabotage) != 0);
}

TEST_CASE("timers that are lost in a restart are caught") {
  actors::keeper_sabotage sabotage;
  sabotage.forget_timers = true;
  CHECK(first_violation(20, sabotage) != 0);
}

TEST_CASE("a cluster under cut links, dead and stopped nodes, full disks and jumping clocks") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    sim::world_options options;
    options.seed = seed;
    options.nodes = 3;
    auto found = sim::simulate(options);
    for (auto& violation : found.violations)
      FAIL_CHECK("tutti-sim --nodes 3 --seeds " << seed << ".." << seed << ": " << violation);
  }
}

TEST_CASE("the same seed does the same to a cluster") {
  sim::world_options options;
  options.seed = 5;
  options.nodes = 3;
  auto one = sim::simulate(options);
  auto two = sim::simulate(options);
  CHECK(one.events == two.events);
  CHECK(one.lives == two.lives);
}

TEST_CASE("in a cluster an effect that leaves before its commit is caught") {
  actors::keeper_sabotage sabotage;
  sabotage.release_early = true;
  CHECK(first_violation(10, sabotage, 3) != 0);
}

TEST_CASE("a job that is started without asking who has it is caught") {
  auto caught = false;
  for (std::uint64_t seed = 1; seed <= 60 && !caught; ++seed) {
    sim::world_options options;
    options.seed = seed;
    options.nodes = 3;
    options.skip_fence = true;
    auto found = sim::simulate(options);
    for (auto& violation : found.violations)
      caught = caught || violation.find("begins on node") != std::string::npos;
  }
  CHECK(caught);
}
