#include "runtime/engine/subworkflow_core.hpp"

#include "runtime/engine/param_rules.hpp"
#include "runtime/engine/restart_path.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/model/ids.hpp"
#include "runtime/model/stored.hpp"

#include <utility>

namespace tutti::engine {

namespace {

constexpr std::string_view runtime_tag = "maestro_subworkflow";

/// The evaluated text of a parameter, or nothing.
std::string text_of(const step_memory& mem, std::string_view name) {
  auto* p = mem.params ? mem.params->find(name) : nullptr;
  auto* text = p && p->evaluated_result ? p->evaluated_result->as<std::string>() : nullptr;
  return text ? *text : std::string{};
}

struct target {
  std::string workflow_id;
  std::string version;
};

result<target> target_of(const step_memory& mem) {
  auto& definition = mem.definition();
  auto is_template = definition.type == model::step_type::template_;
  target out{is_template ? definition.sub_type.value_or(std::string{})
                         : text_of(mem, "subworkflow_id"),
             text_of(mem, is_template ? "template_version" : "subworkflow_version")};
  if (out.version.empty())
    out.version = "active";
  if (out.workflow_id.empty())
    return error{ec::bad_request, "step " + to_string(mem.id)
                                    + (is_template ? " has no sub_type, which names the workflow "
                                                     "that it runs"
                                                   : " has an empty subworkflow_id")};
  return out;
}

model::initiator initiator_of(const step_memory& mem, bool sync) {
  auto is_template = mem.definition().type == model::step_type::template_;
  model::initiator out;
  out.type = is_template ? model::initiator_type::template_ : model::initiator_type::subworkflow;
  out.ancestors = mem.run->initiator().ancestors;
  out.ancestors.push_back({mem.id.workflow_id, mem.id.instance_id, mem.id.run_id, mem.id.step_id,
                           mem.state.attempt, is_template ? std::nullopt : std::optional{sync}});
  out.depth = static_cast<std::int64_t>(out.ancestors.size());
  return out;
}

child_order order_of(const step_memory& mem, bool explicit_params) {
  auto& run = *mem.run;
  child_order out;
  out.request = model::subworkflow_request_id(
    model::run_identity(mem.id.workflow_id, mem.id.instance_id, mem.id.run_id),
    model::step_identity(mem.id.step_id, mem.state.attempt, mem.state.step_uuid));
  out.correlation_id = run.correlation_id();
  out.group_info = run.group_info();
  out.run_ts = run.run_ts();
  out.tree_concurrency = run.tree_concurrency();
  if (explicit_params)
    return out;
  out.shown_workflow_id = run.shown_workflow_id();
  out.shown_owner = run.shown_owner();
  return out;
}

/// The latest child of an earlier attempt or run.
result<std::optional<child_state>> child_before(const step_memory& mem, const row_reader& reader) {
  std::optional<child_state> found;
  if (!mem.state.again && model::is_fresh(mem.run->policy()))
    return found;
  std::optional<error> broken;
  for (auto id = mem.id; id.run_id > 0 && !found; --id.run_id) {
    auto [from, to] = rows::range_of_prefix(rows::attempts_prefix(id));
    auto ok = reader.scan_back(from, to, [&](std::string_view, std::string_view value) {
      auto state = model::decode<step_state>(value);
      if (!state)
        broken = error{ec::corrupt, "row of step " + to_string(id) + ": " + state.error().message};
      else if (state->child && state->child->instance_id != 0)
        found = std::move(state->child);
      return !found && !broken;
    });
    if (!ok)
      return ok.error();
    if (broken)
      return *broken;
  }
  return found;
}

/// Whether the restart asks for another child than the step has.
bool goes_elsewhere(const restart_below& below, const std::optional<child_state>& child) {
  if (!below.restart || below.restart->restart_path.empty())
    return false;
  auto& node = below.restart->restart_path.back();
  return !child || node.workflow_id.value_or("") != child->workflow_id
         || node.instance_id != child->instance_id;
}

start_run fresh_start(const target& to, child_order order, model::initiator initiator,
                      model::param_map params, time_ms now) {
  start_run out;
  out.version = to.version;
  out.uuid = order.request;
  out.request.initiator = std::move(initiator);
  out.request.request_time = now;
  out.request.runtime_tags = std::vector{model::tag{std::string{runtime_tag}, {}, {}, {}}};
  out.request.run_params = std::move(params);
  out.child = std::move(order);
  return out;
}

} // namespace

result<child_state> order_subworkflow(const step_memory& mem, const surroundings& around,
                                      outcome& out) {
  auto& definition = mem.definition();
  auto is_template = definition.type == model::step_type::template_;
  auto sync = is_template || definition.sync.value_or(true);
  auto explicit_params = is_template || definition.explicit_params.value_or(false);
  auto to = target_of(mem);
  if (!to)
    return to.error();
  auto initiator = initiator_of(mem, sync);
  if (initiator.depth >= around.options->depth_max)
    return error{ec::bad_request, "subworkflow step " + to_string(mem.id) + " would nest "
                                    + std::to_string(initiator.depth)
                                    + " levels deep; the limit is "
                                    + std::to_string(around.options->depth_max)};
  auto before = child_before(mem, *around.rows);
  if (!before)
    return before.error();
  auto below = restart_below_step(*mem.run, mem.state.again, mem.id.step_id);
  if (goes_elsewhere(below, *before))
    return error{ec::bad_request,
                 "the restart asks for another child than that of step " + to_string(mem.id)};
  static const model::param_map none;
  auto params = child_params(mem.run->params(), mem.params ? *mem.params : none, definition,
                             explicit_params);
  params.erase("template_version");
  auto order = order_of(mem, explicit_params);
  child_state child;
  child.request = order.request;
  child.workflow_id = to->workflow_id;
  child.sync = sync;
  if (!*before) {
    out.sends.push_back({workflow_entity(to->workflow_id),
                         make_message(fresh_start(*to, std::move(order), std::move(initiator),
                                                  std::move(params), around.now))});
    return child;
  }
  // Id and version of the old run are kept, whatever the parameters say now.
  auto& old = **before;
  child.workflow_id = old.workflow_id;
  restart_instance again;
  again.policy = below.policy;
  again.restart = std::move(below.restart);
  again.run_params = std::move(params);
  again.uuid = order.request;
  again.request_time = around.now;
  again.child = std::move(order);
  again.initiator = std::move(initiator);
  out.sends.push_back({instance_entity(old.workflow_id, old.instance_id, old.run_id),
                       make_message(std::move(again))});
  return child;
}

void terminate_subworkflow(const child_state& child, const terminate_run& how, outcome& out) {
  if (!child.sync)
    return;
  out.sends.push_back(
    {workflow_entity(child.workflow_id),
     make_message(terminate_child{child.request, {how.kind, how.caller, true, how.reason}})});
}

} // namespace tutti::engine
