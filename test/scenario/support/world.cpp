#include "test/scenario/support/world.hpp"

#include "runtime/dsl/dsl.hpp"

#include <algorithm>
#include <exception>

namespace tutti::scenario {

using namespace engine;

namespace {

using phase = job_update::phase_type;

/// The definition in which `keys` are indented below the root, whatever their indentation is.
std::string document(std::string_view keys, const std::string& workflow) {
  std::vector<std::string_view> lines;
  auto margin = std::string_view::npos;
  while (!keys.empty()) {
    auto line = keys.substr(0, keys.find('\n'));
    keys.remove_prefix(std::min(keys.size(), line.size() + 1));
    auto indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos)
      continue;
    margin = std::min(margin, indent);
    lines.push_back(line);
  }
  auto text = "workflow:\n  id: " + workflow + "\n  owner: tester\n";
  for (auto line : lines)
    text += "  " + std::string{line.substr(margin)} + "\n";
  return text;
}

template <class T>
result<T> as(const result<answer>& x) {
  if (!x)
    return x.error();
  return std::get<T>(*x);
}

} // namespace

world::world() {
  SUBCASE("memory is kept") {
    keep_memory = true;
  }
  SUBCASE("memory is made from rows") {
    store_messages = true;
    repeat = true;
  }
}

world::~world() {
  // A case that was broken off says enough.
  if (std::uncaught_exceptions() == 0)
    check_laws();
}

// -- orders ---------------------------------------------------------------------------------------

model::workflow_create_request definition(std::string_view keys, const beyond_yaml& more) {
  auto read = dsl::read_workflow(document(keys, more.workflow));
  REQUIRE_MESSAGE(read, (read ? std::string{} : read.error().message));
  if (more.step_concurrency)
    read->properties->step_concurrency = more.step_concurrency;
  read->workflow.instance_step_concurrency = more.instance_step_concurrency;
  for (auto& step : read->workflow.steps) {
    if (step.id == more.strict_loop)
      step.strict_ordering = true;
    auto policy = more.retry.find(step.id);
    if (policy == more.retry.end())
      continue;
    auto parsed = model::parse_json<model::retry_policy>(policy->second);
    REQUIRE_MESSAGE(parsed, (parsed ? std::string{} : parsed.error().message));
    step.retry_policy = std::move(*parsed);
  }
  return std::move(*read);
}

std::string world::try_push(std::string_view keys, const beyond_yaml& more) {
  auto got = ask(workflow_entity(more.workflow),
                 push_definition{definition(keys, more), {"tester", {}, false}});
  return got ? "pushed" : code(got.error());
}

void world::push(std::string_view keys, const beyond_yaml& more) {
  REQUIRE(try_push(keys, more) == "pushed");
}

result<started> world::start_with(start_run order, const std::string& workflow) {
  return as<started>(ask(workflow_entity(workflow), std::move(order)));
}

std::int64_t world::start(const std::string& workflow) {
  auto got = start_with(start_order(), workflow);
  REQUIRE_MESSAGE(got, (got ? std::string{} : got.error().message));
  return got->instance_id;
}

void world::starts(int n) {
  for (; n > 0; --n)
    start();
}

result<started> world::restart_with(restart_instance order, const run_at& of) {
  auto run = resolved(of);
  order.caller = "tester";
  if (order.uuid.empty())
    order.uuid = make_uuid();
  return as<started>(ask(instance_entity(run.workflow, run.instance, run.run), std::move(order)));
}

namespace {

std::optional<model::param_map> params_of(const std::string& text) {
  if (text.empty())
    return std::nullopt;
  auto read = model::parse_json<model::param_map>(text);
  REQUIRE_MESSAGE(read, (read ? std::string{} : read.error().message));
  return std::move(*read);
}

model::restart_config restart_of_step(const std::string& step, const run_at& of, run_policy below,
                                      const std::string& params) {
  model::restart_config wanted;
  wanted.restart_path.push_back({of.workflow, of.instance, step});
  wanted.restart_policy = run_policy::restart_from_specific;
  wanted.downstream_policy = below;
  wanted.step_restart_params.emplace();
  wanted.step_restart_params->set(step, params_of(params).value_or(model::param_map{}));
  return wanted;
}

} // namespace

result<started> world::begin_at(const result<views::restart_point>& point) {
  if (!point)
    return point.error();
  return restart_with(point->order,
                      {point->run.instance_id, point->run.run_id, point->run.workflow_id});
}

std::string world::restart(run_policy policy, const run_at& of, const std::string& run_params) {
  model::restart_config wanted;
  wanted.restart_path.push_back({of.workflow, of.instance, std::nullopt});
  wanted.restart_policy = wanted.downstream_policy = policy;
  wanted.restart_params = params_of(run_params);
  return said(begin_at(views::find_restart_point(reader(), std::move(wanted))));
}

