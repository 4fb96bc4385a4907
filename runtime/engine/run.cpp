#include "runtime/engine/run.hpp"

#include "runtime/engine/param_rules.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/model/requests.hpp"
#include "runtime/model/stored.hpp"

#include <cassert>

namespace tutti::engine {

void adopt_alerting(model::raw_json&& old, run_properties& x) {
  model::properties read;
  model::adopt_alerting(std::move(old), read);
  x.alerting = std::move(read.alerting);
}

void adopt_artifacts(model::raw_json&& old, run_spec& x) {
  model::workflow_start_request read;
  model::adopt_artifacts(std::move(old), read);
  x.artifacts = std::move(read.artifacts);
}

const model::param_map& run_context::params() const {
  if (!loop || (spec.restart && !spec.params.empty()))
    return spec.params;
  std::call_once(once_, [this] { made_ = iteration_params(loop->spec, spec); });
  return made_;
}

const std::string& run_context::shown_workflow_id() const {
  auto& handed_on = loop ? loop->spec.shown_workflow_id : spec.shown_workflow_id;
  if (!handed_on.empty())
    return handed_on;
  // A loop of an earlier version does not know.
  if (loop)
    for (auto i = initiator().ancestors.rbegin(); i != initiator().ancestors.rend(); ++i)
      if (!is_inline(i->workflow_id))
        return i->workflow_id;
  return spec.workflow_id;
}

const std::string& run_context::shown_owner() const {
  auto& handed_on = loop ? loop->spec.shown_owner : spec.shown_owner;
  return handed_on.empty() ? properties().owner : handed_on;
}

std::optional<std::int64_t> run_context::tree_concurrency() const {
  if (!loop && spec.is_child)
    return spec.tree_concurrency;
  return workflow->workflow.instance_step_concurrency;
}

entity_id parent_step(const model::initiator& x) {
  assert(!x.ancestors.empty());
  auto& parent = x.ancestors.back();
  return step_entity(parent.workflow_id, parent.instance_id, parent.run_id, parent.step_id);
}

result<loop_ptr> load_loop(const std::string& inline_id, std::int64_t run,
                           const row_reader& reader) {
  auto row = reader.get(rows::loop(inline_id, run));
  if (!row)
    return row.error();
  if (!*row)
    return error{ec::unavailable, "loop [" + inline_id + "] is not in this shard yet"};
  auto spec = model::decode<loop_spec>(**row);
  if (!spec)
    return spec.error();
  auto body = compile(spec->body);
  if (!body)
    return body.error();
  return std::make_shared<const compiled_loop>(compiled_loop{std::move(*spec), std::move(*body)});
}

result<run_ptr> load_context(const run_spec& spec, const row_reader& reader) {
  if (spec.iteration) {
    auto loop = load_loop(spec.workflow_id, spec.run_id, reader);
    if (!loop)
      return loop.error();
    return std::make_shared<const run_context>(spec, (*loop)->body, *loop);
  }
  auto row = reader.get(rows::definition(spec.workflow_id, spec.internal_id, spec.version_id));
  if (!row)
    return row.error();
  if (!*row)
    return error{ec::unavailable, "version " + std::to_string(spec.version_id) + " of workflow ["
                                    + spec.workflow_id + "] is not in this shard yet"};
  auto definition = model::decode<model::workflow>(**row);
  if (!definition)
    return definition.error();
  auto made = compile(std::move(*definition));
  if (!made)
    return made.error();
  return std::make_shared<const run_context>(spec, std::move(*made), nullptr);
}

result<run_ptr> load_run(const entity_id& run, const row_reader& reader) {
  auto row = reader.get(rows::run_spec(run.workflow_id, run.instance_id, run.run_id));
  if (!row)
    return row.error();
  if (!*row)
    return error{ec::not_found,
                 "Workflow instance run " + to_string(run) + " has not been created yet"};
  auto spec = model::decode<run_spec>(**row);
  if (!spec)
    return spec.error();
  return load_context(*spec, reader);
}

} // namespace tutti::engine
