#pragma once

#include "actors/http/api.hpp"
#include "actors/http/params.hpp"
#include "actors/http/routes.hpp"
#include "runtime/model/json.hpp"
#include "runtime/model/responses.hpp"

#include <boost/json.hpp>

#include <functional>
#include <memory>
#include <string>

/// What the parts of the API share.
namespace tutti::http {

using deps_ptr = std::shared_ptr<const api_deps>;

void add_definition_routes(route_table& to, const deps_ptr& deps);
void add_push_routes(route_table& to, const deps_ptr& deps);
void add_action_routes(route_table& to, const deps_ptr& deps);
void add_restart_routes(route_table& to, const deps_ptr& deps);
void add_property_routes(route_table& to, const deps_ptr& deps);
void add_template_routes(route_table& to, const deps_ptr& deps);
void add_unblock_routes(route_table& to, const deps_ptr& deps);
void add_instance_routes(route_table& to, const deps_ptr& deps);
void add_step_routes(route_table& to, const deps_ptr& deps);
void add_insight_routes(route_table& to, const deps_ptr& deps);
void add_cluster_routes(route_table& to, const deps_ptr& deps);
void add_node_routes(route_table& to, const deps_ptr& deps);

inline const std::string workflows_path = "/api/v3/workflows";
inline const std::string workflow_path = workflows_path + "/{workflowId}";
inline const std::string instance_path = workflow_path + "/instances/{workflowInstanceId}";
inline const std::string run_path = instance_path + "/runs/{workflowRunId}";
inline const std::string attempt_path = run_path + "/steps/{stepId}/attempts/{stepAttempt}";

/// Message of what the validation of a body or parameter finds.
inline const std::string validation_failure = "400 BAD_REQUEST \"Validation failure\"";

response json_response(const boost::json::value& body, unsigned status = 200);

void reply(const responder& to, const engine::views::json_result& what);

/// What the engine answered, as clients get it.
response answer_of(const engine::answer& x);

/// What a start or restart came to, as clients know it.
model::instance_run_status run_status_of(engine::start_status x);

/// Asks an entity and passes its answer on.
void ask(const api_deps& deps, engine::entity_id entity, engine::message_ptr order,
         const responder& to);

/// The same where clients get the timeline event alone.
void ask_for_event(const api_deps& deps, engine::entity_id entity, engine::message_ptr order,
                   unsigned status, const responder& to);

/// Answers a read. `view` gets its parameters from the reader; what it gives after the reader has
/// refused one is not used.
void add_read(route_table& to, std::string pattern,
              std::function<engine::views::json_result(param_reader&)> view);

/// The instance named by a path.
engine::views::run_name instance_name(param_reader& read);

/// A number, or `latest` (any case) for 0. `For input string: "zz"` for anything else.
result<std::int64_t> number_or_latest(const std::string& text);

/// `first`, `last` and `cursor` of a page (spec 05 §1.8).
result<engine::views::page_request> page_of(param_reader& read);

/// Reads a JSON body; errors have the texts of spec 05 §1.6.
template <class T>
result<T> read_body(const request& asked, const char* type);

/// The error of a body as clients get it.
error body_error(const error& why);

/// The JSON value of a body, or why there is none.
result<boost::json::value> read_json_body(const request& asked, const char* type);

template <class T>
result<T> read_body(const request& asked, const char* type) {
  auto value = read_json_body(asked, type);
  if (!value)
    return value.error();
  auto out = model::from_json<T>(*value);
  if (!out)
    return body_error(out.error());
  return out;
}

/// Why a definition may not be pushed: size, violations, graph, and what this version cannot run.
struct push_verdict {
  /// The body breaks a rule of its form.
  std::optional<error> invalid;
  /// It has the form, but cannot be run.
  std::optional<error> unfit;
};

push_verdict judge_push(const model::workflow_create_request& asked, const model::limits& bounds,
                        const params::expression_evaluator& language,
                        const engine::template_reader& templates = {});

/// Everything in a definition that this version cannot run yet, each as a sentence. `strict`: also
/// expressions and conditions that do not parse.
std::vector<std::string> unsupported_parts(const model::workflow& definition,
                                           const params::expression_evaluator& language,
                                           bool strict);

} // namespace tutti::http
