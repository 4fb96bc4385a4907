#include "runtime/model/json_codec.hpp"
#include "runtime/model/timeline.hpp"

#include <algorithm>
#include <span>

namespace tutti::model {

namespace {

using names = std::span<const std::string_view>;

constexpr std::string_view log_order[] = {"timestamp", "type", "level", "message"};
constexpr std::string_view details_order[] = {"timestamp", "type",   "status",
                                              "message",   "errors", "retryable"};
constexpr std::string_view status_order[] = {"timestamp", "type", "status"};
constexpr std::string_view action_order[] = {"timestamp", "type",   "action", "author",
                                             "message",   "reason", "info"};
constexpr std::string_view milestone_order[] = {"timestamp",      "type",      "status",
                                                "milestone_type", "source_id", "info"};

constexpr std::string_view milestone_type_name = "milestone_type";
constexpr std::string_view milestone_source_name = "source_id";
constexpr std::string_view milestone_types[] = {"CMB_JOB", "CMB_TASK"};

constexpr std::string_view default_status = "INTERNAL_ERROR";

names members_of(timeline_type type) {
  switch (type) {
    case timeline_type::log:
      return log_order;
    case timeline_type::details:
      return details_order;
    case timeline_type::status:
      return status_order;
    case timeline_type::action:
      return action_order;
    case timeline_type::milestone:
      return milestone_order;
  }
  return log_order;
}

void write_text(json::object& out, std::string_view name, const std::string& x) {
  if (!x.empty())
    out[name] = write_json(x);
}

void write_milestone(json::object& out, const timeline_event& x) {
  write_text(out, "status", x.status);
  write_text(out, milestone_type_name, x.action);
  write_text(out, milestone_source_name, x.author);
  write_text(out, "info", x.message);
}

void write_details(json::object& out, const timeline_event& x) {
  write_text(out, "status", x.status);
  write_text(out, "message", x.message);
  if (x.errors)
    out["errors"] = write_json(*x.errors);
  out["retryable"] = x.retryable;
}

void write_action(json::object& out, const timeline_event& x) {
  write_text(out, "action", x.action);
  if (x.author_object)
    out["author"] = write_json(*x.author_object);
  else
    write_text(out, "author", x.author);
  write_text(out, "message", x.message);
  if (x.reason)
    out["reason"] = write_json(*x.reason);
  if (x.info)
    out["info"] = *x.info;
}

/// The name of a member in the struct.
std::string_view struct_name(timeline_type type, std::string_view name) {
  if (type != timeline_type::milestone)
    return name;
  if (name == milestone_type_name)
    return "action";
  if (name == milestone_source_name)
    return "author";
  return name == "info" ? "message" : name;
}

bool read_author(json_reader& in, const json_place& at, const json::value& x, timeline_event& out) {
  if (x.is_null())
    return true;
  user who;
  if (!read_json(in, at, x, who))
    return false;
  out.author = who.name;
  if (who.as_object || !who.extras.empty())
    out.author_object = std::move(who);
  return true;
}

bool read_event_member(json_reader& in, const json_place& at, std::string_view name,
                       const json::value& x, timeline_event& out) {
  auto allowed = members_of(out.type);
  if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
    return in.unknown(at, {allowed.begin(), allowed.end()});
  if (name == "author")
    return read_author(in, at, x, out);
  return read_member(in, at, struct_name(out.type, name), x, out) == member_result::read;
}

bool check_milestone(json_reader& in, const json_place& at, const timeline_event& x) {
  if (x.type != timeline_type::milestone || x.action.empty()
      || std::find(std::begin(milestone_types), std::end(milestone_types), x.action)
           != std::end(milestone_types))
    return true;
  return in.refuse(json_place{at, milestone_type_name},
                   "expected one of CMB_JOB, CMB_TASK, found \"" + x.action + "\"");
}

} // namespace

json::value write_json(const timeline_event& x) {
  json::object out;
  out["timestamp"] = x.timestamp;
  out["type"] = write_json(x.type);
  switch (x.type) {
    case timeline_type::log:
      out["level"] = write_json(x.level);
      write_text(out, "message", x.message);
      break;
    case timeline_type::details:
      write_details(out, x);
      break;
    case timeline_type::status:
      write_text(out, "status", x.status);
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
  if (!members || absent(*members, "type"))
    return in.expected(at, "an object with type", x);
  if (!read_json(in, json_place{at, "type"}, members->at("type"), out.type))
    return false;
  for (const auto& member : *members)
    if (!read_event_member(in, json_place{at, key_of(member)}, key_of(member), member.value(), out))
      return false;
  if (absent(*members, "timestamp"))
    out.timestamp = in.rules.now;
  if (out.type == timeline_type::details && out.status.empty())
    out.status = default_status;
  return check_milestone(in, at, out);
}

json::value write_json(const timeline& x) {
  return write_json(x.events);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, timeline& out) {
  std::vector<timeline_event> events;
  if (!detail::read_list(in, at, x, events))
    return false;
  for (auto& event : events)
    append_timeline(out.events, std::move(event));
  return true;
}

TUTTI_JSON_TYPE(timeline_event);
TUTTI_JSON_TYPE(std::vector<timeline_event>);
TUTTI_JSON_TYPE(timeline);
TUTTI_JSON_TYPE(workflow_timeline_event);
TUTTI_JSON_TYPE(workflow_timeline);

} // namespace tutti::model
