#include "runtime/engine/foreach_core.hpp"
#include "runtime/engine/views_page.hpp"
#include "runtime/engine/views_rows.hpp"
#include "runtime/model/json.hpp"
#include "runtime/params/evaluate.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace tutti::engine::views {

namespace {

std::string lower(std::string_view x) {
  std::string out;
  for (auto c : x)
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::optional<std::int64_t> number_of(std::string_view x) {
  std::int64_t n = 0;
  auto read = std::from_chars(x.data(), x.data() + x.size(), n);
  if (read.ec != std::errc{} || read.ptr != x.data() + x.size())
    return std::nullopt;
  return n;
}

error unknown_version(const std::string& workflow_id, std::int64_t version) {
  return {ec::not_found, "Cannot find workflow [" + workflow_id + "] with version ["
                           + std::to_string(version) + "]"};
}

result<std::int64_t> resolve(const workflow_state& state, std::string_view version) {
  auto word = lower(version);
  if (word == "latest")
    return state.latest_version;
  if (word == "default")
    return state.active_version != 0 ? state.active_version : state.latest_version;
  if (word == "active") {
    if (state.active_version == 0)
      return error{ec::not_found,
                   "Cannot find an active version for workflow [" + state.workflow_id + "]"};
    return state.active_version;
  }
  auto number = number_of(version);
  if (number && *number > 0)
    return *number;
  auto given = std::string{version};
  return error{ec::bad_request,
               "Invalid workflow version [" + given + "] for workflow [" + state.workflow_id + "]",
               {"Invalid workflow version: " + given}};
}

json::object definition_json(const workflow_state& state, const model::workflow_version& version) {
  auto number = version.metadata.workflow_version_id;
  auto active = number == state.active_version;
  auto latest = number == state.latest_version;
  json::object out;
  out["properties_snapshot"] = model::to_json(state.snapshot);
  out["metadata"] = model::to_json(version.metadata);
  out["workflow"] = model::to_json(version.workflow);
  out["is_active"] = active;
  if (active) {
    out["activate_time"] = state.activate_time;
    out["activated_by"] = text(state.activated_by);
  }
  out["is_latest"] = latest;
  out["is_default"] = active || (state.active_version == 0 && latest);
  out["internal_id"] = state.internal_id;
  out["modify_time"] = state.modify_time;
  return out;
}

/// `WorkflowDefinitionExtras` (spec 02 §14.2).
result<json::object> enriched_extras(const shard_reader& from, const model::workflow& workflow) {
  auto params = params::enriched_workflow_params(workflow.params ? &*workflow.params : nullptr);
  if (!params)
    return params.error();
  json::object by_step;
  for (auto& step : workflow.steps) {
    auto schema = template_of(step, nullptr, templates_of(from));
    if (!schema)
      return schema.error();
    auto own = params::enriched_step_params(step.params ? &*step.params : nullptr,
                                            *schema ? &(*schema)->params : nullptr, step.type);
    if (!own)
      return own.error();
    by_step[step.id] = model::to_json(*own);
  }
  return json::object{{"workflow_params", model::to_json(*params)},
                      {"step_params", std::move(by_step)}};
}

result<json::object> definition_of(const shard_reader& from, const workflow_state& state,
                                   std::int64_t number, bool enriched = false) {
  auto version = read_version(from, state.workflow_id, number);
  if (!version)
    return version.error();
  if (!*version)
    return unknown_version(state.workflow_id, number);
  auto out = definition_json(state, **version);
  if (!enriched)
    return out;
  auto extras = enriched_extras(from, (*version)->workflow);
  if (!extras)
    return extras.error();
  out.erase("modify_time");
  out["enriched_extras"] = std::move(*extras);
  out["modify_time"] = state.modify_time;
  return out;
}

} // namespace

json_result workflow_definition(const shard_reader& from, const std::string& workflow_id,
                                std::string_view version, bool enriched) {
  auto state = read_workflow(from, workflow_id);
  if (!state)
    return state.error();
  if (!*state)
    return error{ec::not_found,
                 "Workflow [" + workflow_id + "] has not been created yet or has been deleted."};
  auto number = resolve(**state, version);
  if (!number)
    return number.error();
  auto out = definition_of(from, **state, *number, enriched);
  if (!out)
    return out.error();
  return json::value(std::move(*out));
}

json_result versions(const shard_reader& from, const std::string& workflow_id,
                     const page_request& page) {
  auto state = read_workflow(from, workflow_id);
  if (!state)
    return state.error();
  auto range = range_of(page, *state ? (*state)->latest_version : 0);
  json::array elements;
  if (!range.empty)
    for (auto number = range.from; number >= range.to; --number) {
      auto one = definition_of(from, **state, number);
      if (!one)
        return one.error();
      elements.push_back(std::move(*one));
    }
  return json::value(page_json(range, std::move(elements)));
}

json_result snapshot(const shard_reader& from, const std::string& workflow_id,
                     std::string_view snapshot_id) {
  auto state = read_workflow(from, workflow_id);
  if (!state)
    return state.error();
  if (lower(snapshot_id) == "latest") {
    if (!*state)
      return error{ec::not_found, "Cannot find workflow [" + workflow_id
                                    + "]'s current properties-snapshot. It has not been created "
                                      "yet or has been deleted."};
    return model::to_json((*state)->snapshot);
  }
  auto time = number_of(snapshot_id);
  if (!time)
    return error{ec::bad_request, "Invalid properties-snapshot id [" + std::string{snapshot_id}
                                    + "] for workflow [" + workflow_id
                                    + "], expected latest or the create_time of a snapshot"};
  auto row = read_row<model::properties_snapshot>(from.of(workflow_entity(workflow_id)),
                                                  rows::snapshot(workflow_id, *time));
  if (!row)
    return row.error();
  if (!*row)
    return error{ec::not_found, "Cannot find workflow [" + workflow_id + "]'s properties-snapshot ["
                                  + std::to_string(*time) + "]"};
  return model::to_json(**row);
}

// -- timeline -------------------------------------------------------------------------------------

json_result workflow_timeline(const shard_reader& from, const std::string& workflow_id) {
  std::vector<workflow_note> notes;
  auto [begin, end] = rows::range_of_prefix(rows::workflow_prefix('E', workflow_id));
  auto ok = from.of(workflow_entity(workflow_id))
              .scan(begin, end, [&](std::string_view, std::string_view value) {
                if (auto note = model::decode<workflow_note>(value))
                  notes.push_back(std::move(*note));
                return true;
              });
  if (!ok)
    return ok.error();
  std::sort(notes.begin(), notes.end(), [](auto& a, auto& b) { return a.number > b.number; });
  json::array events;
  for (auto& x : notes)
    events.push_back(
      json::object{{"author", text(x.author)}, {"log", text(x.log)}, {"timestamp", x.timestamp}});
  return json::value(
    json::object{{"workflow_id", text(workflow_id)}, {"timeline_events", std::move(events)}});
}

// -- overview -------------------------------------------------------------------------------------

namespace {

/// 0 = none: numbers of an earlier workflow of this id do not count.
std::int64_t latest_instance(const workflow_state& x) {
  return x.latest_instance_id > x.deleted_instance_id ? x.latest_instance_id : 0;
}

struct instance_counts {
  std::int64_t queued = 0;
  std::int64_t running = 0;
  std::int64_t failed = 0;
  std::int64_t latest_id = 0;
};

json::value overview_json(const std::string& workflow_id, const workflow_state& state,
                          const instance_counts& counts) {
  json::object out{{"workflow_id", text(workflow_id)}};
  if (state.active_version != 0)
    out["active_version_id"] = state.active_version;
  out["latest_version_id"] = state.latest_version;
  out["default_version_id"] = state.active_version != 0 ? state.active_version
                                                        : state.latest_version;
  // The rule in force is told also where none was set.
  auto snapshot = state.snapshot;
  if (!snapshot.properties.run_strategy)
    snapshot.properties.run_strategy.emplace();
  out["properties_snapshot"] = model::to_json(snapshot);
  if (auto& limit = snapshot.properties.step_concurrency)
    out["step_concurrency"] = *limit;
  out["nonterminal_instances"]
    = json::object{{"CREATED", counts.queued}, {"IN_PROGRESS", counts.running}, {"PAUSED", 0}};
  out["failed_instances"] = counts.failed;
  put_time(out, "latest_instance_id", counts.latest_id);
  return out;
}

} // namespace

json_result overview(const shard_reader& from, const std::string& workflow_id) {
  error unknown{ec::not_found, "Cannot find workflow [" + workflow_id
                                 + "], which is either not created or has been deleted."};
  auto parent = workflow_id;
  std::optional<instance_counts> of_loop;
  if (is_inline(workflow_id)) {
    auto loop = read_loop_view(from, workflow_id);
    if (!loop)
      return loop.error();
    if (!*loop)
      return unknown;
    auto counts = views::counts_of((*loop)->step);
    parent = (*loop)->spec.initiator.ancestors.front().workflow_id;
    of_loop = instance_counts{0, counts.running, counts.failed, counts.launched};
  }
  auto state = read_workflow(from, parent);
  if (!state)
    return state.error();
  if (!*state)
    return unknown;
  auto& x = **state;
  return overview_json(workflow_id, x,
                       of_loop.value_or(instance_counts{x.queued_count, x.active_count,
                                                        x.blocking_failures, latest_instance(x)}));
}

// -- all workflows --------------------------------------------------------------------------------

namespace {

/// All workflow ids of all shards, in order.
result<std::set<std::string>> workflow_ids(const shard_reader& from) {
  std::set<std::string> out;
  auto [begin, end] = rows::table('W');
  for (shard_no shard = 0; shard < from.shards; ++shard) {
    auto ok = from.rows(shard).scan(begin, end, [&](std::string_view key, std::string_view value) {
      // Small rows: reading them is the price of not counting deleted workflows.
      auto state = model::decode<workflow_state>(value);
      if (!state || state->latest_version != 0)
        out.insert(rows::workflow_of(key));
      return true;
    });
    if (!ok)
      return ok.error();
  }
  return out;
}

result<json::object> list_entry(const shard_reader& from, const workflow_state& x) {
  json::object out{{"workflow_id", text(x.workflow_id)}};
  auto version = read_version(from, x.workflow_id, x.latest_version);
  if (!version)
    return version.error();
  if (*version && (*version)->workflow.name)
    out["name"] = text(*(*version)->workflow.name);
  if (auto& owner = x.snapshot.properties.owner)
    out["owner"] = model::to_json(*owner);
  put_time(out, "active_version_id", x.active_version);
  out["latest_version_id"] = x.latest_version;
  put_time(out, "latest_instance_id", latest_instance(x));
  out["nonterminal_instances"] = x.queued_count + x.active_count;
  return out;
}

} // namespace

json_result workflows(const shard_reader& from, std::int64_t first, std::string_view cursor) {
  auto ids = workflow_ids(from);
  if (!ids)
    return ids.error();
  auto begin = cursor.empty() ? ids->begin() : ids->upper_bound(std::string{cursor});
  auto end = begin;
  json::array elements;
  for (; end != ids->end() && static_cast<std::int64_t>(elements.size()) < first; ++end) {
    auto state = read_workflow(from, *end);
    if (!state)
      return state.error();
    if (!*state)
      continue;
    auto one = list_entry(from, **state);
    if (!one)
      return one.error();
    elements.push_back(std::move(*one));
  }
  json::object info{{"start_cursor", nullptr},
                    {"end_cursor", nullptr},
                    {"has_previous_page", false},
                    {"has_next_page", false},
                    {"start_index", nullptr}};
  if (!elements.empty()) {
    info["start_cursor"] = elements.front().as_object()["workflow_id"];
    info["end_cursor"] = elements.back().as_object()["workflow_id"];
    info["has_previous_page"] = begin != ids->begin();
    info["has_next_page"] = end != ids->end();
    info["start_index"] = std::distance(ids->begin(), begin) + 1;
  }
  return json::value(json::object{{"page_info", std::move(info)},
                                  {"total_count", ids->size()},
                                  {"elements", std::move(elements)}});
}

} // namespace tutti::engine::views
