#include "runtime/params/defaults.hpp"

#include <array>

namespace tutti::params {

namespace {

using model::internal_param_mode;
using model::param;
using model::param_map;
using model::param_mode;
using model::param_type;
using model::value;

constexpr std::array<system_default, 3> workflow_table{{
  {"RUN_TS", param_type::integer, param_mode::mutable_on_start, false,
   "System.currentTimeMillis();",
   [](const instance_facts& in, const step_facts*) { return value{in.run_ts}; }},
  {"owner", param_type::text, param_mode::constant, true,
   "return params.getFromInstance(\"owner\");",
   [](const instance_facts& in, const step_facts*) { return value{std::string{in.owner}}; }},
  {"workflow_id", param_type::text, param_mode::constant, true,
   "return params.getFromInstance(\"workflow_id\");",
   [](const instance_facts& in, const step_facts*) { return value{std::string{in.workflow_id}}; }},
}};

constexpr std::array<system_default, 4> step_table{{
  {"workflow_instance_id", param_type::integer, param_mode::constant, true,
   "return params.getFromInstance(\"workflow_instance_id\");",
   [](const instance_facts& in, const step_facts*) { return value{in.instance_id}; }},
  {"step_instance_uuid", param_type::text, param_mode::constant, true,
   "return params.getFromStep(\"step_instance_uuid\");",
   [](const instance_facts&, const step_facts* in) { return value{std::string{in->step_uuid}}; }},
  {"step_attempt_id", param_type::integer, param_mode::constant, true,
   "return params.getFromStep(\"step_attempt_id\");",
   [](const instance_facts&, const step_facts* in) { return value{in->attempt}; }},
  {"step_id", param_type::text, param_mode::constant, true,
   "return params.getFromStep(\"step_id\");",
   [](const instance_facts&, const step_facts* in) { return value{std::string{in->step_id}}; }},
}};

param schema(param_type type, internal_param_mode internal, param_mode mode,
             std::optional<value> literal, std::optional<std::string> validator = {}) {
  param out;
  out.type = type;
  out.literal = std::move(literal);
  out.validator = std::move(validator);
  out.mode = mode;
  out.internal_mode = internal;
  return out;
}

param_map loop_defaults() {
  return {{"loop_params", schema(param_type::map, internal_param_mode::required,
                                 param_mode::mutable_on_start, value{param_map{}}, "@NotEmpty")},
          {"loop_index", schema(param_type::integer, internal_param_mode::reserved,
                                param_mode::constant, value{std::int64_t{-1}}, "@Min(0)")}};
}

param_map while_defaults() {
  auto out = loop_defaults();
  out.set("condition", schema(param_type::boolean, internal_param_mode::reserved,
                              param_mode::constant, value{false}));
  return out;
}

param_map subworkflow_defaults() {
  return {{"subworkflow_id", schema(param_type::text, internal_param_mode::required,
                                    param_mode::mutable_on_start, std::nullopt, "@NotEmpty")},
          {"subworkflow_version",
           schema(param_type::text, internal_param_mode::provided, param_mode::mutable_on_start,
                  value{std::string{"active"}})}};
}

} // namespace

std::span<const system_default> system_defaults() {
  return workflow_table;
}

std::span<const system_default> step_defaults() {
  return step_table;
}

const param_map& type_defaults(model::step_type type) {
  static const param_map none;
  static const auto foreach = loop_defaults();
  static const auto while_ = while_defaults();
  static const auto subworkflow = subworkflow_defaults();
  switch (type) {
    case model::step_type::foreach:
      return foreach;
    case model::step_type::while_:
      return while_;
    case model::step_type::subworkflow:
      return subworkflow;
    default:
      return none;
  }
}

param to_param(const system_default& x) {
  param out;
  out.type = x.type;
  out.expression = std::string{x.expression};
  out.mode = x.mode;
  if (x.reserved)
    out.internal_mode = internal_param_mode::reserved;
  return out;
}

const system_default* find_default(std::span<const system_default> table, std::string_view name) {
  for (const auto& x : table)
    if (x.name == name)
      return &x;
  return nullptr;
}

} // namespace tutti::params
