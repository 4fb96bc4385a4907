#include "actors/http/api_parts.hpp"
#include "actors/http/errors.hpp"
#include "runtime/dsl/yaml_json.hpp"

/// Job templates (spec 05 §8).
namespace tutti::http {

namespace views = engine::views;
using model::job_template_create_request;

namespace {

const std::string templates_path = "/api/v3/job-templates";
const std::string template_path = templates_path + "/{jobType}";

using body_reader = result<job_template_create_request> (*)(const request&);

result<job_template_create_request> from_json(const request& asked) {
  return read_body<job_template_create_request>(asked, "JobTemplateCreateRequest");
}

result<job_template_create_request> from_yaml(const request& asked) {
  auto value = dsl::yaml_to_json(asked.body);
  if (!value)
    return value.error();
  if (value->is_null())
    return error{ec::bad_request, "Required request body is missing: JobTemplateCreateRequest"};
  auto out = model::from_json<job_template_create_request>(*value);
  if (!out)
    return body_error(out.error());
  return out;
}

void put(const api_deps& deps, body_reader read, const request& asked, const responder& to) {
  auto body = read(asked);
  if (!body)
    return to(to_response(body.error()));
  if (body->definition && body->definition->version.empty())
    body->definition->version = "default";
  if (auto found = model::violations(*body, deps.limits); !found.empty())
    return to(to_response({ec::bad_request, validation_failure, std::move(found)}));
  model::job_template made;
  auto& about = made.metadata.emplace();
  about.owner = std::move(body->owner);
  about.version_author = model::user{asked.user, {}, false};
  about.status = std::move(body->status);
  about.support = std::move(body->support);
  about.test_workflows = std::move(body->test_workflows);
  about.git_info = std::move(body->git_info);
  about.create_time = deps.now();
  about.extras = std::move(body->extras);
  made.definition = std::move(body->definition);
  auto entity = engine::template_entity(made.definition->job_type);
  ask(deps, std::move(entity), engine::make_message(engine::put_job_template{std::move(made)}), to);
}

/// Answers a sentence, not JSON.
void remove(const api_deps& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  auto job_type = read.required_text("jobType");
  engine::remove_job_template order;
  if (auto* version = read.text("version"); version && !version->empty())
    order.version = *version;
  auto name = "[" + job_type + "][" + order.version.value_or("null") + "]";
  deps.ask(engine::template_entity(job_type), engine::make_message(std::move(order)),
           [to, name](result<engine::answer> got) {
             auto* removed = got ? std::get_if<engine::templates_removed>(&*got) : nullptr;
             if (!removed)
               return to(got ? answer_of(*got) : to_response(got.error()));
             response out;
             out.body = "Removed [" + std::to_string(removed->count)
                        + "] job template versions for job type: " + name;
             to(std::move(out));
           });
}

std::string version_asked(const param_reader& read) {
  auto* version = read.text("version");
  return version && !version->empty() ? *version : "default";
}

} // namespace

void add_template_routes(route_table& to, const deps_ptr& deps) {
  auto add = [&](std::string path, body_kind kind, body_reader read) {
    to.add({"POST", std::move(path),
            [deps, read](request asked, responder answer) { put(*deps, read, asked, answer); },
            kind, true});
  };
  add(templates_path, body_kind::json, from_json);
  add(templates_path + "/yaml", body_kind::yaml, from_yaml);
  add_read(to, templates_path, [deps](param_reader& read) {
    return views::job_templates(deps->rows, version_asked(read));
  });
  add_read(to, template_path, [deps](param_reader& read) {
    return views::job_template(deps->rows, read.required_text("jobType"), version_asked(read));
  });
  to.add({"DELETE", template_path,
          [deps](request asked, responder answer) { remove(*deps, asked, answer); }});
}

} // namespace tutti::http
