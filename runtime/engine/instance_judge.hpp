#pragma once

#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/step_core.hpp"

#include <optional>
#include <string>

/// The inside of `decide` for runs, shared by the files that hold its parts.
namespace tutti::engine {

/// One call of `decide`.
class instance_judge {
public:
  instance_judge(instance_memory& memory, const surroundings& around)
    : mem_(memory),
      around_(around) {}

  outcome take() { return std::move(out_); }

  status handle(const message& what);

private:
  status dispatch(const message& what);
  status on_create(const create_run& x);
  status on_launch(const launch_run& x);
  status on_step_ended(const step_ended& x);
  status on_terminate(const terminate_run& x);
  status on_timer(const timer_fired& x);
  status on_restart(const restart_instance& x);
  status adopt_success(const restart_instance& x);
  status restart_step(const restart_instance& x);
  void begin_again(std::size_t at, const step_state& before, const restart_instance& x);
  status on_await();
  status on_note(const note_run& x);
  status on_ask(const ask_values& x);
  result<bool> end_is_applied() const;

  bool over() const { return is_terminal(mem_.state.status); }

  /// An order overtook the one that makes the run, which waits for a row: try again later.
  error not_here_yet() const {
    return {ec::unavailable, "run " + to_string(mem_.id) + " is not made yet"};
  }

  status refuse(error why) {
    out_.refusal = std::move(why);
    return unit{};
  }

  void begin();
  void start_all_ready();
  void catch_up();
  void start_ready(std::size_t at);
  void stop_running(const terminate_run& how);
  void fail_immediately(const std::string& step_id);
  void finish_if_done();
  void finish(model::run_status own);
  model::run_status own_result() const;
  void tell_parent();
  void tell_step();
  model::timeline_event ended_in_queue(const terminate_run& x, model::run_status as,
                                       const std::string& asked) const;
  instance_acted ended_answer() const;
  void write_state();
  result<run_ptr> context_of(const create_run& x) const;

  instance_memory& mem_;
  const surroundings& around_;
  outcome out_;
  /// Rows that could not be read on the way.
  std::optional<error> broken_;
};

} // namespace tutti::engine
