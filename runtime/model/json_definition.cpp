#include "runtime/model/enum_text.hpp"
#include "runtime/model/json_codec.hpp"

#include <algorithm>
#include <span>

namespace tutti::model {

namespace {

using names = std::span<const std::string_view>;

bool contains(names all, std::string_view name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

std::vector<std::string_view> list(names all) {
  return {all.begin(), all.end()};
}

// -- steps ----------------------------------------------------------------------------------------

constexpr std::string_view step_order[] = {"id",
                                           "name",
                                           "description",
                                           "transition",
                                           "type",
                                           "sub_type",
                                           "sub_type_version",
                                           "failure_mode",
                                           "retry_policy",
                                           "tags",
                                           "timeout",
                                           "signal_dependencies",
                                           "signal_outputs",
                                           "params"};

constexpr std::string_view subworkflow_order[] = {
  "id",           "name", "description", "transition",          "sync",           "explicit_params",
  "failure_mode", "tags", "timeout",     "signal_dependencies", "signal_outputs", "params"};

constexpr std::string_view foreach_order[]
  = {"id",      "name",        "description",     "transition",          "failure_mode",   "tags",
     "timeout", "concurrency", "strict_ordering", "signal_dependencies", "signal_outputs", "params",
     "steps"};

constexpr std::string_view while_order[]
  = {"id",      "name",      "description",         "transition",     "failure_mode", "tags",
     "timeout", "condition", "signal_dependencies", "signal_outputs", "params",       "steps"};

constexpr std::string_view template_order[]
  = {"description",    "failure_mode", "id",   "name",    "params",    "signal_dependencies",
     "signal_outputs", "sub_type",     "tags", "timeout", "transition"};

names members_of(step_kind kind) {
  switch (kind) {
    case step_kind::step:
      return step_order;
    case step_kind::subworkflow:
      return subworkflow_order;
    case step_kind::foreach:
      return foreach_order;
    case step_kind::while_:
      return while_order;
    case step_kind::template_:
      return template_order;
  }
  return step_order;
}

step_type type_of(step_kind kind) {
  switch (kind) {
    case step_kind::step:
      return step_type::noop;
    case step_kind::subworkflow:
      return step_type::subworkflow;
    case step_kind::foreach:
      return step_type::foreach;
    case step_kind::while_:
      return step_type::while_;
    case step_kind::template_:
      return step_type::template_;
  }
  return step_type::noop;
}

bool read_step_member(json_reader& in, const json_place& at, std::string_view name,
                      const json::value& x, step& out) {
  if (!contains(members_of(out.kind), name))
    // Kinds other than `step` take a type and do not care for it.
    return name == "type" || in.unknown(at, list(members_of(out.kind)));
  return read_member(in, at, name, x, out) == member_result::read;
}

bool read_step_body(json_reader& in, const json_place& at, const json::value& x, step& out) {
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object", x);
  out.type = type_of(out.kind);
  for (const auto& member : *members)
    if (!read_step_member(in, json_place{at, key_of(member)}, key_of(member), member.value(), out))
      return false;
  const auto* type = members->if_contains("type");
  if (out.kind == step_kind::step && (!type || type->is_null()))
    return in.refuse(at,
                     "step [" + out.id + "] has no type, expected " + detail::choices<step_type>());
  return true;
}

// -- tags -----------------------------------------------------------------------------------------

constexpr std::array tag_spaces{
  std::string_view{"SYSTEM"},       std::string_view{"RUNTIME"},
  std::string_view{"JOB_TEMPLATE"}, std::string_view{"NOTEBOOK_TEMPLATE"},
  std::string_view{"USER_DEFINED"}, std::string_view{"PLATFORM"}};

bool read_tag_space(json_reader& in, const json_place& at, const json::value& x, tag& out) {
  if (x.is_null())
    return true;
  auto text = plain_text(x);
  auto found = text ? find_any_case<std::size_t>(tag_spaces, *text) : std::nullopt;
  if (!found)
    return in.expected(at,
                       "one of SYSTEM, RUNTIME, JOB_TEMPLATE, NOTEBOOK_TEMPLATE, USER_DEFINED, "
                       "PLATFORM",
                       x);
  out.name_space = std::string{tag_spaces[*found]};
  return true;
}

bool check_tag_names(json_reader& in, const json_place& at, const std::vector<tag>& tags) {
  for (std::size_t i = 0; i < tags.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (tags[k].name == tags[i].name)
        return in.refuse(json_place{at, i}, "duplicate tag name [" + tags[i].name + "]");
  return true;
}

// -- create request -------------------------------------------------------------------------------

constexpr std::string_view server_members[] = {"workflow_id", "workflow_version_id",
                                               "version_author", "create_time"};

} // namespace

json::value write_json(const tag& x) {
  json::object out;
  write_members(out, x);
  write_extras(out, x.attributes);
  return out;
}

void append_json(std::string& out, const tag& x) {
  member_writer members{out};
  append_members(out, members, x);
  append_extras(members, x, x.attributes);
  members.end();
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, tag& out) {
  if (auto text = plain_text(x)) {
    out.name = *text;
    return true;
  }
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "a text or an object with name", x);
  for (const auto& member : *members) {
    auto name = key_of(member);
    json_place here{at, name};
    if (name == "name") {
      if (!read_json(in, here, member.value(), out.name))
        return false;
    } else if (name == "namespace") {
      if (!read_tag_space(in, here, member.value(), out))
        return false;
    } else
      keep_extra(out.attributes, name, member.value());
  }
  return true;
}

json::value write_json(const user& x) {
  if (x.extras.empty() && !x.as_object)
    return write_json(x.name);
  json::object out;
  write_members(out, x);
  write_extras(out, x.extras);
  return out;
}

void append_json(std::string& out, const user& x) {
  if (x.extras.empty() && !x.as_object)
    return append_json(out, x.name);
  member_writer members{out};
  append_members(out, members, x);
  append_extras(members, x, x.extras);
  members.end();
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, user& out) {
  if (auto text = plain_text(x)) {
    out.name = *text;
    return true;
  }
  const auto* members = x.if_object();
  if (!members || absent(*members, "name"))
    return in.expected(at, "a text or an object with name", x);
  if (!read_members(in, at, x, out, &out.extras))
    return false;
  out.as_object = out.extras.empty();
  return true;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, run_strategy& out) {
  auto with_default = [&](run_rule rule) {
    return run_strategy{rule, rule == run_rule::parallel ? 20 : 1};
  };
  if (plain_text(x)) {
    auto rule = run_rule::sequential;
    if (!read_json(in, at, x, rule))
      return false;
    out = with_default(rule);
    return true;
  }
  if (const auto* n = x.if_int64()) {
    out = run_strategy{run_rule::parallel, *n};
    return true;
  }
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "a rule, a whole number or an object with rule", x);
  if (absent(*members, "rule"))
    return in.refuse(at, "has no rule, expected " + detail::choices<run_rule>());
  run_strategy read;
  if (!read_members(in, at, x, read))
    return false;
  out = with_default(read.rule);
  if (!absent(*members, "workflow_concurrency"))
    out.workflow_concurrency = read.workflow_concurrency;
  if (out.rule != run_rule::parallel && out.workflow_concurrency > 1)
    return in.refuse(at, "only PARALLEL allows a workflow_concurrency greater than 1, found "
                           + std::to_string(out.workflow_concurrency) + " with "
                           + std::string{to_string(out.rule)});
  return true;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, backoff& out) {
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object", x);
  if (absent(*members, "type"))
    return in.refuse(at, "has no type, expected " + detail::choices<backoff_type>());
  if (!read_members(in, at, x, out))
    return false;
  if (out.type == backoff_type::exponential)
    return true;
  constexpr std::string_view fixed[] = {"error_retry_backoff_in_secs",
                                        "platform_retry_backoff_in_secs",
                                        "timeout_retry_backoff_in_secs", "type"};
  for (const auto& member : *members)
    if (!contains(fixed, key_of(member))
        && !in.unknown(json_place{at, key_of(member)}, list(fixed)))
      return false;
  return true;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, step_transition& out) {
  if (!read_members(in, at, x, out))
    return false;
  auto ids = out.predecessors;
  std::sort(ids.begin(), ids.end());
  auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice != ids.end())
    return in.refuse(json_place{at, "predecessors"}, "duplicate step id [" + *twice + "]");
  return true;
}

