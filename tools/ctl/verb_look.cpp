#include "config/options/values.hpp"
#include "tools/ctl/locate.hpp"
#include "tools/ctl/pages.hpp"
#include "tools/ctl/verb.hpp"

namespace tutti::ctl {

namespace {

exit_code show(const invocation& call, const result<json_value>& answer,
               const std::function<std::string(const json_value&)>& page, std::string_view next) {
  if (!answer)
    return report(call, answer.error(), next);
  print(call, *answer, call.json ? std::string{} : page(*answer));
  return exit_code::ok;
}

exit_code get_definition(const invocation& call, const address& asked) {
  const auto version = call.given.has("version") ? call.given.text("version") : "default";
  return show(
    call,
    call.link().get(workflow_path(asked.workflow_id) + "/versions/"
                    + client::percent_encode(version)),
    [&](const json_value& x) { return definition_page(x, call.how); }, "tutti ps --all");
}

exit_code get_step(const invocation& call, const address& asked) {
  const auto where = asked.workflow_id + " " + std::to_string(asked.instance_id);
  return show(
    call,
    call.link().get(instance_path(asked.workflow_id, asked.instance_id) + "/steps/"
                    + client::percent_encode(asked.step_id)),
    [&](const json_value& x) { return step_page(x, wall_clock_ms(), call.how); },
    "tutti get " + where);
}

exit_code get_instance(const invocation& call, const address& asked) {
  return show(
    call, call.link().get(instance_path(asked.workflow_id, asked.instance_id)),
    [&](const json_value& x) { return instance_page(x, wall_clock_ms(), call.how); },
    "tutti get " + asked.workflow_id);
}

} // namespace

exit_code ps_verb(const invocation& call) {
  std::int64_t number = 20;
  if (call.given.has("number")) {
    auto asked = config::read_integer(call.given.text("number"), {1, 200});
    if (!asked)
      return report_usage(call.err(), "ps",
                          "-n " + call.given.text("number") + ": " + asked.error().message);
    number = *asked;
  }
  const bool all = call.given.has("all");
  const auto target = std::string{all ? "/api/v3/workflows" : "/api/v3/instances"}
                      + "?first=" + std::to_string(number);
  return show(
    call, call.link().get(target),
    [&](const json_value& x) {
      return all ? workflows_page(x, call.how) : active_runs_page(x, wall_clock_ms(), call.how);
    },
    "");
}

exit_code get_verb(const invocation& call) {
  auto asked = read_address(call.given.words);
  if (!asked)
    return report_usage(call.err(), "get", asked.error().message);
  if (call.given.has("definition") || call.given.has("version"))
    return get_definition(call, *asked);
  const bool whole_workflow = asked->instance_id == 0 && asked->step_id.empty();
  auto known = with_instance(call.link(), *asked);
  if (!known && known.error().code == ec::not_found && whole_workflow)
    // There is the workflow, but no instance; or not even that, and the answer says so.
    return show(
      call, call.link().get(workflow_path(asked->workflow_id) + "/overview"),
      [&](const json_value& x) { return overview_page(x, call.how); }, "tutti ps --all");
  if (!known)
    return report(call, known.error(), "tutti ps --all");
  return known->step_id.empty() ? get_instance(call, *known) : get_step(call, *known);
}

exit_code why_verb(const invocation& call) {
  auto asked = read_address(call.given.words);
  if (!asked)
    return report_usage(call.err(), "why", asked.error().message);
  auto run = latest_run(call.link(), *asked);
  if (!run)
    return report(call, run.error(), "tutti ps --all");
  return show(
    call, call.link().get(run->path() + "/why"),
    [&](const json_value& x) { return why_page(x, asked->step_id, wall_clock_ms(), call.how); },
    "tutti get " + asked->workflow_id);
}

} // namespace tutti::ctl
