#include "runtime/engine/foreach_core.hpp"

#include "runtime/engine/carried_leaves.hpp"
#include "runtime/engine/loop_seed.hpp"
#include "runtime/engine/param_rules.hpp"
#include "runtime/model/ids.hpp"

#include <algorithm>
#include <bit>

namespace tutti::engine {

namespace {

/// C of spec 01 §3.2: the most iterations at a time beside the loop's own concurrency.
std::int64_t tree_limit(const run_context& run, const engine_options& options) {
  auto& step_concurrency = run.properties().step_concurrency;
  auto tree = run.tree_concurrency();
  if (step_concurrency && tree)
    return std::min(*step_concurrency, *tree);
  if (step_concurrency)
    return *step_concurrency;
  return tree.value_or(options.default_concurrency);
}

chunk_running& running_of(foreach_state& loop, std::int64_t chunk) {
  auto i = std::lower_bound(loop.running.begin(), loop.running.end(), chunk,
                            [](const auto& x, std::int64_t y) { return x.chunk < y; });
  if (i == loop.running.end() || i->chunk != chunk)
    i = loop.running.insert(i, {chunk, 0});
  return *i;
}

std::uint64_t bits_between(std::int64_t first, std::int64_t last) {
  auto n = last - first + 1;
  auto ones = n == 64 ? ~0ULL : (1ULL << n) - 1;
  return ones << first;
}

void add_bits(interval_set& set, std::int64_t chunk, std::uint64_t bits) {
  auto base = chunk * chunk_size + 1;
  while (bits != 0) {
    auto first = std::countr_zero(bits);
    auto run = std::countr_one(bits >> first);
    set.add(base + first, base + first + run - 1);
    if (first + run == 64)
      return;
    bits &= ~0ULL << (first + run);
  }
}

/// Room in the window: plain counting, or, with strict ordering, the span from the oldest running
/// iteration on (spec 04c §3.2 item 4).
std::int64_t room(const foreach_state& loop) {
  auto used = running_count(loop);
  if (loop.strict && used > 0) {
    auto& oldest = loop.running.front();
    used = std::max(used, loop.next - (oldest.chunk * chunk_size + std::countr_zero(oldest.bits)));
  }
  return std::max<std::int64_t>(0, loop.limit - used);
}

loop_spec spec_of(const step_memory& mem, const surroundings& around) {
  auto& loop = *mem.state.loop;
  auto spec = make_loop_spec(mem, loop.inline_id, loop.inline_run, loop.target, around.now);
  static const model::param_map none;
  if (auto values = loop_values_of(mem.params ? *mem.params : none, mem.id.step_id))
    spec.loop_values = std::move(*values);
  spec.ancestor_iterations = loop.ancestor_iterations;
  return spec;
}

using member = interval_set foreach_state::*;

constexpr member ended_sets[] = {&foreach_state::succeeded, &foreach_state::failed,
                                 &foreach_state::stopped, &foreach_state::timed_out};

/// The first iteration from `x` on that was neither kept nor asked for by itself.
std::int64_t next_free(const foreach_state& loop, std::int64_t x) {
  for (auto moved = true; moved;) {
    moved = false;
    for (auto set : ended_sets)
      if ((loop.*set).contains(x)) {
        x = (loop.*set).next_outside(x);
        moved = true;
      }
    if (x == loop.target) {
      ++x;
      moved = true;
    }
  }
  return x;
}

/// The first iteration from `x` on that is passed over; nothing (0) if there is none.
std::int64_t next_kept(const foreach_state& loop, std::int64_t x) {
  auto out = loop.target >= x ? loop.target : 0;
  for (auto set : ended_sets)
    if (auto n = (loop.*set).next_inside(x); n != 0 && (out == 0 || n < out))
      out = n;
  return out;
}

/// What succeeded stays, or, when one iteration is asked for, all others that have ended. They are
/// matched by position (spec 04c §3.4).
status keep_ended(foreach_state& loop, foreach_state before, std::int64_t target) {
  if (before.inline_id != loop.inline_id)
    return unit{};
  if (target > loop.total)
    return error{ec::bad_request, "the restart asks for iteration " + std::to_string(target)
                                    + " of a loop with " + std::to_string(loop.total)};
  auto launched = std::max(before.next, before.ancestor_iterations);
  if (target > launched)
    return error{ec::bad_request,
                 "the restart asks for iteration " + std::to_string(target)
                   + ", which has not run since its loop began from the beginning"};
  for (auto set : ended_sets) {
    if (target == 0 && set != &foreach_state::succeeded)
      continue;
    loop.*set = std::move(before.*set);
    (loop.*set).cut_above(loop.total);
    (loop.*set).remove(target);
  }
  loop.target = target;
  loop.next = std::min(next_free(loop, 1) - 1, loop.total);
  loop.leaves = std::move(before.leaves);
  loop.ancestor_iterations = launched;
  return unit{};
}

/// The first part's shard always knows the loop: clients find it there.
void tell_first_part(step_memory& mem, const surroundings& around, outcome& out) {
  auto& loop = *mem.state.loop;
  auto to = loop_part_entity(loop.inline_id, 0, loop.inline_run);
  if (!seed(loop.seeded, shard_of(to, around.options->shards)))
    return;
  out.sends.push_back(
    {std::move(to), make_message(run_iterations{1, 0, spec_of(mem, around), {}})});
}

/// Iterations of one chunk, `first..last`.
void order_iterations(step_memory& mem, std::int64_t first, std::int64_t last,
                      const surroundings& around, outcome& out) {
  auto& loop = *mem.state.loop;
  auto chunk = (first - 1) / chunk_size;
  auto to = loop_part_entity(loop.inline_id, chunk, loop.inline_run);
  run_iterations order;
  order.first = first;
  order.last = last;
  if (seed(loop.seeded, shard_of(to, around.options->shards)))
    order.spec = spec_of(mem, around);
  out.sends.push_back({std::move(to), make_message(std::move(order))});
  running_of(loop, chunk).bits |= bits_between((first - 1) % chunk_size, (last - 1) % chunk_size);
}

} // namespace

result<foreach_state> begin_loop(const step_memory& mem, const surroundings& around) {
  auto& definition = mem.definition();
  auto& run = *mem.run;
  auto depth = static_cast<std::int64_t>(run.initiator().ancestors.size()) + 1;
  if (depth >= around.options->depth_max)
    return error{ec::bad_request, "foreach step " + to_string(mem.id) + " would nest "
                                    + std::to_string(depth) + " levels deep; the limit is "
                                    + std::to_string(around.options->depth_max)};
  static const model::param_map none;
  auto values = loop_values_of(mem.params ? *mem.params : none, mem.id.step_id);
  if (!values)
    return values.error();
  auto total = iteration_count(*values, around.options->foreach_iterations_max);
  if (!total)
    return total.error();
  auto leaves
    = static_cast<std::int64_t>(std::count_if(definition.steps->begin(), definition.steps->end(),
                                              [](auto& x) { return !has_runs_below(x.type); }));
  if (leaves > 0 && *total > around.options->leaf_steps_max / leaves)
    return error{ec::bad_request,
                 "foreach step " + to_string(mem.id) + " would run " + std::to_string(*total)
                   + " × " + std::to_string(leaves) + " leaf steps; an instance may have "
                   + std::to_string(around.options->leaf_steps_max) + " (option leaf-steps-max)"};
  foreach_state loop;
  loop.inline_id = model::foreach_workflow_id(place_of_loop(mem));
  // A restarted run makes new runs of its iterations.
  auto number = next_loop_run(mem.id, mem.state.attempt, *around.rows);
  if (!number)
    return number.error();
  loop.inline_run = *number;
  loop.total = *total;
  loop.strict = definition.strict_ordering.value_or(false);
  loop.limit = tree_limit(run, *around.options);
  if (definition.concurrency)
    loop.limit = std::min(loop.limit, *definition.concurrency);
  loop.limit = std::min(loop.limit, around.options->foreach_concurrency_max);
  auto before = loop_before(mem, *around.rows, [](auto& x) { return x.loop.has_value(); });
  if (!before)
    return before.error();
  auto below = restart_of_loop(mem, loop.inline_id);
  if (!below)
    return below.error();
  auto target = target_of(*below);
  if (target != 0 && !*before)
    return error{ec::bad_request, "the restart asks for an iteration of a loop that never began"};
  if (!*before)
    return loop;
  auto complete = target != 0 && (*before)->loop->succeeded.contains(target);
  if (auto ok = keep_ended(loop, std::move(*(*before)->loop), target); !ok)
    return ok.error();
  // It succeeded, and only what is incomplete was asked for.
  if (complete && policy_at_end(*below->restart) == model::run_policy::restart_from_incomplete) {
    loop.succeeded.add(target);
    loop.target = 0;
  }
  return loop;
}

void launch_target(step_memory& mem, const surroundings& around, outcome& out) {
  auto target = mem.state.loop->target;
  if (target == 0)
    return;
  tell_first_part(mem, around, out);
  order_iterations(mem, target, target, around, out);
}

void launch_iterations(step_memory& mem, const surroundings& around, outcome& out) {
  auto& loop = *mem.state.loop;
  if (mem.state.ending || !loop.failed.empty())
    return;
  if (loop.ancestor_iterations > 0)
    tell_first_part(mem, around, out);
  for (auto slots = room(loop); slots > 0;) {
    // Kept iterations of earlier runs are passed over.
    loop.next = std::min(next_free(loop, loop.next + 1) - 1, loop.total);
    if (loop.next == loop.total)
      break;
    auto kept = next_kept(loop, loop.next + 1);
    auto until = kept == 0 ? loop.total : std::min(kept - 1, loop.total);
    auto n = std::min({slots, until - loop.next, chunk_size - loop.next % chunk_size});
    order_iterations(mem, loop.next + 1, loop.next + n, around, out);
    loop.next += n;
    slots -= n;
  }
}

void count_iterations(foreach_state& loop, const iterations_ended& report) {
  auto i = std::lower_bound(loop.running.begin(), loop.running.end(), report.chunk,
                            [](const auto& x, std::int64_t y) { return x.chunk < y; });
  if (i == loop.running.end() || i->chunk != report.chunk)
    return;
  add_bits(loop.succeeded, report.chunk, report.succeeded & i->bits);
  add_bits(loop.failed, report.chunk, report.failed & i->bits);
  add_bits(loop.stopped, report.chunk, report.stopped & i->bits);
  add_bits(loop.timed_out, report.chunk, report.timed_out & i->bits);
  i->bits &= ~(report.succeeded | report.failed | report.stopped | report.timed_out);
  loop.leaves.add(report.leaves);
  if (i->bits == 0)
    loop.running.erase(i);
}

void terminate_loop(const step_memory& mem, const terminate_run& how, outcome& out) {
  auto& loop = *mem.state.loop;
  for (auto& part : loop.running)
    out.sends.push_back(
      {loop_part_entity(loop.inline_id, part.chunk, loop.inline_run),
       make_message(terminate_iterations{{how.kind, how.caller, true, how.reason}})});
}

std::int64_t running_count(const foreach_state& loop) {
  std::int64_t n = 0;
  for (auto& part : loop.running)
    n += std::popcount(part.bits);
  return n;
}

bool loop_is_over(const step_memory& mem) {
  auto& loop = *mem.state.loop;
  return loop.running.empty()
         && (loop.next == loop.total || !loop.failed.empty() || mem.state.ending);
}

model::step_status loop_result(const foreach_state& loop) {
  if (!loop.failed.empty())
    return model::step_status::fatally_failed;
  if (!loop.timed_out.empty())
    return model::step_status::timed_out;
  if (!loop.stopped.empty())
    return model::step_status::stopped;
  return model::step_status::succeeded;
}

} // namespace tutti::engine
