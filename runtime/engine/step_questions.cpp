#include "runtime/engine/step_questions.hpp"

#include "runtime/engine/instance_core.hpp"
#include "runtime/params/kinds.hpp"

#include <algorithm>

namespace tutti::engine {

namespace kind = params::kind;

namespace {

constexpr std::string_view from_foreach = "getFromForeach";
constexpr std::string_view from_subworkflow = "getFromSubworkflow";

std::int64_t chunks_of(std::int64_t iterations) {
  return (iterations + chunk_size - 1) / chunk_size;
}

/// The answers to a question, one for each iteration; null where there is no value.
std::vector<const model::param*> all_answers(const step_memory& mem, std::int64_t number,
                                             const step_question& question) {
  std::vector<const model::param*> out;
  for (std::int64_t chunk = 0; chunk < question.parts; ++chunk) {
    auto part = mem.answers.find({number, chunk});
    if (part == mem.answers.end())
      continue;
    for (auto& x : part->second)
      out.push_back(x.evaluated_result ? &x : nullptr);
  }
  return out;
}

} // namespace

step_functions::step_functions(const step_memory& memory, const surroundings& around, bool may_ask)
  : mem_(memory),
    around_(around),
    may_ask_(may_ask),
    functions_(answers_, true) {
  answers_.next_unique_id = [this] { return next_unique_id(); };
  answers_.status_of = [this](std::string_view step) -> std::optional<std::string> {
    auto found = ended(step);
    if (!found)
      return std::nullopt;
    return std::string{model::to_string(found->status)};
  };
  answers_.end_time_of = [this](std::string_view step) -> std::optional<std::int64_t> {
    auto found = ended(step);
    if (!found || found->end_time == 0)
      return std::nullopt;
    return found->end_time;
  };
}

result<model::value> step_functions::call(std::string_view function,
                                          const std::vector<std::string>& args) {
  auto below = (function == from_foreach || function == from_subworkflow) && args.size() == 3;
  auto out = below ? call_below(function, args) : functions_.call(function, args);
  if (broken_)
    return *broken_;
  return out;
}

// -- steps of this run ----------------------------------------------------------------------------

std::optional<step_functions::ended_step> step_functions::ended(std::string_view step) {
  if (step == mem_.id.step_id) {
    auto& state = mem_.state.state;
    if (!model::is_complete(state.status))
      return std::nullopt;
    return ended_step{state.status, state.end_time.value_or(0), mem_.id.run_id};
  }
  if (mem_.run->workflow->position(step) == compiled_workflow::npos)
    return std::nullopt;
  if (mem_.upstream)
    for (auto& x : *mem_.upstream)
      if (x.step_id == step && model::is_complete(x.status))
        return ended_step{x.status, x.end_time, mem_.id.run_id};
  for (auto& x : mem_.run->spec.carried)
    if (x.step_id == step && x.run_id != 0 && model::is_complete(x.status)) {
      auto again = ended_in_rows(std::string{step});
      return again ? again : ended_step{x.status, x.end_time, x.run_id};
    }
  return ended_in_rows(std::string{step});
}

std::optional<step_functions::ended_step> step_functions::ended_in_rows(const std::string& step) {
  auto id = mem_.id;
  id.step_id = step;
  auto found = load_step(id, mem_.run, *around_.rows);
  if (!found) {
    broken_ = found.error();
    return std::nullopt;
  }
  auto& state = found->state.state;
  if (found->state.attempt == 0 || !model::is_complete(state.status))
    return std::nullopt;
  return ended_step{state.status, state.end_time.value_or(0), mem_.id.run_id};
}

std::int64_t step_functions::next_unique_id() {
  constexpr int low_bits = 20;
  auto low = static_cast<std::int64_t>(stable_hash(around_.make_uuid()) % (1ULL << low_bits));
  last_unique_ = std::max(last_unique_ + 1, (around_.now << low_bits) + low);
  return last_unique_;
}

// -- loops and subworkflows -----------------------------------------------------------------------

result<model::value> step_functions::call_below(std::string_view function,
                                                const std::vector<std::string>& args) {
  auto& asked = mem_.state.questions;
  for (std::size_t i = 0; i < asked.size(); ++i)
    if (asked[i].function == function && asked[i].args == args)
      return answered(i);
  if (!may_ask_)
    return kind::refuse(kind::validation, "The function params." + std::string{function}
                                            + " cannot be called in a condition; let a param of "
                                              "the step call it");
  // An evaluation waits for one thing at a time.
  step_question next;
  next.function = function;
  next.args = args;
  question_ = std::move(next);
  return error{ec::unavailable, "waits for values of [" + args[0] + "]"};
}

result<model::value> step_functions::answered(std::size_t number) {
  auto& question = mem_.state.questions[number];
  if (question.total > around_.options->params_max_chars)
    return error{ec::bad_request, "The loop [" + question.args[0] + "] has "
                                    + std::to_string(question.total)
                                    + " iterations, more values than the params of a step may have "
                                      "characters (option params-max-chars)"};
  auto values = all_answers(mem_, static_cast<std::int64_t>(number), question);
  answers_.in_foreach = nullptr;
  answers_.in_subworkflow = nullptr;
  if (question.found)
    answers_.in_foreach = [&](auto...) { return std::optional{values}; };
  if (question.found && !values.empty())
    answers_.in_subworkflow = [&](auto...) { return values.front(); };
  return functions_.call(question.function, question.args);
}

values_told place_of_values(const step_memory& mem, const ask_values& what) {
  values_told out;
  out.step_uuid = what.step_uuid;
  out.question = what.question;
  out.chunk = what.chunk;
  if (mem.state.attempt == 0 || !model::is_complete(mem.state.state.status))
    return out;
  if (auto& loop = mem.state.loop; loop && what.function == from_foreach) {
    out.found = true;
    out.workflow_id = loop->inline_id;
    out.run_id = loop->inline_run;
    out.total = loop->total;
  } else if (auto& child = mem.state.child;
             child && child->instance_id != 0 && what.function == from_subworkflow) {
    out.found = true;
    out.workflow_id = child->workflow_id;
    out.instance_id = child->instance_id;
    out.run_id = child->run_id;
    out.total = 1;
  }
  return out;
}

namespace {

/// Which run of this instance has completed the step.
entity_id asked_step(const step_memory& mem, const std::string& step) {
  auto id = mem.id;
  id.step_id = step;
  for (auto& x : mem.run->spec.carried)
    if (x.step_id == step && x.run_id != 0 && model::is_complete(x.status)
        && !is_in_dag(*mem.run, step))
      id.run_id = x.run_id;
  return id;
}

ask_values message_of(const step_memory& mem, std::int64_t number, const step_question& question) {
  ask_values what;
  what.asker = mem.id;
  what.step_uuid = mem.state.step_uuid;
  what.question = number;
  what.function = question.function;
  what.step_id = question.args[1];
  what.param = question.args[2];
  return what;
}

} // namespace

void ask_place(const step_memory& mem, std::int64_t number, const step_question& question,
               outcome& out) {
  auto what = message_of(mem, number, question);
  what.chunk = -1;
  out.sends.push_back({asked_step(mem, question.args[0]), make_message(std::move(what))});
}

void take_place(step_question& question, const values_told& x) {
  question.located = true;
  question.found = x.found;
  question.workflow_id = x.workflow_id;
  question.instance_id = x.instance_id;
  question.run_id = x.run_id;
  question.total = x.total;
  question.parts = x.instance_id != 0 ? 1 : chunks_of(x.total);
}

void ask_on(const step_memory& mem, std::int64_t number, step_question& question, outcome& out) {
  for (; question.asked < question.parts && question.asked - question.told < asked_parts_max;
       ++question.asked) {
    auto what = message_of(mem, number, question);
    what.chunk = question.asked;
    what.first = question.asked * chunk_size + 1;
    what.last = std::min(question.total, (question.asked + 1) * chunk_size);
    auto to = question.instance_id != 0
                ? instance_entity(question.workflow_id, question.instance_id, question.run_id)
                : loop_part_entity(question.workflow_id, question.asked, question.run_id);
    out.sends.push_back({std::move(to), make_message(std::move(what))});
  }
}

} // namespace tutti::engine
