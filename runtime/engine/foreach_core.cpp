#include "runtime/engine/foreach_core.hpp"

#include "runtime/engine/param_rules.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/model/ids.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>
#include <bit>

namespace tutti::engine {

namespace {

/// C of spec 01 §3.2: the most iterations at a time beside the loop's own concurrency.
std::int64_t tree_limit(const run_context& run, const engine_options& options) {
  auto& step_concurrency = run.properties().step_concurrency;
  auto& tree = run.workflow->workflow.instance_step_concurrency;
  if (step_concurrency && tree)
    return std::min(*step_concurrency, *tree);
  if (step_concurrency)
    return *step_concurrency;
  return tree.value_or(options.default_concurrency);
}

/// The closest ancestor that is no iteration: its number is part of the inline id (spec 04c §1).
std::int64_t plain_instance_id(const step_memory& mem) {
  if (!mem.run->loop)
    return mem.id.instance_id;
  auto& ancestors = mem.run->initiator().ancestors;
  for (auto i = ancestors.rbegin(); i != ancestors.rend(); ++i)
    if (!is_inline(i->workflow_id))
      return i->instance_id;
  return mem.id.instance_id;
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
    used = loop.next - (oldest.chunk * chunk_size + std::countr_zero(oldest.bits));
  }
  return std::max<std::int64_t>(0, loop.limit - used);
}

loop_spec make_spec(const step_memory& mem, const surroundings& around) {
  auto& run = *mem.run;
  auto& definition = mem.definition();
  loop_spec spec;
  spec.inline_id = mem.state.loop->inline_id;
  spec.inline_run = mem.state.loop->inline_run;
  spec.parent = mem.id;
  spec.body.id = spec.inline_id;
  spec.body.name = to_string(mem.id);
  spec.body.tags = definition.tags;
  spec.body.steps = *definition.steps;
  spec.body.instance_step_concurrency = run.workflow->workflow.instance_step_concurrency;
  static const model::param_map none;
  auto& own = mem.params ? *mem.params : none;
  spec.params = passed_down(run.params(), own, definition);
  if (auto values = loop_values_of(own, mem.id.step_id))
    spec.loop_values = std::move(*values);
  spec.initiator.type = model::initiator_type::foreach;
  spec.initiator.ancestors = run.initiator().ancestors;
  spec.initiator.ancestors.push_back({mem.id.workflow_id, mem.id.instance_id, mem.id.run_id,
                                      mem.id.step_id, mem.state.attempt, std::nullopt});
  spec.initiator.depth = static_cast<std::int64_t>(spec.initiator.ancestors.size());
  spec.correlation_id = run.correlation_id();
  spec.version_id = run.version_id();
  spec.internal_id = run.internal_id();
  spec.group_info = run.group_info();
  spec.properties = run.properties();
  spec.policy = run.policy();
  spec.create_time = around.now;
  spec.run_ts = run.run_ts();
  spec.ancestor_iterations = mem.state.loop->ancestor_iterations;
  return spec;
}

/// Marks the shard as one that was given the loop; false if it was before.
bool seed(foreach_state& loop, shard_no shard) {
  auto word = shard / 64u;
  auto bit = 1ULL << (shard % 64u);
  if (loop.seeded.size() <= word)
    loop.seeded.resize(word + 1);
  auto fresh = (loop.seeded[word] & bit) == 0;
  loop.seeded[word] |= bit;
  return fresh;
}

/// The loop as the runs before left it, if this run goes on with it: the latest one since a run
/// began from the beginning.
result<std::optional<foreach_state>> loop_before(const step_memory& mem, const row_reader& reader) {
  auto& spec = mem.run->spec;
  auto old = std::find_if(spec.carried.begin(), spec.carried.end(),
                          [&](auto& x) { return x.step_id == mem.id.step_id; });
  if (!spec.partial || old == spec.carried.end() || old->run_id == 0)
    return std::optional<foreach_state>{};
  auto id = mem.id;
  for (id.run_id = old->run_id; id.run_id > 0; --id.run_id) {
    auto step = load_step(id, mem.run, reader);
    if (!step)
      return step.error();
    if (step->state.loop)
      return std::move(step->state.loop);
    auto row = reader.get(rows::run_spec(id.workflow_id, id.instance_id, id.run_id));
    if (!row)
      return row.error();
    auto run = *row ? model::decode<run_spec>(**row) : result<run_spec>{run_spec{}};
    if (!run)
      return error{ec::corrupt,
                   "spec of run " + to_string(run_of(id)) + ": " + run.error().message};
    if (!run->partial)
      break;
  }
  return std::optional<foreach_state>{};
}

/// What succeeded stays; its iterations are matched by position (spec 04c §3.4).
void keep_succeeded(foreach_state& loop, foreach_state before) {
  if (before.inline_id != loop.inline_id)
    return;
  loop.succeeded = std::move(before.succeeded);
  loop.succeeded.cut_above(loop.total);
  loop.next = loop.succeeded.prefix();
  loop.leaves = std::move(before.leaves);
  loop.ancestor_iterations = std::max(before.next, before.ancestor_iterations);
}

/// The first part's shard always knows the loop: clients find it there.
void tell_first_part(step_memory& mem, const surroundings& around, outcome& out) {
  auto& loop = *mem.state.loop;
  auto to = loop_part_entity(loop.inline_id, 0, loop.inline_run);
  if (!seed(loop, shard_of(to, around.options->shards)))
    return;
  out.sends.push_back({std::move(to), make_message(run_iterations{1, 0, make_spec(mem, around)})});
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
  auto leaves = static_cast<std::int64_t>(
    std::count_if(definition.steps->begin(), definition.steps->end(),
                  [](auto& x) { return x.type != model::step_type::foreach; }));
  if (leaves > 0 && *total > around.options->leaf_steps_max / leaves)
    return error{ec::bad_request,
                 "foreach step " + to_string(mem.id) + " would run " + std::to_string(*total)
                   + " × " + std::to_string(leaves) + " leaf steps; an instance may have "
                   + std::to_string(around.options->leaf_steps_max) + " (option leaf-steps-max)"};
  foreach_state loop;
  loop.inline_id
    = model::foreach_workflow_id({run.internal_id(), plain_instance_id(mem), mem.id.step_id,
                                  mem.id.instance_id, mem.id.workflow_id});
  // A loop run belongs to the run of its step: a restarted run makes new runs of its iterations.
  loop.inline_run = mem.id.run_id;
  loop.total = *total;
  loop.strict = definition.strict_ordering.value_or(false);
  loop.limit = tree_limit(run, *around.options);
  if (definition.concurrency)
    loop.limit = std::min(loop.limit, *definition.concurrency);
  loop.limit = std::min(loop.limit, around.options->foreach_concurrency_max);
  auto before = loop_before(mem, *around.rows);
  if (!before)
    return before.error();
  if (*before)
    keep_succeeded(loop, std::move(**before));
  return loop;
}

void launch_iterations(step_memory& mem, const surroundings& around, outcome& out) {
  auto& loop = *mem.state.loop;
  if (mem.state.ending || !loop.failed.empty())
    return;
  if (loop.ancestor_iterations > 0)
    tell_first_part(mem, around, out);
  for (auto slots = room(loop); slots > 0;) {
    // Kept iterations of earlier runs are passed over.
    loop.next = std::min(loop.succeeded.next_outside(loop.next + 1) - 1, loop.total);
    if (loop.next == loop.total)
      break;
    auto kept = loop.succeeded.next_inside(loop.next + 1);
    auto until = kept == 0 ? loop.total : kept - 1;
    auto chunk = loop.next / chunk_size;
    auto offset = loop.next % chunk_size;
    auto n = std::min({slots, until - loop.next, chunk_size - offset});
    auto to = loop_part_entity(loop.inline_id, chunk, loop.inline_run);
    run_iterations order;
    order.first = loop.next + 1;
    order.last = loop.next + n;
    if (seed(loop, shard_of(to, around.options->shards)))
      order.spec = make_spec(mem, around);
    out.sends.push_back({std::move(to), make_message(std::move(order))});
    running_of(loop, chunk).bits |= bits_between(offset, offset + n - 1);
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
