#include "actors/http/api_parts.hpp"
#include "actors/http/errors.hpp"

/// Unblocking of failed runs, and the places of iterations (spec 05 §3.8, §4.6, §4.7, §4.11).
namespace tutti::http {

namespace views = engine::views;

namespace {

model::timeline_event unblock_event(const api_deps& deps, const std::string& caller,
                                    std::string message) {
  model::timeline_event event;
  event.timestamp = deps.now();
  event.type = model::timeline_type::action;
  event.action = "UNBLOCK";
  event.author = caller;
  event.message = std::move(message);
  return event;
}

void unblock_workflow(const api_deps& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  auto id = read.required_text("workflowId");
  if (engine::is_inline(id))
    return to(
      json_response(model::to_json(unblock_event(deps, asked.user, "Unblocked the workflow."))));
  ask_for_event(deps, engine::workflow_entity(std::move(id)),
                engine::make_message(engine::unblock_runs{0, 0, asked.user}), 200, to);
}

/// Iterations block nobody, so nothing is done.
void unblock_iteration(const api_deps& deps, views::run_name name, const std::string& caller,
                       const responder& to) {
  auto status = views::status_of_run(deps.rows, name);
  if (!status)
    return to(to_response(status.error()));
  if (name.run_id == 0) {
    auto latest = views::latest_run(deps.rows, name.workflow_id, name.instance_id);
    if (!latest)
      return to(to_response(latest.error()));
    name.run_id = *latest;
  }
  to(answer_of(
    engine::instance_acted{name.workflow_id, name.instance_id, name.run_id, *status, true,
                           unblock_event(deps, caller, "Unblocked the workflow instance."),
                           "The action is done without any operation."}));
}

void unblock_instance(const api_deps& deps, bool with_run, const request& asked,
                      const responder& to) {
  param_reader read{asked};
  auto name = instance_name(read);
  if (with_run)
    name.run_id = read.required_int64("workflowRunId");
  if (read.refusal())
    return to(*read.refusal());
  if (engine::is_inline(name.workflow_id))
    return unblock_iteration(deps, std::move(name), asked.user, to);
  if (name.instance_id <= 0)
    return to(to_response({ec::not_found, "Workflow instance [" + name.workflow_id + "]["
                                            + std::to_string(name.instance_id)
                                            + "] has not been created yet"}));
  auto entity = engine::workflow_entity(name.workflow_id);
  ask(deps, std::move(entity),
      engine::make_message(engine::unblock_runs{name.instance_id, name.run_id, asked.user}), to);
}

void inline_id(const api_deps& deps, const request& asked, const responder& to) {
  auto body = read_json_body(asked, "List");
  if (!body)
    return to(to_response(body.error()));
  std::vector<model::ancestor> nodes;
  if (!body->is_array())
    return to(to_response(body_error({ec::bad_request, "expected a list of nodes"})));
  for (auto& x : body->get_array()) {
    auto node = model::from_json<model::ancestor>(x);
    if (!node)
      return to(to_response(body_error(node.error())));
    nodes.push_back(std::move(*node));
  }
  auto id = views::inline_workflow_id(deps.rows, nodes);
  if (!id)
    return to(to_response(id.error()));
  response out;
  out.body = std::move(*id);
  to(std::move(out));
}

} // namespace

void add_unblock_routes(route_table& to, const deps_ptr& deps) {
  auto add = [&](std::string path, auto serve) {
    to.add({"PUT", std::move(path),
            [deps, serve](request asked, responder answer) { serve(*deps, asked, answer); },
            body_kind::any, true});
  };
  add(workflow_path + "/actions/unblock", unblock_workflow);
  for (auto with_run : {false, true})
    add((with_run ? run_path : instance_path) + "/actions/unblock",
        [with_run](const api_deps& d, const request& asked, const responder& answer) {
          unblock_instance(d, with_run, asked, answer);
        });
  add_read(to, instance_path + "/inline-path", [deps](param_reader& read) -> views::json_result {
    auto name = instance_name(read);
    if (read.refusal())
      return error{ec::bad_request, "not used"};
    return views::inline_path(deps->rows, name.workflow_id, name.instance_id);
  });
  to.add({"GET", workflows_path + "/instances/inline-workflow-id",
          [deps](request asked, responder answer) { inline_id(*deps, asked, answer); },
          body_kind::json});
}

} // namespace tutti::http
