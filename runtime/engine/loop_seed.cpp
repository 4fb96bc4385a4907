#include "runtime/engine/loop_seed.hpp"

#include "runtime/engine/param_rules.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

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

} // namespace

model::loop_place place_of_loop(const step_memory& mem) {
  return {mem.run->internal_id(), plain_instance_id(mem), mem.id.step_id, mem.id.instance_id,
          mem.id.workflow_id};
}

loop_spec make_loop_spec(const step_memory& mem, const std::string& inline_id,
                         std::int64_t inline_run, std::int64_t target, time_ms now) {
  auto& run = *mem.run;
  auto& definition = mem.definition();
  loop_spec spec;
  spec.inline_id = inline_id;
  spec.inline_run = inline_run;
  spec.parent = mem.id;
  spec.body.id = spec.inline_id;
  // Clients know these texts.
  auto type = std::string{to_string(definition.type)};
  spec.body.name = model::run_identity(mem.id.workflow_id, mem.id.instance_id, mem.id.run_id)
                   + model::step_identity(mem.id.step_id, mem.state.attempt, mem.state.step_uuid);
  spec.body.description = "Maestro " + type + " inline workflow including steps within " + type
                          + " created by " + *spec.body.name;
  spec.body.params.emplace();
  spec.body.tags = definition.tags;
  spec.body.steps = *definition.steps;
  spec.body.instance_step_concurrency = run.tree_concurrency();
  static const model::param_map none;
  auto& own = mem.params ? *mem.params : none;
  spec.params = passed_down(run.params(), own, definition);
  spec.initiator.type = definition.type == model::step_type::while_
                          ? model::initiator_type::while_
                          : model::initiator_type::foreach;
  spec.initiator.ancestors = run.initiator().ancestors;
  spec.initiator.ancestors.push_back({mem.id.workflow_id, mem.id.instance_id, mem.id.run_id,
                                      mem.id.step_id, mem.state.attempt, std::nullopt});
  spec.initiator.depth = static_cast<std::int64_t>(spec.initiator.ancestors.size());
  spec.correlation_id = run.correlation_id();
  spec.version_id = run.version_id();
  spec.internal_id = run.internal_id();
  spec.group_info = run.group_info();
  spec.properties = run.properties();
  auto below = restart_below_step(run, mem.state.again, mem.id.step_id);
  // An iteration that the path names has a policy of its own.
  auto named = target_of(below) != 0;
  spec.policy = named ? below.restart->downstream_policy : below.policy;
  if (!named || target != 0)
    spec.restart = std::move(below.restart);
  spec.create_time = now;
  spec.run_ts = run.run_ts();
  spec.shown_workflow_id = run.shown_workflow_id();
  spec.shown_owner = run.shown_owner();
  return spec;
}

result<restart_below> restart_of_loop(const step_memory& mem, const std::string& inline_id) {
  auto below = restart_below_step(*mem.run, mem.state.again, mem.id.step_id);
  if (target_of(below) != 0
      && below.restart->restart_path.back().workflow_id.value_or("") != inline_id)
    return error{ec::bad_request,
                 "the restart asks for an iteration of another loop than [" + inline_id + "]"};
  return below;
}

std::int64_t target_of(const restart_below& below) {
  return below.restart && !below.restart->restart_path.empty()
           ? below.restart->restart_path.back().instance_id
           : 0;
}

bool seed(std::vector<std::uint64_t>& seeded, shard_no shard) {
  auto word = shard / 64u;
  auto bit = 1ULL << (shard % 64u);
  if (seeded.size() <= word)
    seeded.resize(word + 1);
  auto fresh = (seeded[word] & bit) == 0;
  seeded[word] |= bit;
  return fresh;
}

namespace {

/// An earlier attempt of the same run, when the step was begun again while its run went on.
result<std::optional<step_state>> attempt_before(const step_memory& mem, const row_reader& reader,
                                                 bool (*has_begun)(const step_state&)) {
  std::optional<result<step_state>> found;
  auto [from, to] = rows::range_of_prefix(rows::attempts_prefix(mem.id));
  auto ok = reader.scan_back(from, to, [&](std::string_view, std::string_view value) {
    auto state = model::decode<step_state>(value);
    if (!state || (state->attempt < mem.state.attempt && has_begun(*state)))
      found = std::move(state);
    return !found;
  });
  if (!ok)
    return ok.error();
  if (!found)
    return std::optional<step_state>{};
  if (!*found)
    return error{ec::corrupt, "row of step " + to_string(mem.id) + ": " + found->error().message};
  return std::optional{std::move(**found)};
}

} // namespace

result<std::optional<step_state>> loop_before(const step_memory& mem, const row_reader& reader,
                                              bool (*has_begun)(const step_state&)) {
  auto below = restart_below_step(*mem.run, mem.state.again, mem.id.step_id);
  if (target_of(below) == 0 && below.policy == model::run_policy::restart_from_beginning)
    return std::optional<step_state>{};
  if (mem.state.again) {
    auto found = attempt_before(mem, reader, has_begun);
    if (!found || *found)
      return found;
  }
  auto& spec = mem.run->spec;
  auto old = std::find_if(spec.carried.begin(), spec.carried.end(),
                          [&](auto& x) { return x.step_id == mem.id.step_id; });
  if (!spec.partial || old == spec.carried.end() || old->run_id == 0)
    return std::optional<step_state>{};
  auto id = mem.id;
  for (id.run_id = old->run_id; id.run_id > 0; --id.run_id) {
    auto step = load_step(id, mem.run, reader);
    if (!step)
      return step.error();
    if (has_begun(step->state))
      return std::optional{std::move(step->state)};
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
  return std::optional<step_state>{};
}

} // namespace tutti::engine
