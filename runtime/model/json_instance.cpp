#include "runtime/model/json_codec.hpp"

#include <algorithm>
#include <span>

namespace tutti::model {

namespace {

using names = std::span<const std::string_view>;

std::string_view key_of(const json::key_value_pair& member) {
  return {member.key().data(), member.key().size()};
}

// -- initiators -----------------------------------------------------------------------------------

constexpr std::string_view manual_order[] = {"depth", "type", "user"};
constexpr std::string_view time_order[] = {"trigger_uuid", "trigger_time", "timezone", "depth",
                                           "type"};
constexpr std::string_view signal_order[] = {"trigger_uuid", "depth", "type", "signal_id_map",
                                             "params"};
constexpr std::string_view upstream_order[] = {"ancestors", "depth", "type"};

names members_of(initiator_type type) {
  switch (type) {
    case initiator_type::manual:
      return manual_order;
    case initiator_type::time:
      return time_order;
    case initiator_type::signal:
      return signal_order;
    default:
      return upstream_order;
  }
}

bool is_upstream(initiator_type type) {
  return type >= initiator_type::subworkflow;
}

// -- timelines ------------------------------------------------------------------------------------

constexpr std::string_view milestone_type_name = "milestone_type";
constexpr std::string_view milestone_source_name = "source_id";

void write_milestone(json::object& out, const timeline_event& x) {
  out["status"] = write_json(x.status);
  out[milestone_type_name] = write_json(x.action);
  out[milestone_source_name] = write_json(x.author);
  out["info"] = write_json(x.message);
}

void write_details(json::object& out, const timeline_event& x) {
  out["status"] = write_json(x.status);
  out["message"] = write_json(x.message);
  out["errors"] = write_json(x.errors);
  out["retryable"] = x.retryable;
}

void write_action(json::object& out, const timeline_event& x) {
  out["action"] = write_json(x.action);
  out["author"] = write_json(x.author);
  if (!x.message.empty())
    out["message"] = write_json(x.message);
  if (x.reason)
    out["reason"] = write_json(*x.reason);
  if (x.info)
    out["info"] = *x.info;
}

/// The members of a milestone under the names of the struct.
json::object renamed_milestone(const json::object& x) {
  json::object out;
  for (const auto& member : x) {
    auto name = key_of(member);
    if (name == milestone_type_name)
      name = "action";
    else if (name == milestone_source_name)
      name = "author";
    else if (name == "info")
      name = "message";
    out[name] = member.value();
  }
  return out;
}

// -- requests -------------------------------------------------------------------------------------

/// A UUID of 36 characters, made lower case.
bool read_uuid(json_reader& in, const json_place& at, std::optional<std::string>& uuid) {
  if (!uuid)
    return true;
  auto good = uuid->size() == 36;
  for (std::size_t i = 0; good && i < uuid->size(); ++i) {
    auto& c = (*uuid)[i];
    auto dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (c >= 'A' && c <= 'F')
      c = static_cast<char>(c + 32);
    good = dash ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }
  return good || in.refuse(at, "expected a UUID of 36 characters, found \"" + *uuid + "\"");
}

} // namespace

json::value write_json(const initiator& x) {
  json::object out;
  for (auto name : members_of(x.type))
    for_each_field<initiator>([&](const auto& f) {
      if (f.name == name && !detail::left_out(x.*(f.member), f.when))
        out[f.name] = write_json(x.*(f.member));
    });
  return out;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, initiator& out) {
  const auto* members = x.if_object();
  const auto* type = members ? members->if_contains("type") : nullptr;
  if (!type)
    return in.expected(at, "an object with type", x);
  if (!read_json(in, json_place{at, "type"}, *type, out.type))
    return false;
  auto allowed = members_of(out.type);
  for (const auto& member : *members) {
    json_place here{at, key_of(member)};
    if (std::find(allowed.begin(), allowed.end(), key_of(member)) == allowed.end()) {
      if (!in.unknown(here, {allowed.begin(), allowed.end()}))
        return false;
    } else if (read_member(in, here, key_of(member), member.value(), out) != member_result::read)
      return false;
  }
  if (!is_upstream(out.type))
    return true;
  if (out.ancestors.empty())
    return in.refuse(json_place{at, "ancestors"}, "expected at least one ancestor, found none");
  // A given depth is not believed: it follows from the ancestors.
  out.depth = static_cast<std::int64_t>(out.ancestors.size());
  return true;
}

json::value write_json(const timeline_event& x) {
  json::object out;
  out["timestamp"] = x.timestamp;
  out["type"] = write_json(x.type);
  switch (x.type) {
    case timeline_type::log:
      out["level"] = write_json(x.level);
      out["message"] = write_json(x.message);
      break;
    case timeline_type::details:
      write_details(out, x);
      break;
    case timeline_type::status:
      out["status"] = write_json(x.status);
      break;
    case timeline_type::action:
      write_action(out, x);
      break;
    case timeline_type::milestone:
      write_milestone(out, x);
      break;
  }
  return out;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, timeline_event& out) {
  const auto* members = x.if_object();
  const auto* type = members ? members->if_contains("type") : nullptr;
  if (!type)
    return in.expected(at, "an object with type", x);
  if (!read_json(in, json_place{at, "type"}, *type, out.type))
    return false;
  if (out.type == timeline_type::milestone)
    return read_members(in, at, json::value(renamed_milestone(*members)), out);
  return read_members(in, at, x, out);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               workflow_start_request& out) {
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object", x);
  const auto* who = members->if_contains("initiator");
  if (!who || who->is_null()) {
    in.failure = error{ec::bad_request, "Validation failure", {"initiator may not be null"}};
    return false;
  }
  return read_members(in, at, x, out)
         && read_uuid(in, json_place{at, "request_id"}, out.request_id);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               workflow_instance_restart_request& out) {
  if (!read_members(in, at, x, out) || !read_uuid(in, json_place{at, "request_id"}, out.request_id))
    return false;
  auto policy = out.restart_policy.value_or(run_policy::restart_from_beginning);
  if (policy == run_policy::restart_from_beginning || policy == run_policy::restart_from_incomplete)
    return true;
  return in.refuse(json_place{at, "restart_policy"},
                   "expected one of RESTART_FROM_BEGINNING, RESTART_FROM_INCOMPLETE, found "
                     + std::string{to_string(policy)});
}

TUTTI_JSON_TYPE(ancestor);
TUTTI_JSON_TYPE(initiator);
TUTTI_JSON_TYPE(workflow_start_request);
TUTTI_JSON_TYPE(workflow_instance_restart_request);
TUTTI_JSON_TYPE(timeline_event);
TUTTI_JSON_TYPE(std::vector<timeline_event>);
TUTTI_JSON_TYPE(step_runtime_state);
TUTTI_JSON_TYPE(step_retry);

} // namespace tutti::model