namespace {

/// Calls `write(field)` for the members that the kind has and JSON shows, in their order.
template <class F>
void for_each_member(const step& x, const F& write) {
  const auto members = members_of(x.kind);
  const auto shown = [&](const auto& f) { return !detail::left_out(x.*(f.member), f.when); };
  if (x.kind != step_kind::template_) {
    for_each_field<step>([&](const auto& f) {
      if (shown(f) && contains(members, f.name))
        write(f);
    });
    return;
  }
  for (auto name : members)
    for_each_field<step>([&](const auto& f) {
      if (f.name == name && shown(f))
        write(f);
    });
}

} // namespace

json::value write_json(const step& x) {
  json::object body;
  body.reserve(8); // Most steps have no more.
  for_each_member(x, [&](const auto& f) { body.emplace(f.name, write_json(x.*(f.member))); });
  json::object out;
  out.emplace(to_string(x.kind), std::move(body));
  return out;
}

void append_json(std::string& out, const step& x) {
  member_writer kinds{out};
  kinds.plain_name(to_string(x.kind));
  member_writer body{out};
  for_each_member(x, [&](const auto& f) {
    body.plain_name(f.name);
    append_json(out, x.*(f.member));
  });
  body.end();
  kinds.end();
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, step& out) {
  const auto* wrapper = x.if_object();
  if (!wrapper || wrapper->size() != 1)
    return in.expected(at, "an object with one key, " + detail::choices<step_kind>(), x);
  const auto& member = *wrapper->begin();
  auto kind = parse_step_kind(key_of(member));
  json_place here{at, key_of(member)};
  if (!kind)
    return in.refuse(here, "unknown kind of step, expected " + detail::choices<step_kind>());
  out.kind = *kind;
  return read_step_body(in, here, member.value(), out);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, workflow& out) {
  return read_members(in, at, x, out)
         && (!out.tags || check_tag_names(in, json_place{at, "tags"}, *out.tags));
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, properties& out) {
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object", x);
  for (const auto& member : *members) {
    auto name = key_of(member);
    json_place here{at, name};
    auto done = read_member(in, here, name, member.value(), out);
    if (done == member_result::failed)
      return false;
    if (done == member_result::read)
      continue;
    // There is no kind of access control that could be read.
    if (name == "access_control" && !in.rules.skip_unknown) {
      if (!member.value().is_null())
        return in.expected(here, "null", member.value());
    } else if (!in.unknown(here, member_names<properties>()))
      return false;
  }
  return true;
}

