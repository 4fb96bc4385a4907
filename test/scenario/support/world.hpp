#pragma once

#include "runtime/engine/restart_point.hpp"
#include "test/support/engine_world.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the scenarios of the catalogue are written with: a definition in YAML, orders, words about
/// jobs, the clock, and what the API then tells.
namespace tutti::scenario {

using engine::stop_kind;
using model::run_policy;

/// A run; run 0 = the latest.
struct run_at {
  // NOLINTNEXTLINE(google-explicit-constructor): a number is an instance of the usual workflow.
  run_at(std::int64_t which = 1, std::int64_t number = 0, std::string id = "wf")
    : workflow(std::move(id)),
      instance(which),
      run(number) {}

  std::string workflow;
  std::int64_t instance;
  std::int64_t run;
};

/// The status of an answer, or the code of a refusal: `400`.
std::string said(const result<engine::started>& x);

/// What a definition may say and YAML has no key for (spec 01 §15.3).
struct beyond_yaml {
  std::string workflow = "wf";
  std::map<std::string, std::string> retry = {}; ///< the policy of a step as JSON
  std::string strict_loop = {};                  ///< a foreach with strict ordering
  std::optional<std::int64_t> step_concurrency = {};
  std::optional<std::int64_t> instance_step_concurrency = {};
};

/// Workflows are called `wf` unless said otherwise. Every test case runs twice: once with entities
/// that keep their memory, once as if the node had been started anew before each message, with all
/// news from outside told twice. So a case makes one world, and has no SUBCASEs of its own.
///
/// When a world goes, it checks what every scenario implies: what has ended never changed, the
/// overview agrees with the steps, queues agree with their counts, and nothing that has ended
/// keeps a timer.
class world : public test::engine_world {
public:
  world();
  ~world() override;

  /// A job that is told to end says that it was killed. Else the test says it.
  bool jobs_obey = true;

  // -- orders -------------------------------------------------------------------------------------

  /// `keys` is YAML: what stands below `id` and `owner` in a definition.
  void push(std::string_view keys, const beyond_yaml& more = {});
  /// `pushed`, or the code of a refusal.
  std::string try_push(std::string_view keys, const beyond_yaml& more = {});

  /// A start that must be accepted; the number of the instance.
  std::int64_t start(const std::string& workflow = "wf");
  /// Several of them.
  void starts(int n);
  result<engine::started> start_with(engine::start_run order, const std::string& workflow = "wf");
  result<engine::started> restart_with(engine::restart_instance order, const run_at& of = {});
  /// `CREATED`, `DUPLICATED`, `STOPPED`, or the code of a refusal. Begins where the way up ends.
  std::string restart(run_policy policy = run_policy::restart_from_incomplete,
                      const run_at& of = {}, const std::string& run_params = {});
  /// The same for a step; `below` is for its loops and subworkflows. Parameters are JSON.
  result<engine::started> restart_step_with(const std::string& step, const run_at& of = {},
                                            run_policy below = run_policy::restart_from_incomplete,
                                            const std::string& params = {});

  std::string restart_step(const std::string& step, const run_at& of = {},
                           run_policy below = run_policy::restart_from_incomplete,
                           const std::string& params = {}) {
    return said(restart_step_with(step, of, below, params));
  }

  /// RESTART_FROM_INLINE_ROOT.
  std::string restart_inline_root(const std::string& step, const run_at& of,
                                  run_policy policy = run_policy::restart_from_incomplete,
                                  const std::string& params = {});

  /// `STOPPED completed`, `IN_PROGRESS not yet`, or the code of a refusal.
  std::string stop(const run_at& which = {}) { return act(stop_kind::stop, which); }

  std::string kill(const run_at& which = {}) { return act(stop_kind::kill, which); }

  /// The text of the event.
  std::string stop_all(const std::string& workflow = "wf");

  /// Moves the clock and fires the timers that are due.
  void pass(std::int64_t seconds) { engine_world::pass(seconds * 1000); }

  // -- jobs ---------------------------------------------------------------------------------------

