#include "tools/codec/params_lines.hpp"

#include "runtime/model/ids.hpp"
#include "runtime/model/json.hpp"
#include "runtime/params/evaluate.hpp"
#include "runtime/params/kinds.hpp"
#include "runtime/params/limits.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

namespace tutti::codec {

namespace {

namespace json = boost::json;
namespace kind = params::kind;
using model::param_map;

/// A line that was read.
struct parameter_set {
  std::optional<param_map> definition;
  std::optional<param_map> run_params;
  std::optional<param_map> restart_params;
  std::optional<param_map> previous;
  std::optional<param_map> workflow_params;
  std::string workflow_id = "workflow";
  std::string step_id = "step";
  std::int64_t now = 0;
  bool defaults = false;
};

std::int64_t present() {
  namespace ch = std::chrono;
  return ch::duration_cast<ch::milliseconds>(ch::system_clock::now().time_since_epoch()).count();
}

status check_names(const param_map& all) {
  for (const auto& [name, x] : all) {
    if (auto flaw = model::reference_id_flaw(name))
      return kind::refuse(kind::validation, "params[" + name + "].name " + *flaw);
    const auto* entries = x.literal ? x.literal->as<param_map>() : nullptr;
    if (auto good = entries ? check_names(*entries) : status{unit{}}; !good)
      return good;
  }
  return unit{};
}

status read_map(const json::object& line, std::string_view name, std::optional<param_map>& out) {
  const auto* found = line.if_contains(name);
  if (!found || found->is_null())
    return unit{};
  model::json_rules rules;
  rules.root = name;
  auto read = model::from_json<param_map>(*found, rules);
  if (!read)
    return kind::refuse(kind::illegal_argument, read.error().details.empty()
                                                  ? read.error().message
                                                  : read.error().details.front());
  if (auto good = check_names(*read); !good)
    return good;
  out = *std::move(read);
  return unit{};
}

void read_text(const json::object& line, std::string_view name, std::string& out) {
  const auto* found = line.if_contains(name);
  if (const auto* text = found ? found->if_string() : nullptr)
    out.assign(text->data(), text->size());
}

result<parameter_set> read_set(const json::object& line) {
  parameter_set out;
  auto good = read_map(line, "params", out.definition);
  if (good)
    good = read_map(line, "run_params", out.run_params);
  if (good)
    good = read_map(line, "restart_params", out.restart_params);
  if (good)
    good = read_map(line, "previous", out.previous);
  if (good)
    good = read_map(line, "workflow_params", out.workflow_params);
  for (const auto* added : {&out.run_params, &out.restart_params})
    if (good && *added)
      good = params::check_run_params(**added);
  if (!good)
    return good.error();
  read_text(line, "workflow_id", out.workflow_id);
  read_text(line, "step_id", out.step_id);
  const auto* now = line.if_contains("now");
  out.now = now && now->is_int64() ? now->get_int64() : present();
  const auto* defaults = line.if_contains("defaults");
  out.defaults = defaults && defaults->is_bool() && defaults->get_bool();
  return out;
}

const param_map* pointer(const std::optional<param_map>& x) {
  return x ? &*x : nullptr;
}

result<param_map> evaluate(const parameter_set& x, const params::expression_evaluator* evaluator) {
  if (x.workflow_params) {
    params::step_inputs in;
    in.instance.workflow_id = x.workflow_id;
    in.instance.run_ts = x.now;
    in.step.step_id = x.step_id;
    in.definition = pointer(x.definition);
    in.run_params = pointer(x.run_params);
    in.restart_params = pointer(x.restart_params);
    in.workflow_params = pointer(x.workflow_params);
    in.with_defaults = x.defaults;
    in.evaluator = evaluator;
    return params::evaluate_step_params(in, x.now);
  }
  params::workflow_inputs in;
  in.instance.workflow_id = x.workflow_id;
  if (x.previous)
    in.instance.policy = model::run_policy::restart_from_beginning;
  in.definition = pointer(x.definition);
  in.run_params = pointer(x.run_params);
  in.restart_params = pointer(x.restart_params);
  in.previous = pointer(x.previous);
  in.with_defaults = x.defaults;
  in.evaluator = evaluator;
  return params::evaluate_workflow_params(in, x.now);
}

/// The parameters that the line names; those that the system adds only where it asks for them.
bool is_shown(const parameter_set& x, const std::string& name) {
  if (x.defaults)
    return true;
  for (const auto* map : {&x.definition, &x.run_params, &x.restart_params, &x.previous})
    if (*map && (*map)->contains(name))
      return true;
  return false;
}

status answer(const json::object& line, const params::expression_evaluator* evaluator,
              json::object& out) {
  auto set = read_set(line);
  if (!set)
    return set.error();
  auto evaluated = evaluate(*set, evaluator);
  if (!evaluated)
    return evaluated.error();
  json::object results;
  for (const auto& [name, x] : *evaluated)
    if (x.evaluated_result && is_shown(*set, name))
      results[name] = model::to_json(*x.evaluated_result);
  out["result"] = std::move(results);
  return unit{};
}

json::object answer_line(const std::string& text, const params::expression_evaluator* evaluator) {
  json::object out;
  auto line = model::parse_text(text);
  const auto* set = line ? line->if_object() : nullptr;
  if (const auto* id = set ? set->if_contains("id") : nullptr)
    out["id"] = *id;
  auto good = set    ? answer(*set, evaluator, out)
              : line ? status{error{ec::bad_request, "the line is no JSON object"}}
                     : status{line.error()};
  if (good)
    return out;
  const auto& why = good.error();
  out["error"] = why.kind.empty() ? to_string(why.code) : why.kind;
  out["message"] = why.message;
  return out;
}

} // namespace

void run_params_lines(std::istream& in, std::ostream& out,
                      const params::expression_evaluator* evaluator) {
  for (std::string line; std::getline(in, line);)
    if (line.find_first_not_of(" \t\r") != std::string::npos)
      out << model::to_text(answer_line(line, evaluator)) << '\n';
  out.flush();
}

} // namespace tutti::codec
