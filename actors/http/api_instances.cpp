#include "actors/http/api_parts.hpp"
#include "actors/http/errors.hpp"

#include <algorithm>

namespace tutti::http {

namespace views = engine::views;
using views::json_result;

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t wait_max_ms = 60'000;
constexpr std::int64_t first_pause_ms = 2;
constexpr std::int64_t longest_pause_ms = 50;

/// Waits for the end of a run, by looking at its row with growing pauses.
struct run_wait {
  deps_ptr deps;
  views::run_name name;
  views::instance_options options;
  std::int64_t left_ms = 0;
  std::int64_t pause_ms = first_pause_ms;
  responder to;
};

void look(std::shared_ptr<run_wait> x) {
  if (x->to.client_gone())
    return;
  auto status = views::status_of_run(x->deps->rows, x->name);
  auto waits = status && !is_terminal(*status) && x->left_ms > 0;
  if (!waits)
    return reply(x->to, status ? views::instance(x->deps->rows, x->name, x->options)
                               : json_result{status.error()});
  auto pause = std::min(x->pause_ms, x->left_ms);
  x->left_ms -= pause;
  x->pause_ms = std::min(x->pause_ms * 2, longest_pause_ms);
  auto& later = x->deps->later;
  later(milliseconds{pause}, [x = std::move(x)] { look(x); });
}

/// A run, at once or when it has ended.
void one_run(const deps_ptr& deps, const request& asked, const responder& to) {
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
  if (wait_ms == 0)
    return reply(to, views::instance(deps->rows, name, options));
  if (name.run_id == 0) {
    // The run to wait for is the latest of now; a restart meanwhile is another one.
    auto latest = views::latest_run(deps->rows, name.workflow_id, name.instance_id);
    if (!latest)
      return to(to_response(latest.error()));
    name.run_id = *latest;
  }
  look(std::make_shared<run_wait>(
    run_wait{deps, std::move(name), options, wait_ms, first_pause_ms, to}));
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
          [deps](request asked, responder answer) { one_run(deps, asked, answer); }});
}

} // namespace tutti::http
