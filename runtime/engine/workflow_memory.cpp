#include "runtime/base/overload.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/workflow_core.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>

/// How a workflow remembers: facts folded into its memory, and the rows that hold it.
namespace tutti::engine {

using run_id = std::pair<std::int64_t, std::int64_t>;

// -- evolve ---------------------------------------------------------------------------------------

namespace {

/// How many recent versions remember which shards hold them.
constexpr std::size_t seeded_max = 4;

void insert_ordered(std::deque<run_id>& queue, run_id run) {
  queue.insert(std::lower_bound(queue.begin(), queue.end(), run), run);
}

template <class Runs>
void drop(Runs& runs, run_id run) {
  auto i = std::find(runs.begin(), runs.end(), run);
  if (i != runs.end())
    runs.erase(i);
}

void recount(workflow_memory& mem) {
  mem.state.queued_count = static_cast<std::int64_t>(mem.queue.size());
  mem.state.active_count = static_cast<std::int64_t>(mem.running.size());
}

void on_admitted(workflow_memory& mem, const run_admitted& x) {
  mem.state.latest_instance_id = std::max(mem.state.latest_instance_id, x.instance_id);
  if (x.place == run_admitted::place_type::queued)
    insert_ordered(mem.queue, {x.instance_id, x.run_id});
  else if (x.place == run_admitted::place_type::running)
    mem.running.emplace_back(x.instance_id, x.run_id);
  recount(mem);
}

void on_progressed(workflow_memory& mem, const run_progressed& x) {
  if (!is_terminal(x.summary.status))
    return;
  run_id run{x.instance_id, x.run_id};
  if (x.was_queued)
    drop(mem.queue, run);
  else
    drop(mem.running, run);
  if (blocks(mem.state, x.summary))
    ++mem.state.blocking_failures;
  recount(mem);
}

void on_deleted(workflow_memory& mem, const workflow_deleted& x, time_ms now) {
  auto& state = mem.state;
  workflow_state left;
  left.workflow_id = state.workflow_id;
  left.internal_id = state.internal_id;
  left.latest_instance_id = state.latest_instance_id;
  left.deleted_instance_id = state.latest_instance_id;
  left.deletion = workflow_deletion{x.author, now, state.internal_id};
  state = std::move(left);
  mem.definitions.clear();
}

void on_seeded(workflow_state& state, const version_seeded& x) {
  auto i = std::find_if(state.seeded.begin(), state.seeded.end(),
                        [&](auto& s) { return s.version_id == x.version_id; });
  if (i == state.seeded.end()) {
    // Forgetting the oldest only means to send it once more.
    if (state.seeded.size() == seeded_max)
      state.seeded.erase(state.seeded.begin());
    i = state.seeded.insert(state.seeded.end(), {x.version_id, {}});
  }
  if (i->shards.size() <= x.shard / 64u)
    i->shards.resize(x.shard / 64u + 1);
  i->shards[x.shard / 64u] |= 1ULL << (x.shard % 64u);
}

} // namespace

void evolve(workflow_memory& mem, const workflow_event& event, time_ms now) {
  auto& state = mem.state;
  std::visit(overload{
               [&](const version_pushed& x) {
                 if (state.latest_version == 0)
                   state.internal_id = 10'000
                                       + static_cast<std::int64_t>(
                                         stable_hash(state.workflow_id + "@" + std::to_string(now))
                                         % 1'000'000'000'000ULL);
                 state.latest_version = x.version.metadata.workflow_version_id;
               },
               [&](const snapshot_taken& x) { state.snapshot = x.snapshot; },
               [&](const activation_changed& x) {
                 state.active_version = x.version;
                 state.activate_time = x.version == 0 ? 0 : now;
                 state.activated_by = x.version == 0 ? std::string{} : x.by;
               },
               [&](const run_admitted& x) { on_admitted(mem, x); },
               [&](const run_dequeued& x) {
                 drop(mem.queue, {x.instance_id, x.run_id});
                 mem.running.emplace_back(x.instance_id, x.run_id);
                 recount(mem);
               },
               [&](const run_progressed& x) { on_progressed(mem, x); },
               [&](const failure_cleared&) {
                 state.blocking_failures = std::max<std::int64_t>(0, state.blocking_failures - 1);
               },
               [&](const version_seeded& x) { on_seeded(state, x); },
               [&](const workflow_note& x) { state.note_count = x.number; },
               [&](const failures_cleared&) {
                 ++state.clearings;
                 state.blocking_failures = 0;
               },
               [&](const workflow_deleted& x) { on_deleted(mem, x, now); },
               [&](const deletion_progressed& x) {
                 state.deletion = x.done ? std::nullopt : std::optional{x.now};
               },
             },
             event);
  if (!std::holds_alternative<workflow_note>(event))
    state.modify_time = now;
}

// -- rows -----------------------------------------------------------------------------------------

namespace {

void put(std::vector<row_change>& rows, std::string key, std::string value) {
  // One decision may change a row twice; the last one counts.
  for (auto& x : rows)
    if (x.key == key) {
      x.value = std::move(value);
      return;
    }
  rows.push_back({std::move(key), std::move(value)});
}

void persist_admitted(const std::string& id, const run_admitted& x, std::vector<row_change>& out) {
  put(out, rows::summary(id, x.instance_id, x.run_id), model::encode(x.summary));
  put(out, rows::request(id, x.summary.uuid),
      model::encode(rows::run_reference{x.instance_id, x.run_id}));
  if (x.place == run_admitted::place_type::queued)
    put(out, rows::queued(id, x.instance_id, x.run_id), {});
  else if (x.place == run_admitted::place_type::running)
    put(out, rows::active(id, x.instance_id, x.run_id), {});
}

void persist_event(const std::string& id, const workflow_event& event,
                   std::vector<row_change>& out) {
  std::visit(overload{
               [&](const version_pushed& x) {
                 put(out, rows::version(id, x.version.metadata.workflow_version_id),
                     model::encode(x.version));
               },
               [&](const snapshot_taken& x) {
                 put(out, rows::snapshot(id, x.snapshot.create_time), model::encode(x.snapshot));
               },
               [&](const workflow_note& x) {
                 put(out, rows::note(id, x.number % notes_kept), model::encode(x));
               },
               [&](const run_admitted& x) { persist_admitted(id, x, out); },
               [&](const run_dequeued& x) {
                 out.push_back({rows::queued(id, x.instance_id, x.run_id), std::nullopt});
                 put(out, rows::active(id, x.instance_id, x.run_id), {});
                 put(out, rows::summary(id, x.instance_id, x.run_id), model::encode(x.summary));
               },
               [&](const run_progressed& x) {
                 put(out, rows::summary(id, x.instance_id, x.run_id), model::encode(x.summary));
                 if (is_terminal(x.summary.status))
                   out.push_back({x.was_queued ? rows::queued(id, x.instance_id, x.run_id)
                                               : rows::active(id, x.instance_id, x.run_id),
                                  std::nullopt});
               },
               [&](const failure_cleared& x) {
                 put(out, rows::summary(id, x.instance_id, x.run_id), model::encode(x.summary));
               },
               // The others change the row of the workflow only.
               [&](const auto&) {},
             },
             event);
}

} // namespace

void persist(const workflow_memory& mem, const std::vector<workflow_event>& events,
             std::vector<row_change>& out) {
  for (const auto& event : events)
    persist_event(mem.state.workflow_id, event, out);
  if (!events.empty())
    out.push_back({rows::workflow(mem.state.workflow_id), model::encode(mem.state)});
}

namespace {

template <class Add>
status load_runs(char table, const std::string& id, const row_reader& reader, Add add) {
  auto [from, to] = rows::range_of_prefix(rows::workflow_prefix(table, id));
  return reader.scan(from, to, [&](std::string_view key, std::string_view) {
    if (auto parts = rows::parse_run_key(key))
      add(run_id{parts->instance_id, parts->run_id});
    return true;
  });
}

} // namespace

result<workflow_memory> load_workflow(const std::string& workflow_id, const row_reader& reader) {
  workflow_memory mem;
  mem.state.workflow_id = workflow_id;
  auto row = reader.get(rows::workflow(workflow_id));
  if (!row)
    return row.error();
  if (!*row)
    return mem;
  auto state = model::decode<workflow_state>(**row);
  if (!state)
    return state.error();
  mem.state = std::move(*state);
  if (auto ok = load_runs('Q', workflow_id, reader, [&](run_id x) { mem.queue.push_back(x); }); !ok)
    return ok.error();
  if (auto ok = load_runs('A', workflow_id, reader, [&](run_id x) { mem.running.push_back(x); });
      !ok)
    return ok.error();
  return mem;
}

} // namespace tutti::engine
