#include "actors/http/api_parts.hpp"
#include "actors/http/errors.hpp"
#include "runtime/base/overload.hpp"

namespace tutti::http {

namespace json = boost::json;
namespace views = engine::views;
using engine::stop_kind;

namespace {

json::value text(std::string_view x) {
  return json::value(json::string_view{x.data(), x.size()});
}

} // namespace

// -- answers --------------------------------------------------------------------------------------

model::instance_run_status run_status_of(engine::start_status x) {
  switch (x) {
    case engine::start_status::duplicated:
      return model::instance_run_status::duplicated;
    case engine::start_status::stopped:
      return model::instance_run_status::stopped;
    default:
      return model::instance_run_status::created;
  }
}

namespace {

std::string_view text_of(engine::start_status x) {
  return model::to_string(run_status_of(x));
}

json::value started_json(const engine::started& x) {
  return json::object{{"workflow_id", text(x.workflow_id)},
                      {"workflow_version_id", x.version_id},
                      {"workflow_instance_id", x.instance_id},
                      {"workflow_run_id", x.run_id},
                      {"workflow_uuid", text(x.uuid)},
                      {"status", text(text_of(x.status))},
                      {"timeline_event", model::to_json(x.event)}};
}

json::value workflow_acted_json(const engine::workflow_acted& x) {
  return json::object{{"workflow_id", text(x.workflow_id)},
                      {"workflow_version_id", x.version_id},
                      {"timeline_event", model::to_json(x.event)}};
}

std::string_view info_of(const engine::instance_acted& x) {
  if (!x.info.empty())
    return x.info;
  return x.completed ? "The action is completed."
                     : "The action is accepted and is still running. Please check it again.";
}

json::value instance_acted_json(const engine::instance_acted& x) {
  return json::object{{"workflow_id", text(x.workflow_id)},
                      {"workflow_instance_id", x.instance_id},
                      {"workflow_run_id", x.run_id},
                      {"workflow_instance_status", text(to_string(x.status))},
                      {"info", text(info_of(x))},
                      {"timeline_event", model::to_json(x.event)},
                      {"completed", x.completed}};
}

} // namespace

response answer_of(const engine::answer& x) {
  return json_response(std::visit(
    overload{[](const engine::started& y) { return started_json(y); },
             [](const engine::workflow_acted& y) { return workflow_acted_json(y); },
             [](const engine::instance_acted& y) { return instance_acted_json(y); },
             [](const engine::properties_changed& y) { return model::to_json(y.snapshot); },
             [](const engine::template_stored& y) { return model::to_json(y.what); },
             [](const engine::templates_removed& y) { return json::value(y.count); },
             // The cluster's routes answer for themselves.
             [](const engine::cluster_changed& y) {
               return json::value(json::object{{"node", y.node}});
             },
             [](const engine::pushed&) { return json::value(json::object{}); }},
    x));
}

void ask(const api_deps& deps, engine::entity_id entity, engine::message_ptr order,
         const responder& to) {
  deps.ask(std::move(entity), std::move(order), [to](result<engine::answer> got) {
    to(got ? answer_of(*got) : to_response(got.error()));
  });
}

void ask_for_event(const api_deps& deps, engine::entity_id entity, engine::message_ptr order,
                   unsigned status, const responder& to) {
  deps.ask(std::move(entity), std::move(order), [to, status](result<engine::answer> got) {
    auto* acted = got ? std::get_if<engine::workflow_acted>(&*got) : nullptr;
    if (acted)
      to(json_response(model::to_json(acted->event), status));
    else
      to(got ? answer_of(*got) : to_response(got.error()));
  });
}

namespace {

std::string_view status_after(stop_kind kind) {
  return kind == stop_kind::kill ? "FAILED" : "STOPPED";
}

// -- start ----------------------------------------------------------------------------------------

void start(const api_deps& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  auto body = read_body<model::workflow_start_request>(asked, "WorkflowStartRequest");
  if (!body)
    return to(to_response(body.error()));
  if (auto found = model::violations(*body, deps.limits); !found.empty())
    return to(to_response({ec::bad_request, validation_failure, std::move(found)}));
  if (body->initiator.type != model::initiator_type::manual)
    return to(to_response(
      {ec::bad_request, "initiator.type [" + std::string{to_string(body->initiator.type)}
                          + "] is not supported by this version; send manual"}));
  body->initiator.user = model::user{asked.user, {}, false};
  engine::start_run order;
  order.version = read.required_text("version");
  order.uuid = body->request_id ? *body->request_id : deps.make_uuid();
  order.request = std::move(*body);
  ask(deps, engine::workflow_entity(read.required_text("workflowId")),
      engine::make_message(std::move(order)), to);
}

/// The latest run of the instance in the path, with its number; or its absence as an error.
result<views::run_name> latest_of(const api_deps& deps, views::run_name name) {
  auto latest = views::latest_run(deps.rows, name.workflow_id, name.instance_id);
  if (!latest)
    return latest.error();
  if (*latest == 0)
    return error{ec::not_found, "workflow instance [" + name.workflow_id + "]["
                                  + std::to_string(name.instance_id)
                                  + "][0] not found (either not created or deleted)"};
  name.run_id = *latest;
  return name;
}

// -- stop and kill --------------------------------------------------------------------------------

/// An iteration is no business of its workflow: it is told itself.
void end_iteration(const api_deps& deps, const views::run_name& name, stop_kind kind,
                   const std::string& caller, const responder& to) {
  auto latest = latest_of(deps, name);
  if (!latest)
    return to(to_response(latest.error()));
  if (name.run_id != 0 && name.run_id != latest->run_id)
    return to(
      to_response({ec::bad_request, "Cannot take the action on run [" + std::to_string(name.run_id)
                                      + "] of workflow instance [" + name.workflow_id + "]["
                                      + std::to_string(name.instance_id) + "]: the latest run is ["
                                      + std::to_string(latest->run_id) + "]"}));
  ask(deps, engine::instance_entity(name.workflow_id, name.instance_id, latest->run_id),
      engine::make_message(engine::terminate_run{kind, caller, false, {}}), to);
}

void end_instance(const api_deps& deps, stop_kind kind, bool with_run, const request& asked,
                  const responder& to) {
  param_reader read{asked};
  auto name = instance_name(read);
  if (with_run)
    name.run_id = read.required_int64("workflowRunId");
  if (read.refusal())
    return to(*read.refusal());
  if (engine::is_inline(name.workflow_id))
    return end_iteration(deps, name, kind, asked.user, to);
  auto entity = engine::workflow_entity(name.workflow_id);
  ask(deps, std::move(entity),
      engine::make_message(engine::stop_instance{name.instance_id, name.run_id, kind, asked.user}),
      to);
}

/// Answers 202 with the event alone.
void end_workflow(const api_deps& deps, stop_kind kind, const request& asked, const responder& to) {
  param_reader read{asked};
  auto id = read.required_text("workflowId");
  auto reason = "All workflow instances of workflow id [" + id + "] are terminated to status ["
                + std::string{status_after(kind)} + "] by the caller [" + asked.user + "]";
  deps.ask(engine::workflow_entity(id),
           engine::make_message(engine::stop_workflow{kind, asked.user}),
           [to, reason](result<engine::answer> got) {
             auto* acted = got ? std::get_if<engine::workflow_acted>(&*got) : nullptr;
             if (!acted)
               return to(got ? answer_of(*got) : to_response(got.error()));
             auto event = acted->event;
             if (!event.reason)
               event.reason = reason;
             to(json_response(model::to_json(event), 202));
           });
}

void activate(const api_deps& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  ask(deps, engine::workflow_entity(read.required_text("workflowId")),
      engine::make_message(engine::change_activation{read.required_text("version"), asked.user}),
      to);
}

void deactivate(const api_deps& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  ask(deps, engine::workflow_entity(read.required_text("workflowId")),
      engine::make_message(engine::change_activation{{}, asked.user}), to);
}

} // namespace

void add_action_routes(route_table& to, const deps_ptr& deps) {
  auto add = [&](const char* method, std::string path, auto serve, body_kind kind) {
    to.add({method, std::move(path),
            [deps, serve](request asked, responder answer) { serve(*deps, asked, answer); }, kind,
            true});
  };
  add("POST", workflow_path + "/versions/{version}/actions/start", start, body_kind::json);
  add("PUT", workflow_path + "/versions/{version}/actions/activate", activate, body_kind::any);
  add("PUT", workflow_path + "/actions/deactivate", deactivate, body_kind::any);
  for (auto [word, kind] : {std::pair{"stop", stop_kind::stop}, {"kill", stop_kind::kill}}) {
    auto action = std::string{"/actions/"} + word;
    add(
      "PUT", workflow_path + action,
      [kind = kind](const api_deps& d, const request& asked, const responder& answer) {
        end_workflow(d, kind, asked, answer);
      },
      body_kind::any);
    for (auto with_run : {false, true})
      add(
        "PUT", (with_run ? run_path : instance_path) + action,
        [kind = kind, with_run](const api_deps& d, const request& asked, const responder& answer) {
          end_instance(d, kind, with_run, asked, answer);
        },
        body_kind::any);
  }
}

} // namespace tutti::http
