#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_judge.hpp"
#include "runtime/engine/step_questions.hpp"
#include "runtime/model/stored.hpp"

namespace tutti::engine {

using model::step_status;

// The parameters of an attempt, and what their expressions ask of others.

/// EVALUATING_PARAMS to WAITING_FOR_PERMITS; false if the step failed, or waits for values.
bool step_judge::evaluate_params() {
  auto& definition = mem_.definition();
  auto& questions = mem_.state.questions;
  auto in = scope();
  if ((definition.params && !definition.params->empty()) || definition.sub_type || in.run_params
      || in.restart_params) {
    step_functions host{mem_, around_, true};
    in.host = &host;
    auto params = evaluate_step_params(in);
    if (host.broken()) {
      broken_ = host.broken();
      return false;
    }
    if (host.question()) {
      ask_place(mem_, static_cast<std::int64_t>(questions.size()), *host.question(), out_);
      questions.push_back(std::move(*host.question()));
      changed_ = true;
      return false;
    }
    if (!params) {
      internal_failure(params.error());
      return false;
    }
    mem_.params = std::make_shared<const model::param_map>(std::move(*params));
    mem_.state.has_params = !mem_.params->empty();
    params_changed_ = mem_.state.has_params;
  }
  if (definition.sub_type)
    mem_.state.template_tags = template_tags(scope());
  forget_answers();
  move(step_status::waiting_for_permits);
  return true;
}

void step_judge::forget_answers() {
  for (auto& x : mem_.answers)
    out_.rows.push_back({rows::answer(mem_.id, x.first.first, x.first.second), std::nullopt});
  mem_.answers.clear();
  mem_.state.questions.clear();
}

/// Another step wants to know where the values below this one lie.
void step_judge::on_ask(const ask_values& x) {
  out_.sends.push_back({x.asker, make_message(place_of_values(mem_, x))});
  out_.at_rest = mem_.state.attempt == 0 || over();
}

namespace {

std::int64_t size_of(const std::vector<model::param>& values) {
  std::int64_t n = 0;
  for (auto& x : values)
    if (x.evaluated_result)
      if (auto* text = x.evaluated_result->as<std::string>())
        n += static_cast<std::int64_t>(text->size());
  return n;
}

} // namespace

void step_judge::on_values(const values_told& x) {
  auto& questions = mem_.state.questions;
  auto number = static_cast<std::size_t>(x.question);
  if (over() || x.step_uuid != mem_.state.step_uuid || number >= questions.size())
    return;
  auto& question = questions[number];
  if (x.chunk < 0) {
    if (question.located)
      return;
    take_place(question, x);
    // More than params may have is refused without being fetched.
    if (question.total > around_.options->params_max_chars)
      question.parts = 0;
  } else {
    if (!mem_.answers.emplace(std::pair{x.question, x.chunk}, x.values).second)
      return;
    out_.rows.push_back({rows::answer(mem_.id, x.question, x.chunk), model::encode(x.values)});
    ++question.told;
    question.size += size_of(x.values);
  }
  changed_ = true;
  if (question.size > around_.options->params_max_chars) {
    internal_failure({ec::bad_request, "params." + question.function + " gives more than "
                                         + std::to_string(around_.options->params_max_chars)
                                         + " characters (option params-max-chars)"});
    return;
  }
  if (question.told < question.parts)
    ask_on(mem_, x.question, question, out_);
  else if (evaluate_params())
    run_attempt();
}

} // namespace tutti::engine
