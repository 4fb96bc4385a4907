#include "tools/ctl/locate.hpp"
#include "tools/ctl/verb.hpp"

namespace tutti::ctl {

namespace {

std::string name_of(const address& x) {
  return x.workflow_id + " " + std::to_string(x.instance_id);
}

/// What to try after a refusal.
std::string next_of(const error& why, const address& asked) {
  return why.code == ec::not_found ? "tutti ps --all" : "tutti get " + name_of(asked);
}

/// For a verb that takes ID and INSTANCE, and no step.
result<address> read_instance(const invocation& call, bool instance_needed) {
  auto asked = read_address(call.given.words);
  if (!asked)
    return asked;
  if (!asked->step_id.empty())
    return error{ec::bad_request, "a step cannot be named here"};
  const auto& last = call.given.words.back();
  const bool latest_named = last == "latest" || last.find("/latest") != std::string::npos;
  if (instance_needed && asked->instance_id == 0 && !latest_named)
    return error{ec::bad_request, "INSTANCE is missing; it is a number, or 'latest'"};
  return asked;
}

std::string page_of(const json_value& answer) {
  auto text = text_of(answer, "workflow_instance_status");
  if (text.empty())
    text = text_of(answer, "status");
  text += "  " + text_of(answer, "workflow_id") + "/" + text_of(answer, "workflow_instance_id")
          + " run " + text_of(answer, "workflow_run_id");
  const auto info = text_of(answer, "info");
  const auto said = info.empty() ? text_of(member(answer, "timeline_event"), "message") : info;
  return text + (said.empty() ? "" : "  " + one_line(said)) + "\n";
}

exit_code end_instance(const invocation& call, std::string_view action, bool instance_needed) {
  auto asked = read_instance(call, instance_needed);
  if (!asked)
    return report_usage(call.err(), action, asked.error().message);
  auto known = with_instance(call.link(), *asked);
  if (!known)
    return report(call, known.error(), "tutti ps");
  const auto target = instance_path(known->workflow_id, known->instance_id) + "/actions/"
                      + std::string{action};
  auto answer = call.link().send("PUT", target);
  if (!answer)
    return report(call, answer.error(), next_of(answer.error(), *known));
  print(call, *answer, page_of(*answer));
  return exit_code::ok;
}

} // namespace

exit_code stop_verb(const invocation& call) {
  return end_instance(call, "stop", false);
}

exit_code kill_verb(const invocation& call) {
  return end_instance(call, "kill", true);
}

exit_code restart_verb(const invocation& call) {
  auto asked = read_instance(call, true);
  if (!asked)
    return report_usage(call.err(), "restart", asked.error().message);
  auto known = with_instance(call.link(), *asked);
  if (!known)
    return report(call, known.error(), "tutti ps --all");
  const bool all = call.given.has("from-beginning");
  const boost::json::object body{
    {"restart_policy", all ? "RESTART_FROM_BEGINNING" : "RESTART_FROM_INCOMPLETE"}};
  auto answer
    = call.link().send("POST",
                       instance_path(known->workflow_id, known->instance_id) + "/actions/restart",
                       boost::json::serialize(body), "application/json");
  if (!answer)
    return report(call, answer.error(), next_of(answer.error(), *known));
  print(call, *answer, page_of(*answer) + "Next: tutti watch " + name_of(*known) + "\n");
  return exit_code::ok;
}

} // namespace tutti::ctl
