#include "actors/http/api_parts.hpp"
#include "actors/http/errors.hpp"
#include "runtime/model/ids.hpp"

/// Properties of workflows and their tags, and deletion (spec 05 §2.3 to §2.6).
namespace tutti::http {

namespace {

void change(const api_deps& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  auto body = read_body<model::workflow_properties_update_request>(
    asked, "WorkflowPropertiesUpdateRequest");
  if (!body)
    return to(to_response(body.error()));
  if (body->properties)
    if (auto found = model::violations(*body->properties, deps.limits); !found.empty())
      return to(to_response({ec::bad_request, validation_failure, std::move(found)}));
  engine::change_properties order{std::move(*body), {}};
  order.author.name = asked.user;
  ask(deps, engine::workflow_entity(read.required_text("workflowId")),
      engine::make_message(std::move(order)), to);
}

void add_tag(const api_deps& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  auto body = read_body<model::tag>(asked, "Tag");
  if (!body)
    return to(to_response(body.error()));
  if (auto flaw = model::name_flaw(body->name))
    return to(to_response({ec::bad_request, validation_failure, {"name " + *flaw}}));
  engine::change_tag order;
  order.tag = std::move(*body);
  order.author.name = asked.user;
  ask(deps, engine::workflow_entity(read.required_text("workflowId")),
      engine::make_message(std::move(order)), to);
}

void remove_tag(const api_deps& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  engine::change_tag order;
  order.name = read.required_text("workflowTagName");
  order.author.name = asked.user;
  ask(deps, engine::workflow_entity(read.required_text("workflowId")),
      engine::make_message(std::move(order)), to);
}

void remove_workflow(const api_deps& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  auto id = read.required_text("workflowId");
  if (engine::is_inline(id))
    return to(to_response({ec::unprocessable, "Cannot delete an inline workflow [" + id
                                                + "]; delete the workflow that it belongs to"}));
  ask_for_event(deps, engine::workflow_entity(std::move(id)),
                engine::make_message(engine::delete_workflow{asked.user}), 200, to);
}

} // namespace

void add_property_routes(route_table& to, const deps_ptr& deps) {
  auto add = [&](const char* method, std::string path, auto serve, body_kind kind) {
    to.add({method, std::move(path),
            [deps, serve](request asked, responder answer) { serve(*deps, asked, answer); }, kind,
            true});
  };
  add("POST", workflow_path + "/properties", change, body_kind::json);
  add("POST", workflow_path + "/properties/tag", add_tag, body_kind::json);
  add("DELETE", workflow_path + "/properties/tag/{workflowTagName}", remove_tag, body_kind::any);
  add("DELETE", workflow_path, remove_workflow, body_kind::any);
}

} // namespace tutti::http