  /// The job of the latest attempt of a step begins, and ends.
  void done(const std::string& step, const run_at& of = {}, const std::string& outputs = {});
  void user_error(const std::string& step, const run_at& of = {});
  void platform_error(const std::string& step, const run_at& of = {});
  /// Whether a step has a job that was ordered and not yet told to end.
  bool has_job(const std::string& step, const run_at& of = {}) const;
  bool is_told_to_end(const std::string& step, const run_at& of = {}) const;

  // -- what the API tells -------------------------------------------------------------------------

  boost::json::object view(const run_at& of = {}, bool aggregated = false) const;
  /// The status; `NC` if there is no such run.
  std::string run(const run_at& of = {}) const;
  /// The first runs of instances 1..n: `SUCCEEDED CREATED`.
  std::string runs(std::int64_t n) const;
  /// A number of a view; 0 where it is absent.
  std::int64_t time(const char* member, const run_at& of = {}) const;
  /// The steps of the graph of the run: `a#1 SUCCEEDED, b NC`.
  std::string steps(const run_at& of = {}) const;
  std::string step_overview(const run_at& of = {}) const;
  std::int64_t leaf_count(const run_at& of = {}) const;
  /// `a 1 SUCCEEDED, b 2 FATALLY_FAILED`: the latest run that has the step, over all runs.
  std::string aggregate(const run_at& of = {}) const;
  /// Whether an event of the timeline has this text inside.
  bool tells(std::string_view part, const run_at& of = {}) const;

  /// One attempt; 0 = the latest.
  boost::json::object step_view(const std::string& step, std::int64_t attempt = 0,
                                const run_at& of = {}) const;
  bool step_tells(const std::string& step, std::string_view part, const run_at& of = {}) const;
  /// `#1 USER_FAILED, #2 SUCCEEDED`.
  std::string attempts(const std::string& step, const run_at& of = {}) const;
  /// A time of the latest attempt, or of another one.
  std::int64_t step_time(const std::string& step, const char* member, std::int64_t attempt = 0,
                         const run_at& of = {}) const;
  std::int64_t step_retry(const std::string& step, const char* member, const run_at& of = {}) const;
  /// The evaluated value of a parameter of a step, as JSON.
  std::string step_param(const std::string& step, const std::string& name,
                         const run_at& of = {}) const;

  /// An artifact of the latest attempt.
  boost::json::object artifact(const std::string& step, const char* name,
                               const run_at& of = {}) const;

  // -- loops --------------------------------------------------------------------------------------

  /// The run of an iteration that belongs to this run of the loop.
  run_at iteration(const std::string& step, std::int64_t number, const run_at& of = {}) const;
  boost::json::object loop(const std::string& step, const run_at& of = {}) const;
  /// `{"SUCCEEDED":[[1,3]]}`.
  std::string details(const std::string& step, const run_at& of = {}) const;
  /// Iterations that are not over.
  std::int64_t running(const std::string& step, const run_at& of = {}) const;

  std::size_t row_count() const;
  /// Rows of one table in all shards.
  std::size_t rows_of(char table) const;

protected:
  void on_row(const engine::row_change& change, const std::string* old) override;
  void on_effect(const engine::entity_id& by, const engine::effect& what) override;

private:
  result<engine::started> begin_at(const result<engine::views::restart_point>& point);
  std::string act(stop_kind kind, const run_at& which);
  run_at resolved(const run_at& of) const;
  engine::entity_id step_of(const std::string& step, const run_at& of) const;
  void end_job(const std::string& step, const run_at& of, engine::job_update how);
  void check_laws() const;
  void check_run(const engine::rows::run_key& key) const;
  void check_timers() const;
  void check_queue(const std::string& workflow) const;

  std::map<std::string, bool> told_to_end_; ///< by the text of the step
  std::vector<std::string> broken_;
};

/// The request of a push, which may have flaws.
model::workflow_create_request definition(std::string_view keys, const beyond_yaml& more = {});

std::string code(const error& x);

/// A workflow of one step `a`.
std::string one_noop(const std::string& more = {});
std::string one_sleep(int seconds);
/// A job that ends when the test says so. `more` is keys such as `timeout: 2`.
std::string one_job(const std::string& more = {});

} // namespace tutti::scenario