json::value write_json(const properties_snapshot& x) {
  json::object out;
  for_each_field<properties_snapshot>([&](const auto& f) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(x.*(f.member))>, properties>)
      write_members(out, x.properties);
    else if (!detail::left_out(x.*(f.member), f.when))
      out[f.name] = write_json(x.*(f.member));
  });
  return out;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               properties_snapshot& out) {
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object", x);
  json::object rest;
  for (const auto& member : *members) {
    auto name = key_of(member);
    json_place here{at, name};
    auto done = name == "properties" ? member_result::unknown
                                     : read_member(in, here, name, member.value(), out);
    if (done == member_result::failed)
      return false;
    if (done == member_result::unknown)
      rest[member.key()] = member.value();
  }
  return read_json(in, at, json::value(std::move(rest)), out.properties);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               workflow_create_request& out) {
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object", x);
  for (auto name : server_members)
    if (members->contains(name))
      return in.refuse(json_place{at, name}, "is set by the server, expected no such member");
  if (const auto* active = members->if_contains("is_active"); active && active->is_null())
    return in.expected(json_place{at, "is_active"}, "true or false", *active);
  if (absent(*members, "workflow")) {
    in.failure = error{ec::bad_request,
                       "Validation failure",
                       {"workflow [workflow definition] cannot be null"}};
    return false;
  }
  return read_members(in, at, x, out, &out.extras);
}

TUTTI_JSON_TYPE(parsable_long);
TUTTI_JSON_TYPE(tag);
TUTTI_JSON_TYPE(std::vector<tag>);
TUTTI_JSON_TYPE(user);
TUTTI_JSON_TYPE(git_info);
TUTTI_JSON_TYPE(run_strategy);
TUTTI_JSON_TYPE(backoff);
TUTTI_JSON_TYPE(retry_policy);
TUTTI_JSON_TYPE(step_transition);
TUTTI_JSON_TYPE(step);
TUTTI_JSON_TYPE(std::vector<step>);
TUTTI_JSON_TYPE(workflow);
TUTTI_JSON_TYPE(properties);
TUTTI_JSON_TYPE(properties_snapshot);
TUTTI_JSON_TYPE(metadata);
TUTTI_JSON_TYPE(workflow_create_request);

} // namespace tutti::model
