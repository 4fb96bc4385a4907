#include "actors/http/api_parts.hpp"
#include "runtime/engine/dry_run.hpp"
#include "runtime/params/evaluator.hpp"

namespace tutti::http {

namespace {

/// Collects what this version cannot run.
class support_check {
public:
  support_check(const params::expression_evaluator& language, bool strict)
    : language_(language),
      strict_(strict) {}

  std::vector<std::string> take() { return std::move(found_); }

  void check(const model::workflow& x) {
    if (x.time_triggers)
      add("workflow [" + x.id + "] has time_triggers, which this version does not support");
    if (x.signal_triggers)
      add("workflow [" + x.id + "] has signal_triggers, which this version does not support");
    if (x.params)
      check_params("workflow [" + x.id + "]", *x.params);
    check_steps(x.steps);
  }

private:
  void add(std::string sentence) { found_.push_back(std::move(sentence)); }

  void check_steps(const std::vector<model::step>& steps) {
    for (auto& x : steps)
      check(x);
  }

  void check(const model::step& x) {
    auto name = "step [" + x.id + "]";
    switch (x.type) {
      case model::step_type::noop:
      case model::step_type::sleep:
      case model::step_type::foreach:
      case model::step_type::subworkflow:
        break;
      case model::step_type::while_:
        check_expression(name + ", condition", x.condition.value_or(std::string{}));
        break;
      case model::step_type::template_:
        if (!x.sub_type)
          add(name + " is a template step without sub_type, which names the workflow that it runs");
        break;
      case model::step_type::shell:
        check_shell(name, x);
        break;
      default:
        add(name + " has the type " + std::string{to_string(x.type)}
            + ", which this version cannot run; it runs NoOp, Sleep, Shell, foreach, while, subworkflow and template");
    }
    if (x.signal_dependencies)
      add(name + " has signal_dependencies, which this version does not support");
    if (x.signal_outputs)
      add(name + " has signal_outputs, which this version does not support");
    for (auto& [to, condition] : x.transition.successors)
      check_expression(name + ", condition of successor [" + to + "]", condition);
    if (x.params)
      check_params(name, *x.params);
    if (x.steps)
      check_steps(*x.steps);
  }

  void check_shell(const std::string& name, const model::step& x) {
    // A job template may bring them; without, the step fails when run.
    if (x.sub_type)
      return;
    auto has = [&](std::string_view param) { return x.params && x.params->contains(param); };
    if (has("command") == has("script"))
      add(name + " is a Shell step with " + (has("command") ? "both" : "neither")
          + " of the params command and script; exactly one of them must be defined");
  }

  void check_params(const std::string& owner, const model::param_map& params) {
    for (auto& [name, x] : params) {
      auto place = owner + ", param [" + name + "]";
      if (x.expression)
        check_expression(place, *x.expression);
      if (auto* entries = x.literal ? x.literal->as<model::param_map>() : nullptr)
        check_params(place, *entries);
    }
  }

  void check_expression(const std::string& place, const std::string& expression) {
    if (!strict_)
      return;
    if (auto ok = language_.check(expression); !ok)
      add(place + ": the expression [" + expression + "] is not readable: " + ok.error().message);
  }

  const params::expression_evaluator& language_;
  bool strict_;
  std::vector<std::string> found_;
};

} // namespace

std::vector<std::string> unsupported_parts(const model::workflow& definition,
                                           const params::expression_evaluator& language,
                                           bool strict) {
  support_check check{language, strict};
  check.check(definition);
  return check.take();
}

push_verdict judge_push(const model::workflow_create_request& asked, const model::limits& bounds,
                        const params::expression_evaluator& language,
                        const engine::template_reader& templates) {
  push_verdict verdict;
  if (model::json_text(asked).size() > bounds.request_bytes_max) {
    verdict.invalid = error{ec::bad_request, validation_failure};
    return verdict;
  }
  if (auto found = model::violations(asked, bounds); !found.empty()) {
    verdict.invalid = error{ec::bad_request, validation_failure, std::move(found)};
    return verdict;
  }
  if (asked.properties && asked.properties->tags && !asked.properties->tags->empty()) {
    verdict.unfit = error{ec::bad_request, "properties.tags of workflow [" + asked.workflow.id
                                             + "] must be empty in a push; tags of a workflow "
                                               "are changed one by one"};
    return verdict;
  }
  if (auto ok = model::check_graph(asked.workflow, bounds.strict_push); !ok) {
    verdict.unfit = ok.error();
    return verdict;
  }
  if (auto parts = unsupported_parts(asked.workflow, language, bounds.strict_push);
      !parts.empty()) {
    auto first = parts.front();
    verdict.unfit = error{ec::bad_request, std::move(first), std::move(parts)};
    return verdict;
  }
  if (auto ok = engine::dry_run(asked, language, templates); !ok)
    verdict.unfit = ok.error();
  return verdict;
}

} // namespace tutti::http
