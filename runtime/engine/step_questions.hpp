#pragma once

#include "runtime/engine/step_core.hpp"
#include "runtime/params/run_functions.hpp"

#include <optional>
#include <string>
#include <vector>

/// What expressions of a step ask of others by `params.getFrom…(…)` (spec 02 §8). Steps of the same
/// run lie in the same shard and are looked up. Values of loops and subworkflows lie in other
/// shards: the evaluation is broken off with a question. It goes to the step that has the loop or
/// child, then to the parts of the loop or to the child; when all answers are there, the parameters
/// are evaluated anew with them. Answers are rows of their own, so that nothing is asked twice
/// after a restart.
namespace tutti::engine {

/// Parts of a loop that are asked at a time.
inline constexpr std::int64_t asked_parts_max = 16;

/// One evaluation. The memory and surroundings must outlive it.
class step_functions final : public params::host_functions {
public:
  /// `may_ask` is false where nothing can wait: in conditions.
  step_functions(const step_memory& memory, const surroundings& around, bool may_ask);

  result<model::value> call(std::string_view function,
                            const std::vector<std::string>& args) override;

  /// The question on which the evaluation was broken off.
  std::optional<step_question>& question() { return question_; }

  /// Rows could not be read.
  const std::optional<error>& broken() const { return broken_; }

private:
  struct ended_step {
    model::step_status status = model::step_status::not_created;
    std::int64_t end_time = 0;
    std::int64_t run_id = 0;
  };

  std::optional<ended_step> ended(std::string_view step);
  std::optional<ended_step> ended_in_rows(const std::string& step);
  result<model::value> call_below(std::string_view function, const std::vector<std::string>& args);
  result<model::value> answered(std::size_t number);
  std::int64_t next_unique_id();

  const step_memory& mem_;
  const surroundings& around_;
  bool may_ask_;
  params::run_answers answers_;
  params::run_functions functions_;
  std::optional<step_question> question_;
  std::optional<error> broken_;
  std::int64_t last_unique_ = 0;
};

/// Where the values below a completed step lie: the answer of that step.
values_told place_of_values(const step_memory& memory, const ask_values& what);

/// Asks the step that has the loop or child.
void ask_place(const step_memory& memory, std::int64_t number, const step_question& question,
               outcome& out);

/// Takes the answer of that step.
void take_place(step_question& question, const values_told& answer);

/// Sends the next messages of a question: as many as may be under way at a time.
void ask_on(const step_memory& memory, std::int64_t number, step_question& question, outcome& out);

} // namespace tutti::engine