result<started> world::restart_step_with(const std::string& step, const run_at& of,
                                         run_policy below, const std::string& params) {
  return begin_at(views::find_restart_point(reader(), restart_of_step(step, of, below, params)));
}

std::string world::restart_inline_root(const std::string& step, const run_at& of, run_policy policy,
                                       const std::string& params) {
  auto wanted = restart_of_step(step, of, policy, params);
  wanted.restart_policy = policy;
  return said(begin_at(views::find_inline_root(reader(), std::move(wanted))));
}

std::string world::act(stop_kind kind, const run_at& which) {
  // Of iterations no workflow knows.
  auto got = is_inline(which.workflow)
               ? ask(instance_entity(which.workflow, which.instance, resolved(which).run),
                     terminate_run{kind, "tester", false, {}})
               : ask(workflow_entity(which.workflow),
                     stop_instance{which.instance, which.run, kind, "tester"});
  auto done = as<instance_acted>(got);
  if (!done)
    return code(done.error());
  return std::string{model::to_string(done->status)}
         + (done->completed ? " completed" : " not yet");
}

std::string world::stop_all(const std::string& workflow) {
  auto got
    = as<workflow_acted>(ask(workflow_entity(workflow), stop_workflow{stop_kind::stop, "tester"}));
  return got ? got->event.message : code(got.error());
}

// -- jobs -----------------------------------------------------------------------------------------

entity_id world::step_of(const std::string& step, const run_at& of) const {
  auto run = resolved(of);
  return step_entity(run.workflow, run.instance, run.run, step);
}

void world::end_job(const std::string& step, const run_at& of, job_update how) {
  auto entity = step_of(step, of);
  auto order = jobs.find(to_string(entity));
  REQUIRE_MESSAGE(order != jobs.end(), "no job of step " << to_string(entity));
  how.step_uuid = order->second.step_uuid;
  how.time = now;
  auto begin = how;
  begin.phase = phase::started;
  post_news(entity, make_message(std::move(begin)));
  post_news(entity, make_message(std::move(how)));
  settle();
}

void world::done(const std::string& step, const run_at& of, const std::string& outputs) {
  job_update how;
  how.phase = phase::ended;
  how.outputs_json = outputs;
  end_job(step, of, std::move(how));
}

void world::user_error(const std::string& step, const run_at& of) {
  job_update how;
  how.phase = phase::ended;
  how.exit_code = 1;
  end_job(step, of, std::move(how));
}

void world::platform_error(const std::string& step, const run_at& of) {
  job_update how;
  how.phase = phase::lost;
  end_job(step, of, std::move(how));
}

bool world::has_job(const std::string& step, const run_at& of) const {
  return jobs.contains(to_string(step_of(step, of))) && !is_told_to_end(step, of);
}

bool world::is_told_to_end(const std::string& step, const run_at& of) const {
  auto i = told_to_end_.find(to_string(step_of(step, of)));
  return i != told_to_end_.end() && i->second;
}

void world::on_effect(const entity_id& by, const effect& what) {
  engine_world::on_effect(by, what);
  auto name = to_string(by);
  if (std::holds_alternative<launch_job>(what))
    told_to_end_[name] = false;
  else if (auto* end = std::get_if<terminate_job>(&what)) {
    told_to_end_[name] = true;
    if (!jobs_obey)
      return;
    job_update news;
    news.step_uuid = end->step_uuid;
    news.phase = phase::ended;
    news.signal = 15;
    news.time = now;
    post_news(by, make_message(std::move(news)));
  } else if (auto* forget = std::get_if<forget_job>(&what)) {
    auto i = jobs.find(name);
    if (i != jobs.end() && i->second.step_uuid == forget->step_uuid)
      jobs.erase(i);
  }
}

// -- words ----------------------------------------------------------------------------------------

std::string code(const error& x) {
  switch (x.code) {
    case ec::bad_request:
      return "400";
    case ec::not_found:
      return "404";
    case ec::conflict:
      return "409";
    case ec::precondition_failed:
      return "412";
    case ec::unprocessable:
      return "422";
    default:
      return std::string{to_string(x.code)};
  }
}

std::string said(const result<started>& x) {
  if (!x)
    return code(x.error());
  switch (x->status) {
    case start_status::created:
      return "CREATED";
    case start_status::duplicated:
      return "DUPLICATED";
    default:
      return "STOPPED";
  }
}

std::string one_noop(const std::string& more) {
  return "jobs: [job: {id: a, type: noop" + (more.empty() ? more : ", " + more) + "}]\n";
}

std::string one_sleep(int seconds) {
  return "jobs: [job: {id: a, type: sleep, sleep_seconds: " + std::to_string(seconds) + "}]\n";
}

std::string one_job(const std::string& more) {
  return "jobs: [job: {id: a, type: shell, command: work" + (more.empty() ? more : ", " + more)
         + "}]\n";
}

} // namespace tutti::scenario
