#include "runtime/base/overload.hpp"
#include "runtime/engine/child_run.hpp"
#include "runtime/engine/workflow_judge.hpp"
#include "runtime/model/stored.hpp"

#include <charconv>

namespace tutti::engine {

namespace workflow_rules {

error not_found(const std::string& workflow_id) {
  return {ec::not_found,
          "Workflow [" + workflow_id + "] has not been created yet or has been deleted."};
}

model::run_strategy strategy_of(const workflow_state& state) {
  return state.snapshot.properties.run_strategy.value_or(model::run_strategy{});
}

status judge::handle(const message& what) {
  return std::visit(
    overload{
      [&](const push_definition& x) { return on_push(x); },
      [&](const start_run& x) { return on_start(x); },
      [&](const admit_restart& x) { return on_restart(x); },
      [&](const change_activation& x) { return on_activation(x); },
      [&](const stop_workflow& x) { return on_stop_all(x); },
      [&](const stop_instance& x) { return on_stop(x); },
      [&](const run_ended& x) { return on_ended(x); },
      [&](const change_properties& x) { return on_properties(x); },
      [&](const change_tag& x) { return on_tag(x); },
      [&](const unblock_runs& x) { return on_unblock(x); },
      [&](const delete_workflow& x) { return on_delete(x); },
      [&](const timer_fired& x) { return on_timer(x); },
      [&](const shard_purged& x) { return on_purged(x); },
      [&](const terminate_child& x) { return on_terminate_child(x); },
      [&](const resume_entity&) { return dequeue(); },
      // Nothing else is meant for a workflow; an old sender's message changes nothing.
      [&](const auto&) { return status{unit{}}; },
    },
    what);
}

// -- look-ups -------------------------------------------------------------------------------------

result<std::int64_t> judge::resolve(const std::string& text) const {
  auto& state = mem_.state;
  std::string word;
  for (auto c : text)
    word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (word == "active") {
    if (state.active_version == 0)
      return error{ec::not_found,
                   "Cannot find an active version for workflow [" + state.workflow_id + "]"};
    return state.active_version;
  }
  if (word == "latest")
    return state.latest_version;
  if (word == "default")
    return state.active_version != 0 ? state.active_version : state.latest_version;
  std::int64_t number = 0;
  auto end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || number < 1)
    return error{ec::bad_request,
                 "Invalid workflow version [" + text + "] for workflow [" + state.workflow_id + "]",
                 {"Invalid workflow version: " + text}};
  if (number > state.latest_version)
    return error{ec::not_found, "Cannot find workflow [" + state.workflow_id + "] with version ["
                                  + std::to_string(number) + "]"};
  return number;
}

result<std::optional<model::workflow_version>> judge::read_version(std::int64_t version) const {
  auto row = around_.rows->get(rows::version(mem_.state.workflow_id, version));
  if (!row)
    return row.error();
  if (!*row)
    return std::optional<model::workflow_version>{};
  auto read = model::decode<model::workflow_version>(**row);
  if (!read)
    return read.error();
  return std::optional{std::move(*read)};
}

result<workflow_ptr> judge::definition_of(std::int64_t version) {
  for (auto& [number, known] : mem_.definitions)
    if (number == version)
      return known;
  auto row = read_version(version);
  if (!row)
    return row.error();
  if (!*row)
    return error{ec::corrupt, "version " + std::to_string(version) + " of workflow ["
                                + mem_.state.workflow_id + "] has no row"};
  auto made = compile(std::move((*row)->workflow));
  if (!made)
    return made.error();
  if (mem_.definitions.size() == definitions_max)
    mem_.definitions.erase(mem_.definitions.begin());
  mem_.definitions.emplace_back(version, *made);
  return *made;
}

result<std::optional<run_summary>> judge::summary_of(run_id run) const {
  auto row = around_.rows->get(rows::summary(mem_.state.workflow_id, run.first, run.second));
  if (!row)
    return row.error();
  if (!*row)
    return std::optional<run_summary>{};
  auto read = model::decode<run_summary>(**row);
  if (!read)
    return read.error();
  return std::optional{std::move(*read)};
}

result<std::optional<run_id>> judge::latest_run(std::int64_t instance) const {
  auto [from, to] = rows::range_of_prefix(rows::runs_prefix('S', mem_.state.workflow_id, instance));
  std::optional<run_id> found;
  auto ok = around_.rows->scan_back(from, to, [&](std::string_view key, std::string_view) {
    if (auto parts = rows::parse_run_key(key))
      found = run_id{parts->instance_id, parts->run_id};
    return false;
  });
  if (!ok)
    return ok.error();
  return found;
}

result<std::optional<rows::run_reference>> judge::request_of(const std::string& uuid) const {
  auto row = around_.rows->get(rows::request(mem_.state.workflow_id, uuid));
  if (!row)
    return row.error();
  if (!*row)
    return std::optional<rows::run_reference>{};
  auto read = model::decode<rows::run_reference>(**row);
  if (!read)
    return read.error();
  return std::optional{*read};
}

} // namespace workflow_rules

result<workflow_decision> decide(workflow_memory& memory, const message& what,
                                 const surroundings& around) {
  workflow_rules::judge j{memory, around};
  if (auto ok = j.handle(what); !ok)
    return ok.error();
  auto todo = j.take();
  tell_refusal(what, todo.out);
  persist(memory, todo.events, todo.out.rows);
  return todo;
}

} // namespace tutti::engine
