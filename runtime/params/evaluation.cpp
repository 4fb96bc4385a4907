#include "runtime/params/evaluation.hpp"

#include "runtime/model/decimals.hpp"
#include "runtime/params/coerce.hpp"
#include "runtime/params/defaults.hpp"
#include "runtime/params/interpolate.hpp"
#include "runtime/params/kinds.hpp"

#include <algorithm>

namespace tutti::params {

namespace {

using model::param;
using model::value;

constexpr std::string_view separator = "__";
constexpr std::size_t chain_max = 256;

std::string quoted(std::string_view x) {
  return "[" + std::string{x} + "]";
}

/// The parameter's value, if the system knows it without an evaluation.
const system_default* derivable(std::string_view name, const param& x, bool at_step) {
  if (!x.expression)
    return nullptr;
  const auto* found = find_default(at_step ? step_defaults() : system_defaults(), name);
  return found && found->expression == *x.expression ? found : nullptr;
}

/// The values that an expression mentions, found before it runs: nothing else is supplied to it.
class supplied final : public scope {
public:
  explicit supplied(evaluation& outer) : outer_(outer) {}

  void add(std::string name, value x) { values_.append(std::move(name), std::move(x)); }

  result<value> resolve(std::string_view name) override {
    const auto* found = values_.find(name);
    return found ? *found : value{};
  }

  std::optional<value> in_params(std::string_view name) override {
    if (const auto* found = values_.find(name))
      return *found;
    return outer_.in_params(name);
  }

  result<value> call(std::string_view function, const std::vector<std::string>& args) override {
    auto out = outer_.call(function, args);
    call_failed_ = call_failed_ || !out;
    return out;
  }

  std::int64_t now() const override { return outer_.now(); }

