#include "runtime/model/job_events.hpp"
#include "runtime/model/json_tagged.hpp"

namespace tutti::model {

namespace {

constexpr type_names<std::variant_size_v<decltype(event::v)>> event_types{
  "STEP_INSTANCE_STATUS_CHANGE_EVENT",  "WORKFLOW_INSTANCE_STATUS_CHANGE_EVENT",
  "WORKFLOW_DEFINITION_CHANGE_EVENT",   "WORKFLOW_VERSION_CHANGE_EVENT",
  "WORKFLOW_PROPERTIES_CHANGE_EVENT",   "WORKFLOW_ACTIVATION_CHANGE_EVENT",
  "WORKFLOW_DEACTIVATION_CHANGE_EVENT", "WORKFLOW_DELETION_CHANGE_EVENT"};

constexpr type_names<std::variant_size_v<decltype(job_event::v)>> job_types{
  "START_WORKFLOW",           "TERMINATE_THEN_RUN",      "INSTANCE_ACTION", "STEP_INSTANCE_UPDATE",
  "WORKFLOW_INSTANCE_UPDATE", "WORKFLOW_VERSION_UPDATE", "NOTIFICATION",    "DELETE_WORKFLOW"};

} // namespace

json::value write_json(const event& x) {
  return write_tagged(x.v, event_types);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, event& out) {
  return read_tagged(in, at, x, out.v, event_types);
}

json::value write_json(const notification_job& x) {
  json::object out;
  if (!x.event.empty())
    out["event"] = write_json(x.event.front());
  return out;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, notification_job& out) {
  for (const auto& member : x.get_object()) {
    json_place here{at, key_of(member)};
    if (key_of(member) == "event") {
      if (!member.value().is_null()
          && !read_json(in, here, member.value(), out.event.emplace_back()))
        return false;
    } else if (key_of(member) != type_member && !in.unknown(here, {"event", type_member}))
      return false;
  }
  return true;
}

json::value write_json(const job_event& x) {
  return write_tagged(x.v, job_types);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, job_event& out) {
  if (!read_tagged(in, at, x, out.v, job_types))
    return false;
  if (auto* job = std::get_if<delete_workflow_job>(&out.v))
    if (!x.get_object().contains("timestamp"))
      job->timestamp = in.rules.now;
  return true;
}

TUTTI_JSON_TYPE(event);
TUTTI_JSON_TYPE(status_change_record);
TUTTI_JSON_TYPE(job_event);
TUTTI_JSON_TYPE(run_key);
TUTTI_JSON_TYPE(run_change_record);

} // namespace tutti::model
