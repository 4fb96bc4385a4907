#include "runtime/model/json_codec.hpp"
#include "runtime/model/requests.hpp"

#include <algorithm>

namespace tutti::model {

namespace {

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

/// A time that was not given is the time of the reading; null is 0, as for any plain number.
void fill_time(const json_reader& in, const json::value& x, std::optional<std::int64_t>& time) {
  if (time)
    return;
  if (x.get_object().contains("request_time"))
    time = 0;
  else if (in.rules.now != 0)
    time = in.rules.now;
}

template <class T>
bool read_request(json_reader& in, const json_place& at, const json::value& x, T& out) {
  if (!read_members(in, at, x, out) || !read_uuid(in, json_place{at, "request_id"}, out.request_id))
    return false;
  fill_time(in, x, out.request_time);
  return true;
}

bool check_policy(json_reader& in, const json_place& at, std::optional<run_policy> policy,
                  bool specific) {
  if (!policy || *policy == run_policy::restart_from_beginning
      || *policy == run_policy::restart_from_incomplete
      || (specific && *policy == run_policy::restart_from_specific))
    return true;
  return in.refuse(json_place{at, "restart_policy"},
                   "expected one of RESTART_FROM_BEGINNING, RESTART_FROM_INCOMPLETE, found "
                     + std::string{to_string(*policy)});
}

/// Properties on top level have no tags.
bool read_flat_property(json_reader& in, const json_place& at, const json::key_value_pair& member,
                        json::object& flat) {
  auto name = key_of(member);
  auto names = member_names<properties>();
  std::erase(names, std::string_view{"tags"});
  names.push_back("access_control");
  if (std::find(names.begin(), names.end(), name) == names.end())
    return in.unknown(json_place{at, name}, names);
  flat[member.key()] = member.value();
  return true;
}

} // namespace

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               workflow_start_request& out) {
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object", x);
  if (absent(*members, "initiator")) {
    in.failure = error{ec::bad_request, "Validation failure", {"initiator may not be null"}};
    return false;
  }
  return read_request(in, at, x, out);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               workflow_instance_restart_request& out) {
  return read_request(in, at, x, out) && check_policy(in, at, out.restart_policy, false);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               step_instance_restart_request& out) {
  return read_request(in, at, x, out) && check_policy(in, at, out.restart_policy, true);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               signal_create_request& out) {
  if (!read_members(in, at, x, out, &out.extras))
    return false;
  fill_time(in, x, out.request_time);
  return true;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               step_output_data_request& out) {
  return read_members_freely(in, at, x, out, &out.extras);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, output_data& out) {
  return read_members_freely(in, at, x, out);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               workflow_properties_update_request& out) {
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object", x);
  json::object flat;
  for (const auto& member : *members) {
    auto name = key_of(member);
    json_place here{at, name};
    auto done = name == "properties" ? member_result::read
                                     : read_member(in, here, name, member.value(), out);
    if (done == member_result::failed
        || (done == member_result::unknown && !read_flat_property(in, at, member, flat)))
      return false;
  }
  auto nested = !absent(*members, "properties");
  if (!read_json(in, nested ? json_place{at, "properties"} : at,
                 nested ? members->at("properties") : json::value(std::move(flat)),
                 out.properties.emplace()))
    return false;
  auto both = (out.reset_step_concurrency && out.properties->step_concurrency)
              || ((out.reset_run_strategy_rule || out.reset_workflow_concurrency)
                  && out.properties->run_strategy);
  return !both
         || in.refuse(at, "Setting and resetting the same workflow property in one request is not "
                          "allowed");
}

TUTTI_JSON_TYPE(workflow_start_request);
TUTTI_JSON_TYPE(workflow_instance_restart_request);
TUTTI_JSON_TYPE(step_instance_restart_request);
TUTTI_JSON_TYPE(step_breakpoint_create_request);
TUTTI_JSON_TYPE(signal_create_request);
TUTTI_JSON_TYPE(step_output_data_request);
TUTTI_JSON_TYPE(output_data);
TUTTI_JSON_TYPE(tag_permit_request);
TUTTI_JSON_TYPE(workflow_properties_update_request);
TUTTI_JSON_TYPE(workflow_create_body);

} // namespace tutti::model
