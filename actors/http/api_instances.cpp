#include "actors/http/api_parts.hpp"
#include "actors/http/errors.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <atomic>

namespace tutti::http {

namespace views = engine::views;
using views::json_result;

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t wait_max_ms = 60'000;
constexpr std::int64_t first_pause_ms = 50;
constexpr std::int64_t longest_pause_ms = 1000;

/// Waits for the end of a run. The run tells it; in case it left memory meanwhile and forgot who
/// waits, its row is looked at with growing pauses as well.
struct run_wait {
  explicit run_wait(responder whom) : to(std::move(whom)) {}

  deps_ptr deps;
  views::run_name name;
  views::instance_options options;
  bool status_only = false;
  std::atomic<std::int64_t> left_ms{0};
  std::int64_t pause_ms = first_pause_ms;
  responder to;
  std::atomic<bool> answered{false};
};

json_result view_of(const run_wait& x, model::run_status status) {
  if (!x.status_only)
    return views::instance(x.deps->rows, x.name, x.options);
  return boost::json::value(
    boost::json::object{{"workflow_id", x.name.workflow_id},
                        {"workflow_instance_id", x.name.instance_id},
                        {"workflow_run_id", x.name.run_id},
                        {"status", boost::json::string_view{to_string(status)}}});
}

/// Answers if the run has ended or there is no time left; false if there is reason to wait.
bool answer_if_due(run_wait& x) {
  auto status = views::status_of_run(x.deps->rows, x.name);
  if (status && !is_terminal(*status) && x.left_ms > 0)
    return false;
  if (!x.answered.exchange(true))
    reply(x.to, status ? view_of(x, *status) : json_result{status.error()});
  return true;
}

void look(std::shared_ptr<run_wait> x) {
  if (x->answered || x->to.client_gone() || answer_if_due(*x))
    return;
  auto pause = std::min<std::int64_t>(x->pause_ms, x->left_ms);
  x->left_ms -= pause;
  x->pause_ms = std::min(x->pause_ms * 2, longest_pause_ms);
  auto& later = x->deps->later;
  later(milliseconds{pause}, [x = std::move(x)] { look(x); });
}

void wait_for_end(std::shared_ptr<run_wait> x) {
  if (answer_if_due(*x))
    return;
  x->deps->ask(engine::instance_entity(x->name.workflow_id, x->name.instance_id, x->name.run_id),
               engine::make_message(engine::await_end{}), [x](const result<engine::answer>& got) {
                 if (!got || x->answered)
                   return;
                 // A whole view is too much work for the gateway's thread.
                 if (x->status_only)
                   answer_if_due(*x);
                 else
                   x->deps->later(milliseconds{0}, [x] { answer_if_due(*x); });
               });
  look(std::move(x));
}

/// A run, at once or when it has ended.
void one_run(const deps_ptr& deps, const request& asked, const responder& to, bool status_only) {
  param_reader read{asked};
  auto name = instance_name(read);
  views::instance_options options{read.flag("enriched", true), read.flag("aggregated", false)};
  auto wait_ms = std::clamp<std::int64_t>(read.int64("wait_ms").value_or(0), 0, wait_max_ms);
  if (read.refusal())
    return to(*read.refusal());
  auto run = number_or_latest(read.required_text("workflowRun"));
  if (!run)
    return to(to_response(run.error()));
  name.run_id = *run;
  if (wait_ms == 0 && !status_only)
    return reply(to, views::instance(deps->rows, name, options));
  if (name.run_id == 0) {
    // The run to wait for is the latest of now; a restart meanwhile is another one.
    auto latest = views::latest_run(deps->rows, name.workflow_id, name.instance_id);
    if (!latest)
      return to(to_response(latest.error()));
    name.run_id = *latest;
  }
  auto x = std::make_shared<run_wait>(to);
  x->deps = deps;
  x->name = std::move(name);
  x->options = options;
  x->status_only = status_only;
  x->left_ms = wait_ms;
  wait_for_end(std::move(x));
}

} // namespace

void add_instance_routes(route_table& to, const deps_ptr& deps) {
  add_read(to, workflow_path + "/instances", [deps](param_reader& read) -> json_result {
    auto page = page_of(read);
    if (!page)
      return page.error();
    return views::instances(deps->rows, read.required_text("workflowId"), *page,
                            read.flag("aggregated", true));
  });
  add_read(to, instance_path, [deps](param_reader& read) {
    return views::instance(deps->rows, instance_name(read), {read.flag("enriched", true), true});
  });
  add_read(to, instance_path + "/runs", [deps](param_reader& read) -> json_result {
    auto name = instance_name(read);
    auto page = page_of(read);
    if (!page)
      return page.error();
    return views::runs(deps->rows, name.workflow_id, name.instance_id, *page);
  });
  to.add({"GET", instance_path + "/runs/{workflowRun}",
          [deps](request asked, responder answer) { one_run(deps, asked, answer, false); }});
  // Ours: the status alone, for those who wait for many runs.
  to.add({"GET", instance_path + "/runs/{workflowRun}/status",
          [deps](request asked, responder answer) { one_run(deps, asked, answer, true); }});
}

} // namespace tutti::http
