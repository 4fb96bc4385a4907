#include "runtime/engine/template_use.hpp"

#include "runtime/engine/rows.hpp"
#include "runtime/model/stored.hpp"
#include "runtime/params/merge.hpp"
#include "runtime/params/pass_down.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

using model::step_type;

/// No chain of templates is meant to be longer.
constexpr std::size_t inherit_max = 20;

std::string name_of(std::string_view job_type, std::string_view version) {
  return "[" + std::string{job_type} + "][" + std::string{version} + "]";
}

std::string version_of(const model::step& step, const model::param_map* workflow_params) {
  if (step.sub_type_version)
    return *step.sub_type_version;
  auto* param = workflow_params ? workflow_params->find("job_template_version") : nullptr;
  auto* text = param && param->evaluated_result ? param->evaluated_result->as<std::string>()
                                                : nullptr;
  return text ? *text : "default";
}

/// Puts a template behind its ancestors.
class lineage {
public:
  lineage(const template_reader& find, template_schema& out) : find_(find), out_(out) {}

  status add(const model::job_template& x) {
    auto& definition = *x.definition;
    auto name = name_of(definition.job_type, definition.version);
    if (std::find(above_.begin(), above_.end(), name) != above_.end()
        || above_.size() == inherit_max)
      return error{ec::bad_request, "job template " + above_.front()
                                      + " inherits from itself, or too deep: " + name};
    above_.push_back(name);
    if (definition.inherit_from)
      for (auto& [job_type, version] : *definition.inherit_from) {
        auto parent = find_(job_type, version);
        if (!parent)
          return parent.error();
        if (!*parent || !(*parent)->definition)
          return error{ec::bad_request, "job template " + name + " inherits from "
                                          + name_of(job_type, version) + ", which does not exist"};
        if (auto ok = add(**parent); !ok)
          return ok;
      }
    above_.pop_back();
    take(definition);
    return unit{};
  }

private:
  void take(const model::job_template_definition& x) {
    if (x.params)
      for (auto& [name, param] : *x.params)
        out_.params.set(name, param);
    if (!x.tags)
      return;
    for (auto& tag : *x.tags) {
      std::erase_if(out_.tags, [&](auto& y) { return y.name == tag.name; });
      out_.tags.push_back(tag);
    }
  }

  const template_reader& find_;
  template_schema& out_;
  std::vector<std::string> above_;
};

/// Params of the workflow replace those of the schema by name.
status merge_workflow(template_schema& schema, const model::param_map& workflow_params) {
  model::param_map known;
  for (auto& [name, param] : workflow_params)
    if (schema.params.contains(name))
      known.append(name, params::to_definition(param));
  return params::merge(schema.params, known,
                       {model::param_source::workflow_parameter, true, false});
}

bool is_empty(const model::value& x, bool blanks_count) {
  if (auto* text = x.as<std::string>())
    return blanks_count ? text->find_first_not_of(" \t\r\n") == std::string::npos : text->empty();
  if (auto* texts = x.as<std::vector<std::string>>())
    return texts->empty();
  if (auto* numbers = x.as<model::int_seq>())
    return numbers->size() == 0;
  if (auto* numbers = x.as<std::vector<double>>())
    return numbers->empty();
  if (auto* flags = x.as<std::vector<bool>>())
    return flags->empty();
  if (auto* entries = x.as<model::string_map>())
    return entries->empty();
  if (auto* entries = x.as<model::value_map>())
    return entries->empty();
  return x.is_null();
}

} // namespace

template_reader templates_in(const row_reader& reader) {
  return [&reader](std::string_view job_type,
                   std::string_view version) -> result<std::optional<model::job_template>> {
    auto row = reader.get(rows::job_template(job_type, version));
    if (!row)
      return row.error();
    if (!*row)
      return std::optional<model::job_template>{};
    auto read = model::decode<model::job_template>(**row);
    if (!read)
      return read.error();
    return std::optional{std::move(*read)};
  };
}

bool takes_template(const model::step& step) {
  switch (step.type) {
    case step_type::kubernetes:
    case step_type::notebook:
    case step_type::http:
    case step_type::shell:
      return step.sub_type.has_value();
    default:
      return false;
  }
}

result<std::optional<template_schema>> template_of(const model::step& step,
                                                   const model::param_map* workflow_params,
                                                   const template_reader& find) {
  std::optional<template_schema> out;
  if (!takes_template(step))
    return out;
  auto version = version_of(step, workflow_params);
  auto own = find(*step.sub_type, version);
  if (!own)
    return own.error();
  if (!*own || !(*own)->definition)
    return out;
  auto type = (*own)->definition->step_type;
  if (!type || *type != step.type)
    return error{ec::bad_request, "step [" + step.id + "] is of type "
                                    + std::string{to_string(step.type)} + ", but its job template "
                                    + name_of(*step.sub_type, version) + " is for "
                                    + (type ? std::string{to_string(*type)} : "no type")};
  out.emplace();
  out->job_type = *step.sub_type;
  out->version = version;
  if (auto ok = lineage{find, *out}.add(**own); !ok)
    return ok.error();
  if (workflow_params)
    if (auto ok = merge_workflow(*out, *workflow_params); !ok)
      return ok.error();
  return out;
}

status check_template_params(const template_schema& schema, const model::param_map& evaluated,
                             const std::function<result<bool>(const std::string& condition,
                                                              const model::param& value)>& holds) {
  for (auto& [name, wanted] : schema.params) {
    auto* param = wanted.validator ? evaluated.find(name) : nullptr;
    if (!param || !param->evaluated_result)
      continue;
    auto& rule = *wanted.validator;
    result<bool> good = true;
    if (rule == "@NotNull" || rule == "@NotEmpty" || rule == "@NotBlank")
      good = !(rule == "@NotNull" ? param->evaluated_result->is_null()
                                  : is_empty(*param->evaluated_result, rule == "@NotBlank"));
    else
      good = holds(rule, *param);
    if (!good)
      return good.error();
    if (!*good)
      return error{ec::bad_request, "the value of param [" + name + "] breaks the validator ["
                                      + rule + "] of job template "
                                      + name_of(schema.job_type, schema.version)};
  }
  return unit{};
}

} // namespace tutti::engine