  bool call_failed() const { return call_failed_; }

private:
  evaluation& outer_;
  model::value_map values_;
  bool call_failed_ = false;
};

/// The failure of an expression as clients of the original know it; the cause is a detail.
error failed_expression(std::string_view what, std::string_view name, std::string_view expression,
                        const error& cause) {
  auto out = kind::refuse(kind::invalid_expression,
                          "BAD_REQUEST - Expression " + std::string{what}
                            + " throws an exception for expr=" + quoted(expression));
  out.details.push_back("Param " + quoted(name) + ": " + cause.message);
  out.details.insert(out.details.end(), cause.details.begin(), cause.details.end());
  return out;
}

error required(std::string_view name, const param& x) {
  return kind::refuse(kind::illegal_argument, quoted(name) + " is a required parameter (type=["
                                                + std::string{model::to_string(x.type)} + "])");
}

void add_note(param& x, const conversion_note& note) {
  if (!note.key.empty())
    x.meta.set(std::string{note.key}, "\"" + note.text + "\"");
}

} // namespace

status evaluation::evaluate_all() {
  for (auto& [name, x] : *writable_) {
    if (x.evaluated_time)
      continue;
    auto good = evaluate(name, x);
    if (!good)
      return good;
  }
  return unit{};
}

status evaluation::evaluate(std::string_view name, param& x) {
  if (std::find(chain_.begin(), chain_.end(), name) != chain_.end())
    return cyclic(name);
  if (chain_.size() >= chain_max)
    return kind::refuse(kind::illegal_argument, "Param " + quoted(name)
                                                  + " is at the end of a chain of more than "
                                                  + std::to_string(chain_max) + " references");
  chain_.push_back(name);
  auto raw = raw_result(name, x);
  chain_.pop_back();
  if (!raw)
    return raw.error();
  conversion_note note;
  auto typed = coerce(name, x.type, *std::move(raw), &note);
  if (!typed)
    return typed.error();
  x.evaluated_result = *std::move(typed);
  x.evaluated_time = around_.now;
  add_note(x, note);
  return unit{};
}

error evaluation::cyclic(std::string_view name) const {
  auto out = kind::refuse(kind::illegal_argument,
                          (around_.step ? "In step " + quoted(around_.step->step_id)
                                        : "In workflow " + quoted(around_.instance->workflow_id))
                            + ", param " + quoted(name)
                            + " definition contains a cyclic reference chain");
  std::string chain;
  for (auto at = std::find(chain_.begin(), chain_.end(), name); at != chain_.end(); ++at)
    chain += std::string{*at} + " -> ";
  out.details.push_back("The chain is " + chain + std::string{name});
  return out;
}

result<value> evaluation::raw_result(std::string_view name, const param& x) {
  if (const auto* known = derivable(name, x, around_.step != nullptr)) {
    auto others = [this](std::string_view other) { return resolve(other); };
    if (auto out = known->compute(*known, *around_.instance, around_.step, others))
      return *std::move(out);
  }
  if (x.expression)
    return evaluate_expression(name, *x.expression);
  if (x.literal)
    return literal_result(*x.literal);
  return required(name, x);
}

result<value> evaluation::evaluate_expression(std::string_view name, std::string_view expression) {
  auto outermost = chain_.empty();
  if (outermost)
    chain_.push_back(name);
  auto out = run_expression(name, expression);
  if (outermost)
    chain_.pop_back();
  return out;
}

result<value> evaluation::run_expression(std::string_view name, std::string_view expression) {
  auto mentioned = around_.evaluator->references(expression);
  if (!mentioned)
    return mentioned.error().kind.empty()
             ? failed_expression("validator", name, expression, mentioned.error())
             : mentioned.error();
  supplied names{*this};
  for (auto& x : *mentioned) {
    if (x == "params")
      continue;
    auto found = resolve(x);
    if (!found)
      return found;
    names.add(std::move(x), *std::move(found));
  }
  auto out = around_.evaluator->evaluate(expression, names);
  if (out || (!names.call_failed() && !out.error().kind.empty()))
    return out;
  return failed_expression("evaluation", name, expression, out.error());
}

result<value> evaluation::literal_result(const value& x) {
  if (const auto* text = x.as<std::string>()) {
    auto out = interpolate(*text, *this);
    if (!out)
      return out.error();
    return value{*std::move(out)};
  }
  if (const auto* texts = x.as<std::vector<std::string>>()) {
    std::vector<std::string> out;
    out.reserve(texts->size());
    for (const auto& text : *texts) {
      auto item = interpolate(text, *this);
      if (!item)
        return item.error();
      out.push_back(*std::move(item));
    }
    return value{std::move(out)};
  }
  if (const auto* entries = x.as<model::string_map>()) {
    model::string_map out;
    for (const auto& [key, text] : *entries) {
      auto name = interpolate(key, *this);
      auto item = name ? interpolate(text, *this) : name;
      if (!item)
        return item.error();
      if (out.contains(*name))
        return kind::refuse(kind::illegal_argument, "Param " + quoted(current()) + " has the key "
                                                      + quoted(*name)
                                                      + " twice after interpolation");
      out.append(*std::move(name), *std::move(item));
    }
    return value{std::move(out)};
  }
  if (const auto* entries = x.as<model::param_map>())
    return map_result(*entries);
  if (const auto* number = x.as<model::decimal>())
    return value{model::to_double(*number)};
  return x;
}

/// Entries cannot refer to each other, and their results keep their own types.
result<value> evaluation::map_result(const model::param_map& entries) {
  model::value_map out;
  out.reserve(entries.size());
  for (const auto& [name, entry] : entries) {
    auto item = entry.expression ? evaluate_expression(name, *entry.expression)
                : entry.literal  ? literal_result(*entry.literal)
                                 : result<value>{required(name, entry)};
    if (!item)
      return item;
    if (const auto* numbers = item->as<std::vector<model::decimal>>()) {
      auto doubles = coerce(name, model::param_type::double_array, value{*numbers});
      if (!doubles)
        return doubles;
      item = std::move(doubles);
    }
    out.append(name, *std::move(item));
  }
  return value{std::move(out)};
}

// -- names ----------------------------------------------------------------------------------------

result<value> evaluation::resolve(std::string_view name) {
  return around_.step ? resolve_in_step(name) : resolve_in_workflow(name);
}

std::optional<value> evaluation::in_params(std::string_view name) {
  if (!around_.step)
    return std::nullopt;
  const auto* shared = around_.workflow_params ? around_.workflow_params->find(name) : nullptr;
  if (shared && shared->evaluated_result)
    return *shared->evaluated_result;
  const auto* known = shared ? nullptr : find_default(system_defaults(), name);
  auto out = known ? default_value(*known) : result<value>{value{}};
  return out && !out->is_null() ? std::optional{*std::move(out)} : std::nullopt;
}

result<value> evaluation::default_value(const system_default& x) {
  auto out = x.derive(*around_.instance, around_.step);
  if (out.is_null())
    return evaluate_expression(x.name, x.expression);
  return out;
}

result<value> evaluation::own_value(std::string_view name, const param& x) {
  if (!x.evaluated_time) {
    auto* mine = writable_ ? writable_->find(name) : nullptr;
    if (!mine)
      return kind::refuse(kind::internal, "Param " + quoted(name) + " has no evaluated result");
    auto good = evaluate(name, *mine);
    if (!good)
      return good.error();
  }
  if (x.evaluated_result)
    return *x.evaluated_result;
  return kind::refuse(kind::internal, "Param " + quoted(name) + " has no evaluated result");
}

result<value> evaluation::resolve_in_workflow(std::string_view name) {
  if (const auto* own = own_ ? own_->find(name) : nullptr)
    return own_value(name, *own);
  if (const auto* known = find_default(system_defaults(), name))
    return default_value(*known);
  auto at = name.find(separator);
  if (at != std::string_view::npos)
    return from_signal(name.substr(0, at), name.substr(at + separator.size()));
  return kind::refuse(kind::validation,
                      "Param " + quoted(current()) + " referenced a non-existing param "
                        + quoted(name) + " in workflow " + quoted(around_.instance->workflow_id));
}

result<value> evaluation::resolve_in_step(std::string_view name) {
  if (name.find(separator) != std::string_view::npos)
    return across_steps(name);
  const auto* own = own_ ? own_->find(name) : nullptr;
  if (own && own->evaluated_time)
    return own_value(name, *own);
  if (const auto* known = own ? nullptr : find_default(step_defaults(), name))
    return default_value(*known);
  const auto* shared = around_.workflow_params ? around_.workflow_params->find(name) : nullptr;
  if (shared && shared->evaluated_result)
    return *shared->evaluated_result;
  const auto* known = shared ? nullptr : find_default(system_defaults(), name);
  if (known)
    return default_value(*known);
  if (own)
    return own_value(name, *own);
  return kind::refuse(kind::internal, "Cannot find the referenced param " + quoted(name)
                                        + " in step " + quoted(around_.step->step_id)
                                        + " or upstream steps or the workflow");
}

// -- other steps ----------------------------------------------------------------------------------

const param* evaluation::upstream_param(std::string_view step_id, std::string_view name) const {
  if (!around_.upstream || !*around_.upstream)
    return nullptr;
  return (*around_.upstream)(step_id, name);
}

/// `step__param`. Where underscores allow two readings, the one that exists counts.
result<value> evaluation::across_steps(std::string_view name) {
  auto first = name.find(separator);
  auto param_of = [&](std::size_t at) { return name.substr(at + separator.size()); };
  auto step_id = name.substr(0, first);
  if (name.rfind(separator) == first)
    return step_param(step_id, param_of(first));
  auto longer_id = name.substr(0, first + 1);
  auto exists = [&](std::string_view id, std::size_t at) {
    if (id == around_.step->step_id)
      return own_ && own_->contains(param_of(at));
    return upstream_param(id, param_of(at)) != nullptr;
  };
  auto shorter = exists(step_id, first);
  auto longer = exists(longer_id, first + 1);
  if (shorter && longer)
    return kind::refuse(kind::internal, "The reference " + quoted(name) + " is ambiguous: steps "
                                          + quoted(step_id) + " and " + quoted(longer_id)
                                          + " both have such a param");
  return longer ? step_param(longer_id, param_of(first + 1)) : step_param(step_id, param_of(first));
}

result<value> evaluation::step_param(std::string_view step_id, std::string_view name) {
  const auto* own = own_ && step_id == around_.step->step_id ? own_->find(name) : nullptr;
  if (own)
    return own_value(name, *own);
  const auto* found = upstream_param(step_id, name);
  if (found && found->evaluated_result)
    return *found->evaluated_result;
  if (around_.host && !found && step_id != around_.step->step_id)
    return from_signal(step_id, name);
  return kind::refuse(kind::internal, "Cannot find the referenced param " + quoted(name)
                                        + " of step " + quoted(step_id) + ": step "
                                        + quoted(around_.step->step_id)
                                        + " sees steps that have completed in this run");
}

// -- functions ------------------------------------------------------------------------------------

result<value> evaluation::from_signal(std::string_view signal, std::string_view name) {
  auto out = ask_host("getFromSignal", {std::string{signal}, std::string{name}});
  if (out)
    return out;
  return kind::refuse(kind::internal,
                      "Failed to evaluate the param with a definition: " + quoted(current())
                        + ", there is no " + quoted(signal) + " with a param " + quoted(name) + ": "
                        + out.error().message);
}

result<value> evaluation::ask_host(std::string_view function,
                                   const std::vector<std::string>& args) {
  if (around_.host)
    return around_.host->call(function, args);
  return kind::refuse(kind::validation,
                      "The function params." + std::string{function} + " is not available here");
}

result<value> evaluation::call(std::string_view function, const std::vector<std::string>& args) {
  if (function == "getFromInstance" && args.size() == 1)
    return instance_field(*around_.instance, args[0], around_.step != nullptr);
  if (function == "getFromStep" && args.size() == 1 && around_.step)
    return step_field(*around_.step, args[0]);
  auto of_state = args.size() == 2
                  && (args[1] == "MAESTRO_STEP_STATUS" || args[1] == "MAESTRO_STEP_END_TIME");
  if (function == "getFromStep" && args.size() == 2 && around_.step && !of_state) {
    const auto* found = upstream_param(args[0], args[1]);
    if (found && found->evaluated_result)
      return *found->evaluated_result;
    return kind::refuse(kind::internal, "Cannot find the param " + quoted(args[1]) + " of step "
                                          + quoted(args[0])
                                          + " among the completed steps before step "
                                          + quoted(around_.step->step_id));
  }
  return ask_host(function, args);
}

} // namespace tutti::params
