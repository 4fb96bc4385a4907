#include "actors/http/api_parts.hpp"
#include "actors/http/errors.hpp"
#include "runtime/dsl/dsl.hpp"

namespace tutti::http {

namespace json = boost::json;
using model::workflow_create_request;

namespace {

using body_reader = result<workflow_create_request> (*)(const api_deps&, const request&);

result<workflow_create_request> from_json(const api_deps&, const request& asked) {
  return read_body<workflow_create_request>(asked, "WorkflowCreateRequest");
}

/// A job type that is no step type names a job template.
result<workflow_create_request> from_yaml(const api_deps& deps, const request& asked) {
  auto find = engine::views::templates_of(deps.rows);
  return dsl::read_workflow(asked.body, [&](std::string_view job_type, std::string_view version) {
    auto found = find(job_type, version);
    return found && *found && (*found)->definition ? (*found)->definition->step_type
                                                   : std::optional<model::step_type>{};
  });
}

/// `WorkflowCreateResponse`.
json::value pushed_json(const engine::pushed& x) {
  json::object out;
  out["properties_snapshot"] = model::to_json(x.snapshot);
  out["metadata"] = model::to_json(x.version.metadata);
  out["workflow"] = model::to_json(x.version.workflow);
  out["is_active"] = x.is_active;
  if (x.is_active) {
    out["activate_time"] = x.activate_time;
    out["activated_by"] = json::string_view{x.activated_by};
  }
  out["is_latest"] = true;
  out["is_default"] = x.is_default;
  out["internal_id"] = x.internal_id;
  out["modify_time"] = x.modify_time;
  return json::object{{"workflow_definition", std::move(out)}};
}

void push(const api_deps& deps, body_reader read, const request& asked, const responder& to) {
  auto body = read(deps, asked);
  if (!body)
    return to(to_response(body.error()));
  auto verdict
    = judge_push(*body, deps.limits, *deps.language, engine::views::templates_of(deps.rows));
  if (verdict.invalid)
    return to(to_response(*verdict.invalid));
  if (verdict.unfit)
    return to(to_response(*verdict.unfit));
  engine::push_definition order{std::move(*body), {}};
  order.author.name = asked.user;
  auto entity = engine::workflow_entity(order.request.workflow.id);
  deps.ask(std::move(entity), engine::make_message(std::move(order)),
           [to](result<engine::answer> got) {
             if (!got)
               return to(to_response(got.error()));
             if (auto* x = std::get_if<engine::pushed>(&*got))
               return to(json_response(pushed_json(*x)));
             to(to_response({ec::internal, "the push was answered by something else"}));
           });
}

void validate(const api_deps& deps, body_reader read, const request& asked, const responder& to) {
  auto body = read(deps, asked);
  if (!body)
    return to(to_response(body.error()));
  auto verdict
    = judge_push(*body, deps.limits, *deps.language, engine::views::templates_of(deps.rows));
  if (verdict.invalid)
    return to(to_response(*verdict.invalid));
  if (verdict.unfit) {
    auto causes = verdict.unfit->details;
    if (causes.empty())
      causes.push_back(verdict.unfit->message);
    return to(to_response({ec::bad_request, "Invalid workflow create request", causes}));
  }
  model::timeline_event event;
  event.timestamp = deps.now();
  event.type = model::timeline_type::action;
  event.action = "VALIDATE";
  event.author = asked.user;
  event.message = "the workflow definition is valid.";
  to(json_response(model::to_json(event)));
}

} // namespace

void add_push_routes(route_table& to, const deps_ptr& deps) {
  auto add = [&](const char* method, std::string path, body_kind kind, auto serve,
                 body_reader read) {
    to.add(
      {method, std::move(path),
       [deps, serve, read](request asked, responder answer) { serve(*deps, read, asked, answer); },
       kind, true});
  };
  add("POST", workflows_path, body_kind::json, push, from_json);
  add("POST", workflows_path + "/yaml", body_kind::yaml, push, from_yaml);
  add("PUT", workflows_path + "/actions/validate", body_kind::json, validate, from_json);
  add("PUT", workflows_path + "/actions/validate/yaml", body_kind::yaml, validate, from_yaml);
}

} // namespace tutti::http
