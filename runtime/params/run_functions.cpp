#include "runtime/params/run_functions.hpp"

#include "runtime/params/coerce.hpp"
#include "runtime/params/kinds.hpp"

#include <algorithm>

namespace tutti::params {

namespace {

using model::param;
using model::param_type;
using model::value;
using arguments = std::vector<std::string>;

std::string quoted(std::string_view x) {
  return "[" + std::string{x} + "]";
}

error refuse(std::string_view function, const std::string& why) {
  return kind::refuse(kind::internal, std::string{function} + ": " + why);
}

result<value> found_or(std::optional<value> found, std::string_view function,
                       const std::string& why) {
  if (!found)
    return refuse(function, why);
  return *std::move(found);
}

result<value> evaluated(const param* x, std::string_view function, const std::string& why) {
  if (!x || !x->evaluated_result)
    return refuse(function, why);
  return *x->evaluated_result;
}

// -- signals --------------------------------------------------------------------------

result<value> from_trigger(const run_answers& in, const std::string& name) {
  const auto* found = in.trigger_params ? in.trigger_params->find(name) : nullptr;
  if (found && !found->evaluated_result && found->literal)
    return *found->literal;
  return evaluated(found, "getFromSignal",
                   "the signal trigger of this run has no param " + quoted(name));
}

result<value> from_signal(const run_answers& in, const arguments& args) {
  return found_or(in.signal ? in.signal(args[0], args[1]) : std::nullopt, "getFromSignal",
                  "the run was not started by a signal " + quoted(args[0]) + " with a param "
                    + quoted(args[1]));
}

result<value> from_dependency(const run_answers& in, const arguments& args) {
  constexpr std::string_view name = "getFromSignalDependency";
  if (!in.dependency || in.dependency_count == 0)
    return refuse(name, "the step has no signal dependencies");
  auto index = parse_long(args[0]);
  if (!index || *index < 0 || static_cast<std::uint64_t>(*index) >= in.dependency_count)
    return refuse(name, "the index is " + quoted(args[0]) + ", the step has "
                          + std::to_string(in.dependency_count) + " signal dependencies");
  return found_or(in.dependency(static_cast<std::size_t>(*index), args[1]), name,
                  "signal dependency " + quoted(args[0]) + " has no param " + quoted(args[1]));
}

// -- other steps ----------------------------------------------------------------------

result<value> from_step_state(const run_answers& in, const arguments& args) {
  constexpr std::string_view name = "getFromStep";
  auto of_step = " of step " + quoted(args[0]) + ", which must have completed before";
  if (args[1] == "MAESTRO_STEP_STATUS") {
    auto found = in.status_of ? in.status_of(args[0]) : std::nullopt;
    if (!found)
      return refuse(name, "found no status" + of_step);
    return value{*std::move(found)};
  }
  auto found = in.end_time_of ? in.end_time_of(args[0]) : std::nullopt;
  if (!found)
    return refuse(name, "found no end time" + of_step);
  return value{*found};
}

template <class T>
value array_of(const std::vector<const param*>& items) {
  std::vector<T> out;
  out.reserve(items.size());
  for (const auto* x : items) {
    const auto* item = x && x->evaluated_result ? x->evaluated_result->as<T>() : nullptr;
    out.push_back(item ? *item : T{});
  }
  if constexpr (std::is_same_v<T, std::int64_t>)
    return value{model::int_seq{std::move(out)}};
  else
    return value{std::move(out)};
}

/// One value an iteration; those without a value give an empty text, 0, 0.0 or false.
result<value> from_foreach(const run_answers& in, const arguments& args) {
  constexpr std::string_view name = "getFromForeach";
  auto items = in.in_foreach ? in.in_foreach(args[0], args[1], args[2]) : std::nullopt;
  if (!items)
    return refuse(name, quoted(args[0]) + " is no completed foreach step before this step");
  auto typed = std::find_if(items->begin(), items->end(), [](const auto* x) { return x; });
  if (typed == items->end())
    return refuse(name, "no iteration of " + quoted(args[0]) + " has a step " + quoted(args[1])
                          + " with a param " + quoted(args[2]));
  switch ((*typed)->type) {
    case param_type::text:
      return array_of<std::string>(*items);
    case param_type::integer:
      return array_of<std::int64_t>(*items);
    case param_type::decimal:
      return array_of<double>(*items);
    case param_type::boolean:
      return array_of<bool>(*items);
    default:
      return refuse(name, "param " + quoted(args[2]) + " of step " + quoted(args[1])
                            + " has the type " + quoted(model::to_string((*typed)->type))
                            + ", expected STRING, LONG, DOUBLE or BOOLEAN");
  }
}

result<value> from_subworkflow(const run_answers& in, const arguments& args) {
  return evaluated(in.in_subworkflow ? in.in_subworkflow(args[0], args[1], args[2]) : nullptr,
                   "getFromSubworkflow",
                   "the subworkflow of step " + quoted(args[0]) + " has no step " + quoted(args[1])
                     + " with an evaluated param " + quoted(args[2]));
}

// -- dispatch -------------------------------------------------------------------------

error unknown(std::string_view function, std::size_t count) {
  return kind::refuse(kind::validation, "There is no function params." + std::string{function}
                                          + " with " + std::to_string(count) + " arguments here");
}

result<value> unique_id(const run_answers& in, const arguments&) {
  if (!in.next_unique_id)
    return refuse("nextUniqueId", "there are no unique ids here");
  return value{in.next_unique_id()};
}

result<value> environment(const run_answers& in, const arguments&) {
  return value{in.environment};
}

result<value> from_trigger_of(const run_answers& in, const arguments& args) {
  return from_trigger(in, args[0]);
}

result<value> from_signal_or_default(const run_answers& in, const arguments& args) {
  auto found = from_signal(in, args);
  return found ? found : result<value>{value{args[2]}};
}

struct function {
  std::string_view name;
  std::size_t argument_count;
  bool steps_only;
  result<value> (*answer)(const run_answers& in, const arguments& args);
};

constexpr function functions[] = {
  {"nextUniqueId", 0, false, unique_id},
  {"getExecutionEnvironment", 0, false, environment},
  {"getFromSignal", 1, false, from_trigger_of},
  {"getFromSignal", 2, false, from_signal},
  {"getFromSignalOrDefault", 3, false, from_signal_or_default},
  {"getFromSignalDependency", 2, true, from_dependency},
  {"getFromStep", 2, true, from_step_state},
  {"getFromForeach", 3, true, from_foreach},
  {"getFromSubworkflow", 3, true, from_subworkflow},
};

bool has(const std::vector<std::string>& all, const std::string& name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

} // namespace

result<value> run_functions::call(std::string_view function, const arguments& args) {
  for (const auto& x : functions)
    if (x.name == function && x.argument_count == args.size() && (at_step_ || !x.steps_only))
      return x.answer(answers_, args);
  return unknown(function, args.size());
}

result<value> dry_run_functions::call(std::string_view function, const arguments& args) {
  constexpr std::int64_t sample = 20'220'101;
  if (function == "nextUniqueId" && args.empty())
    return value{std::int64_t{1}};
  if (function == "getExecutionEnvironment" && args.empty())
    return value{environment_};
  if (function == "getFromSignalOrDefault" && args.size() == 3)
    return has(known_.signals, args[0]) ? value{sample} : value{args[2]};
  if (function != "getFromSignal" || args.empty() || args.size() > 2)
    return unknown(function, args.size());
  const auto& names = args.size() == 1 ? known_.params : known_.signals;
  if (!has(names, args[0]))
    return refuse(function, "no signal trigger of the workflow has a "
                              + std::string{args.size() == 1 ? "param " : "signal "}
                              + quoted(args[0]));
  return value{sample};
}

} // namespace tutti::params
