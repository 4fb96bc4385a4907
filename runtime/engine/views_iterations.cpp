#include "runtime/engine/views_rows.hpp"

#include <algorithm>
#include <bit>

/// A look into the iterations of a loop, for reasons. Bounded: never all of them.
namespace tutti::engine::views {

namespace {

/// One that has no rows yet, or none any more, has nothing to tell.
struct iteration_look {
  std::optional<run_view> view;
  std::vector<step_state> attempts;
};

iteration_look look_at(const shard_reader& from, const foreach_state& loop, std::int64_t number) {
  auto view = read_run(from, {loop.inline_id, number, loop.inline_run});
  if (!view)
    return {};
  auto attempts = latest_attempts(from, *view);
  if (!attempts)
    return {};
  return {std::move(*view), std::move(*attempts)};
}

std::string step_text(const iteration_look& look, std::size_t at, std::int64_t number) {
  auto& state = look.attempts[at];
  auto out = "iteration " + std::to_string(number) + ", step [" + look.view->steps()[at].id
             + "] is " + std::string{to_string(state.state.status)};
  auto why = failure_message(state.timeline);
  return why.empty() ? out : out + ": " + why;
}

void count_back_off(const shard_reader& from, const foreach_state& loop, std::int64_t number,
                    loop_waits& out) {
  auto look = look_at(from, loop, number);
  ++out.looked_at;
  for (std::size_t i = 0; i < look.attempts.size(); ++i) {
    auto& attempt = look.attempts[i];
    if (attempt.attempt == 0 || !model::is_retryable(attempt.state.status))
      continue;
    if (out.waiting++ == 0)
      out.example = step_text(look, i, number);
    if (attempt.wake_due != 0)
      out.next = out.next == 0 ? attempt.wake_due : std::min(out.next, attempt.wake_due);
    return;
  }
}

} // namespace

loop_waits waits_of(const shard_reader& from, const foreach_state& loop, std::int64_t look_max) {
  loop_waits out;
  for (auto& part : loop.running)
    for (auto bits = part.bits; bits != 0; bits &= bits - 1) {
      if (out.looked_at == look_max)
        return out;
      count_back_off(from, loop, part.chunk * chunk_size + std::countr_zero(bits) + 1, out);
    }
  return out;
}

std::string first_failure(const shard_reader& from, const foreach_state& loop) {
  if (loop.failed.empty())
    return {};
  auto number = loop.failed.intervals().front().first;
  auto look = look_at(from, loop, number);
  for (std::size_t i = 0; i < look.attempts.size(); ++i) {
    auto& attempt = look.attempts[i];
    auto status = attempt.state.status;
    if (attempt.attempt != 0 && model::is_terminal(status) && !model::is_complete(status))
      return step_text(look, i, number);
  }
  return {};
}

} // namespace tutti::engine::views
