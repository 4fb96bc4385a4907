#include "actors/http/api_parts.hpp"
#include "actors/http/errors.hpp"
#include "runtime/engine/restart_point.hpp"

/// Restarts of instances and of single steps (spec 05 §4.8, §5.6). Both begin where the way up from
/// what was asked for ends.
namespace tutti::http {

namespace views = engine::views;

namespace {

/// Who restarts, under which request id, and when.
template <class Request>
void sign(engine::restart_instance& order, const Request& body, const request& asked,
          const api_deps& deps) {
  order.caller = asked.user;
  order.uuid = body.request_id ? *body.request_id : deps.make_uuid();
  order.request_time = body.request_time.value_or(deps.now());
}

engine::entity_id entity_of(const views::restart_point& x) {
  return engine::instance_entity(x.run.workflow_id, x.run.instance_id, x.run.run_id);
}

// -- an instance ----------------------------------------------------------------------------------

void restart_instance(const api_deps& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  auto name = instance_name(read);
  if (read.refusal())
    return to(*read.refusal());
  auto body = read_body<model::workflow_instance_restart_request>(asked,
                                                                  "WorkflowInstanceRestartRequest");
  if (!body)
    return to(to_response(body.error()));
  if (auto found = model::violations(*body, deps.limits); !found.empty())
    return to(to_response({ec::bad_request, validation_failure, std::move(found)}));
  model::restart_config wanted;
  wanted.restart_path.push_back({name.workflow_id, name.instance_id, std::nullopt});
  wanted.restart_policy = wanted.downstream_policy = *body->restart_policy;
  wanted.restart_params = std::move(body->run_params);
  auto point = views::find_restart_point(deps.rows, std::move(wanted));
  if (!point)
    return to(to_response(point.error()));
  sign(point->order, *body, asked, deps);
  ask(deps, entity_of(*point), engine::make_message(std::move(point->order)), to);
}

// -- a step ---------------------------------------------------------------------------------------

model::restart_config restart_of(const views::run_name& name, std::string step_id,
                                 const model::step_instance_restart_request& body) {
  using model::run_policy;
  model::restart_config wanted;
  wanted.restart_path.push_back({name.workflow_id, name.instance_id, step_id});
  wanted.restart_policy = run_policy::restart_from_specific;
  wanted.downstream_policy = *body.restart_policy == run_policy::restart_from_specific
                               ? run_policy::restart_from_incomplete
                               : *body.restart_policy;
  wanted.step_restart_params.emplace();
  wanted.step_restart_params->set(std::move(step_id),
                                  body.step_run_params.value_or(model::param_map{}));
  return wanted;
}

response step_restarted(const engine::started& x) {
  model::step_instance_restart_response out;
  out.workflow_id = x.workflow_id;
  out.workflow_version_id = x.version_id;
  out.workflow_instance_id = x.instance_id;
  out.workflow_run_id = x.run_id;
  out.step_id = x.step_id;
  if (x.attempt != 0)
    out.step_attempt_id = x.attempt;
  out.status = run_status_of(x.status);
  out.timeline_event = x.event;
  return json_response(model::to_json(out));
}

/// `blocking` makes no difference: the answer comes once the restart is on disk, and that is soon.
void restart_step(const api_deps& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  auto name = instance_name(read);
  auto step_id = read.required_text("stepId");
  read.flag("blocking", true);
  if (read.refusal())
    return to(*read.refusal());
  auto body = read_body<model::step_instance_restart_request>(asked, "StepInstanceRestartRequest");
  if (!body)
    return to(to_response(body.error()));
  if (auto found = model::violations(*body, deps.limits); !found.empty())
    return to(to_response({ec::bad_request, validation_failure, std::move(found)}));
  auto wanted = restart_of(name, std::move(step_id), *body);
  auto from_root = body->upstream_restart_mode
                   == model::upstream_restart_mode::restart_from_inline_root;
  if (from_root)
    wanted.restart_policy = wanted.downstream_policy;
  auto point = from_root ? views::find_inline_root(deps.rows, std::move(wanted))
                         : views::find_restart_point(deps.rows, std::move(wanted));
  if (!point)
    return to(to_response(point.error()));
  sign(point->order, *body, asked, deps);
  deps.ask(entity_of(*point), engine::make_message(std::move(point->order)),
           [to](result<engine::answer> got) {
             auto* done = got ? std::get_if<engine::started>(&*got) : nullptr;
             if (done)
               to(step_restarted(*done));
             else
               to(got ? answer_of(*got) : to_response(got.error()));
           });
}

} // namespace

void add_restart_routes(route_table& to, const deps_ptr& deps) {
  auto add = [&](std::string path, auto serve) {
    to.add({"POST", std::move(path),
            [deps, serve](request asked, responder answer) { serve(*deps, asked, answer); },
            body_kind::json, true});
  };
  add(instance_path + "/actions/restart", restart_instance);
  add(instance_path + "/steps/{stepId}/actions/restart", restart_step);
}

} // namespace tutti::http
