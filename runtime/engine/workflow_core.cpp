#include "runtime/engine/workflow_core.hpp"

#include "runtime/base/overload.hpp"
#include "runtime/engine/build_run.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>
#include <charconv>

namespace tutti::engine {

namespace {

using model::run_rule;
using model::run_status;
using run_id = std::pair<std::int64_t, std::int64_t>;

/// How many recent versions remember which shards hold them.
constexpr std::size_t seeded_max = 4;
constexpr std::size_t definitions_max = 4;
constexpr std::int64_t dequeue_max = 50;

error not_found(const std::string& workflow_id) {
  return {ec::not_found,
          "Workflow [" + workflow_id + "] has not been created yet or has been deleted."};
}

model::run_strategy strategy_of(const workflow_state& state) {
  return state.snapshot.properties.run_strategy.value_or(model::run_strategy{});
}

/// One call of `decide`: collects events, evolves as it goes, and gathers what follows.
class judge {
public:
  judge(workflow_memory& memory, const surroundings& around) : mem_(memory), around_(around) {}

  status handle(const message& what) {
    return std::visit(
      overload{
        [&](const push_definition& x) { return on_push(x); },
        [&](const start_run& x) { return on_start(x); },
        [&](const admit_restart& x) { return on_restart(x); },
        [&](const change_activation& x) { return on_activation(x); },
        [&](const stop_workflow& x) { return on_stop_all(x); },
        [&](const stop_instance& x) { return on_stop(x); },
        [&](const run_ended& x) { return on_ended(x); },
        [&](const resume_entity&) { return dequeue(); },
        // Nothing else is meant for a workflow; an old sender's message changes nothing.
        [&](const auto&) { return status{unit{}}; },
      },
      what);
  }

  workflow_decision take() { return std::move(todo_); }

private:
  // -- requests ---------------------------------------------------------------------------------

  status on_push(const push_definition& x);
  status on_start(const start_run& x);
  status on_restart(const admit_restart& x);
  status on_activation(const change_activation& x);
  status on_stop_all(const stop_workflow& x);
  status on_stop(const stop_instance& x);
  status on_ended(const run_ended& x);

  // -- pieces -----------------------------------------------------------------------------------

  status refuse(error why) {
    todo_.out.refusal = std::move(why);
    return unit{};
  }

  void happen(workflow_event event) {
    evolve(mem_, event, around_.now);
    todo_.events.push_back(std::move(event));
  }

  result<std::int64_t> resolve(const std::string& text) const;
  result<std::optional<model::workflow_version>> read_version(std::int64_t version) const;
  result<workflow_ptr> definition_of(std::int64_t version);
  result<std::optional<run_summary>> summary_of(run_id run) const;
  result<std::optional<run_id>> latest_run(std::int64_t instance) const;
  result<std::optional<rows::run_reference>> request_of(const std::string& uuid) const;

  status admit(run_spec spec, std::int64_t version, const model::initiator& by,
               std::uint64_t client);
  void answer_started(const run_spec& spec, start_status how, model::timeline_event event,
                      std::uint64_t client);
  status make_room(const run_spec& spec);
  status displace_queue(const std::string& why);
  status end_queued(run_id run, run_status as, const std::string& by, const std::string& why);
  status send_create(run_spec spec, bool launch, std::optional<run_status> ended_as,
                     std::string note);
  status dequeue();
  bool may_run_at_once() const;
  std::int64_t room() const;
  void terminate(run_id run, stop_kind kind, const std::string& caller, const std::string& why);

  void note(const std::string& author, std::string log) {
    happen(workflow_note{mem_.state.note_count + 1, around_.now, author, std::move(log)});
  }

  std::string activation_text(std::int64_t previous, std::int64_t next) const;
  model::properties_snapshot merged(const push_definition& x) const;

  workflow_memory& mem_;
  const surroundings& around_;
  workflow_decision todo_;
};

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

// -- push -----------------------------------------------------------------------------------------

/// A push keeps what it does not say, except run strategy, step concurrency and alerting, which
/// it resets (spec 01 §3.5, a surprise that clients know).
model::properties_snapshot judge::merged(const push_definition& x) const {
  auto next = mem_.state.snapshot;
  next.workflow_id = x.request.workflow.id;
  if (!x.request.properties)
    return next;
  auto& given = *x.request.properties;
  auto& props = next.properties;
  auto keep = [](auto& old, const auto& fresh) {
    if (fresh)
      old = fresh;
  };
  keep(props.owner, given.owner);
  keep(props.alerting_disabled, given.alerting_disabled);
  keep(props.signal_trigger_disabled, given.signal_trigger_disabled);
  keep(props.time_trigger_disabled, given.time_trigger_disabled);
  keep(props.description, given.description);
  props.run_strategy = given.run_strategy;
  props.step_concurrency = given.step_concurrency;
  props.alerting = given.alerting;
  if (props != mem_.state.snapshot.properties || mem_.state.latest_version == 0) {
    next.author = x.author;
    // The time of a snapshot is its version, so it must move on.
    next.create_time = std::max(around_.now, mem_.state.snapshot.create_time + 1);
  }
  return next;
}

status judge::on_push(const push_definition& x) {
  auto& state = mem_.state;
  auto& id = x.request.workflow.id;
  if (state.latest_version == 0 && (!x.request.properties || !x.request.properties->owner))
    return refuse({ec::bad_request, "workflow properties and also owner must be set when creating "
                                    "the first version of a workflow ["
                                      + id + "]"});
  auto next = merged(x);
  auto rule = next.properties.run_strategy.value_or(model::run_strategy{}).rule;
  auto old_rule = strategy_of(state).rule;
  if (state.latest_version > 0 && rule != old_rule) {
    auto unfinished = state.queued_count + state.active_count;
    if ((rule == run_rule::first_only || rule == run_rule::last_only) && unfinished >= 2)
      return refuse({ec::precondition_failed, "Cannot change the run strategy of workflow [" + id
                                                + "] to " + std::string{to_string(rule)}
                                                + " while it has " + std::to_string(unfinished)
                                                + " unfinished instances"});
    if (rule == run_rule::strict_sequential && state.blocking_failures > 0)
      return refuse({ec::precondition_failed, "Cannot change the run strategy of workflow [" + id
                                                + "] to STRICT_SEQUENTIAL while it has "
                                                + std::to_string(state.blocking_failures)
                                                + " failed instances"});
  }
  auto had_active = state.active_version != 0;
  model::workflow_version version;
  version.workflow = x.request.workflow;
  version.metadata.workflow_id = id;
  version.metadata.workflow_version_id = state.latest_version + 1;
  version.metadata.create_time = around_.now;
  version.metadata.version_author = x.author;
  version.metadata.git_info = x.request.git_info;
  version.metadata.extras = x.request.extras;
  auto compiled = compile(version.workflow);
  if (!compiled)
    return refuse(compiled.error());
  if (state.latest_version == 0)
    state.workflow_id = id;
  auto number = version.metadata.workflow_version_id;
  happen(version_pushed{version, x.request.is_active});
  note(x.author.name, "Created a new workflow version [" + std::to_string(number)
                        + "] for workflow id [" + id + "]");
  if (next != mem_.state.snapshot)
    happen(snapshot_taken{next});
  if (x.request.is_active)
    happen(activation_changed{number, x.author.name});
  if (mem_.definitions.size() == definitions_max)
    mem_.definitions.erase(mem_.definitions.begin());
  mem_.definitions.emplace_back(number, *compiled);
  todo_.out.answer = pushed{state.snapshot,      std::move(version),
                            x.request.is_active, !had_active || x.request.is_active,
                            state.activate_time, state.activated_by,
                            state.internal_id,   state.modify_time};
  // A changed run strategy may let queued runs go.
  return dequeue();
}

/// Clients know these sentences (recorded conversations).
std::string judge::activation_text(std::int64_t previous, std::int64_t next) const {
  auto& id = mem_.state.workflow_id;
  auto version = "[" + id + "][" + std::to_string(next) + "]";
  if (next != 0 && next == previous)
    return "do nothing as workflow version " + version + " is already active";
  if (next != 0)
    return "activates workflow version " + version + ", previous active version is ["
           + std::to_string(previous) + "]";
  if (previous == 0)
    return "do nothing as there is no active workflow version for [" + id + "]";
  return "deactivated workflow [" + id + "], whose last active version is ["
         + std::to_string(previous) + "]";
}

status judge::on_activation(const change_activation& x) {
  auto& state = mem_.state;
  if (state.latest_version == 0)
    return refuse({ec::not_found,
                   x.version.empty()
                     ? "Cannot deactivate workflow [" + state.workflow_id + "] as it is not found"
                     : "Cannot find workflow [" + state.workflow_id + "]"});
  auto previous = state.active_version;
  std::int64_t next = 0;
  if (!x.version.empty()) {
    auto number = resolve(x.version);
    if (!number)
      return refuse(number.error());
    next = *number;
  }
  model::timeline_event event;
  event.timestamp = around_.now;
  event.type = model::timeline_type::action;
  event.author = x.caller;
  event.action = next != 0 ? "ACTIVATE" : "DEACTIVATE";
  auto changed = next != previous;
  event.message = "Caller [" + x.caller + "] " + activation_text(previous, next);
  note(x.caller, event.message);
  if (changed)
    happen(activation_changed{next, x.caller});
  // Activating the active version answers version 0 (spec 04d §8, a surprise that clients know).
  todo_.out.answer = workflow_acted{state.workflow_id, changed ? next : 0, std::move(event)};
  return dequeue();
}

// -- start ----------------------------------------------------------------------------------------

status judge::on_start(const start_run& x) {
  auto& state = mem_.state;
  if (state.latest_version == 0)
    return refuse(not_found(state.workflow_id));
  auto number = resolve(x.version);
  if (!number)
    return refuse(number.error());
  auto known = request_of(x.uuid);
  if (!known)
    return known.error();
  if (*known) {
    run_spec twin;
    twin.workflow_id = state.workflow_id;
    twin.uuid = x.uuid;
    twin.version_id = *number;
    // The ids of the first run are not told again (spec 04a §3, a surprise that clients know).
    answer_started(twin, start_status::duplicated,
                   initiator_event(x.request.initiator, around_.now), around_.client);
    return unit{};
  }
  if (state.queued_count >= around_.options->queued_starts_max)
    return refuse({ec::overloaded, "workflow [" + state.workflow_id + "] has "
                                     + std::to_string(state.queued_count)
                                     + " queued runs, the most it may have; start again later"});
  auto definition = definition_of(*number);
  if (!definition)
    return definition.error();
  start_inputs in{&(*definition)->workflow, nullptr, &state.snapshot, state.internal_id, &x};
  auto spec = build_run(in, around_);
  if (!spec)
    return refuse(spec.error());
  spec->version_id = *number;
  spec->workflow_id = state.workflow_id;
  spec->instance_id = state.latest_instance_id + 1;
  spec->run_id = 1;
  return admit(std::move(*spec), *number, x.request.initiator, around_.client);
}

status judge::on_restart(const admit_restart& x) {
  auto& state = mem_.state;
  auto known = request_of(x.spec.uuid);
  if (!known)
    return known.error();
  todo_.out.client = x.client;
  if (*known) {
    auto twin = x.spec;
    twin.run_id = 0;
    answer_started(twin, start_status::duplicated, initiator_event(x.spec.initiator, around_.now),
                   x.client);
    return unit{};
  }
  auto latest = latest_run(x.spec.instance_id);
  if (!latest)
    return latest.error();
  auto summary = *latest ? summary_of(**latest) : result<std::optional<run_summary>>{std::nullopt};
  if (!summary)
    return summary.error();
  if (!*summary || !is_terminal((*summary)->status))
    return refuse(
      {ec::bad_request, "Cannot restart workflow instance [" + state.workflow_id + "]["
                          + std::to_string(x.spec.instance_id)
                          + "]: its latest run has not ended yet; stop it first or wait"});
  auto spec = x.spec;
  spec.run_id = (*latest)->second + 1;
  if ((*summary)->status == run_status::failed && !(*summary)->unblocked) {
    auto passed = **summary;
    passed.unblocked = true;
    happen(failure_cleared{(*latest)->first, (*latest)->second, std::move(passed)});
  }
  return admit(std::move(spec), x.spec.version_id, x.spec.initiator, x.client);
}

/// Gives a run its place by the run strategy (spec 04a §5.1).
status judge::admit(run_spec spec, std::int64_t version, const model::initiator& by,
                    std::uint64_t client) {
  spec.create_time = around_.now;
  if (spec.correlation_id.empty())
    spec.correlation_id = spec.workflow_id + ":" + std::to_string(spec.instance_id) + ":"
                          + std::to_string(spec.run_id);
  run_admitted event;
  event.instance_id = spec.instance_id;
  event.run_id = spec.run_id;
  event.summary.uuid = spec.uuid;
  event.summary.version_id = version;
  event.summary.create_time = around_.now;
  auto rule = strategy_of(mem_.state).rule;
  auto unfinished = mem_.state.queued_count + mem_.state.active_count;
  if (rule == run_rule::first_only && unfinished > 0) {
    event.place = run_admitted::place_type::refused;
    event.summary.status = run_status::stopped;
    event.summary.start_time = event.summary.end_time = around_.now;
    happen(event);
    answer_started(spec, start_status::stopped, initiator_event(by, around_.now), client);
    auto other = mem_.running.empty() ? mem_.queue.front() : mem_.running.front();
    return send_create(std::move(spec), false, run_status::stopped,
                       "Stopped by the run strategy FIRST_ONLY: run [" + mem_.state.workflow_id
                         + "][" + std::to_string(other.first) + "][" + std::to_string(other.second)
                         + "] is not finished");
  }
  if (auto ok = make_room(spec); !ok)
    return ok;
  auto now = may_run_at_once();
  event.summary.queued = !now;
  event.place = now ? run_admitted::place_type::running : run_admitted::place_type::queued;
  happen(event);
  answer_started(spec, start_status::created, initiator_event(by, around_.now), client);
  if (auto ok = send_create(std::move(spec), now, std::nullopt, {}); !ok)
    return ok;
  // A restart goes before those that wait, and may have put its failed run out of their way.
  return dequeue();
}

/// LAST_ONLY and SERIAL_LATEST_ONLY put others out of the way of the new run.
status judge::make_room(const run_spec& spec) {
  auto rule = strategy_of(mem_.state).rule;
  if (rule != run_rule::last_only && rule != run_rule::serial_latest_only)
    return unit{};
  auto displaced = "With " + std::string{to_string(rule)}
                   + " run strategy, this run is stopped due to starting a new run";
  // Only this rule names the run that is in favour (spec 04a §5.1).
  if (rule == run_rule::serial_latest_only)
    displaced += " [" + spec.workflow_id + "][" + std::to_string(spec.instance_id) + "]["
                 + std::to_string(spec.run_id) + "]";
  displaced += ".";
  if (auto ok = displace_queue(displaced); !ok)
    return ok;
  if (rule == run_rule::last_only)
    for (auto run : mem_.running)
      terminate(run, stop_kind::stop, std::string{strategy_caller}, displaced);
  return unit{};
}

status judge::displace_queue(const std::string& why) {
  while (!mem_.queue.empty())
    if (auto ok = end_queued(mem_.queue.front(), run_status::stopped, std::string{strategy_caller},
                             why);
        !ok)
      return ok;
  return unit{};
}

/// Ends a run that never began: here at once, and in its own shard by a message.
status judge::end_queued(run_id run, run_status as, const std::string& by, const std::string& why) {
  auto summary = summary_of(run);
  if (!summary)
    return summary.error();
  auto next = summary->value_or(run_summary{});
  next.status = as;
  next.queued = false;
  next.end_time = around_.now;
  happen(run_progressed{run.first, run.second, next, true});
  terminate(run, as == run_status::failed ? stop_kind::kill : stop_kind::stop, by, why);
  return unit{};
}

void judge::terminate(run_id run, stop_kind kind, const std::string& caller,
                      const std::string& why) {
  todo_.out.sends.push_back({instance_entity(mem_.state.workflow_id, run.first, run.second),
                             make_message(terminate_run{kind, caller, false, why})});
}

status judge::send_create(run_spec spec, bool launch, std::optional<run_status> ended_as,
                          std::string note) {
  auto& state = mem_.state;
  auto to = instance_entity(spec.workflow_id, spec.instance_id, spec.run_id);
  auto definition = definition_of(spec.version_id);
  if (!definition)
    return definition.error();
  create_run order;
  order.launch = launch;
  order.compiled = *definition;
  order.ended_as = ended_as;
  order.note = std::move(note);
  auto shard = shard_of(to, around_.options->shards);
  auto seeded = std::find_if(state.seeded.begin(), state.seeded.end(),
                             [&](auto& x) { return x.version_id == spec.version_id; });
  auto known = seeded != state.seeded.end() && shard / 64u < seeded->shards.size()
               && (seeded->shards[shard / 64u] >> (shard % 64u) & 1) != 0;
  if (!known) {
    order.definition = (*definition)->workflow;
    happen(version_seeded{spec.version_id, shard});
  }
  order.spec = std::move(spec);
  todo_.out.sends.push_back({std::move(to), make_message(std::move(order))});
  return unit{};
}

void judge::answer_started(const run_spec& spec, start_status how, model::timeline_event event,
                           std::uint64_t client) {
  todo_.out.client = client;
  todo_.out.answer = started{spec.workflow_id,
                             spec.version_id,
                             how == start_status::duplicated && spec.run_id == 0
                                 && spec.instance_id == 0
                               ? 0
                               : spec.instance_id,
                             spec.run_id,
                             spec.uuid,
                             how,
                             std::move(event)};
}

std::int64_t judge::room() const {
  auto strategy = strategy_of(mem_.state);
  auto limit = strategy.rule == run_rule::parallel ? strategy.workflow_concurrency : 1;
  if (strategy.rule == run_rule::strict_sequential && mem_.state.blocking_failures > 0)
    return 0;
  return std::max<std::int64_t>(0, limit - mem_.state.active_count);
}

bool judge::may_run_at_once() const {
  return mem_.queue.empty() && room() > 0;
}

// -- progress -------------------------------------------------------------------------------------

status judge::on_ended(const run_ended& x) {
  auto summary = summary_of({x.instance_id, x.run_id});
  if (!summary)
    return summary.error();
  if (!*summary || is_terminal((*summary)->status))
    return unit{};
  auto next = **summary;
  auto was_queued = next.queued;
  next.status = x.status;
  next.queued = false;
  next.start_time = x.start_time;
  next.end_time = x.end_time;
  happen(run_progressed{x.instance_id, x.run_id, next, was_queued});
  return dequeue();
}

/// Lets queued runs begin while there is room, in the order of their numbers (spec 04a §5.3). A
/// long queue goes in several passes, so that none of them becomes large.
status judge::dequeue() {
  for (auto n = std::min(room(), dequeue_max); n > 0 && !mem_.queue.empty(); --n) {
    auto run = mem_.queue.front();
    auto summary = summary_of(run);
    if (!summary)
      return summary.error();
    auto next = summary->value_or(run_summary{});
    next.queued = false;
    happen(run_dequeued{run.first, run.second, std::move(next)});
    todo_.out.sends.push_back({instance_entity(mem_.state.workflow_id, run.first, run.second),
                               make_message(launch_run{around_.now})});
  }
  if (!mem_.queue.empty() && room() > 0)
    todo_.out.sends.push_back(
      {workflow_entity(mem_.state.workflow_id), make_message(resume_entity{})});
  return unit{};
}

// -- stop -----------------------------------------------------------------------------------------

status judge::on_stop_all(const stop_workflow& x) {
  auto queued = mem_.queue.size();
  auto as = x.kind == stop_kind::kill ? run_status::failed : run_status::stopped;
  auto why = "All workflow instances of workflow id [" + mem_.state.workflow_id
             + "] are terminated to status [" + std::string{to_string(as)} + "] by the caller ["
             + x.caller + "]";
  while (!mem_.queue.empty())
    if (auto ok = end_queued(mem_.queue.front(), as, x.caller, why); !ok)
      return ok;
  auto running = mem_.running.size();
  for (auto run : mem_.running)
    terminate(run, x.kind, x.caller, why);
  model::timeline_event event;
  event.timestamp = around_.now;
  event.type = model::timeline_type::action;
  event.action = to_string(x.kind);
  event.author = x.caller;
  event.message = "Terminated [" + std::to_string(queued) + "] queued instances and terminating ["
                  + std::to_string(running) + "] running instances";
  todo_.out.answer = workflow_acted{mem_.state.workflow_id, 0, std::move(event)};
  return unit{};
}

status judge::on_stop(const stop_instance& x) {
  auto& state = mem_.state;
  auto name = "[" + state.workflow_id + "][" + std::to_string(x.instance_id) + "]";
  auto latest = latest_run(x.instance_id);
  if (!latest)
    return latest.error();
  if (!*latest)
    return refuse({ec::not_found, "Workflow instance " + name + " has not been created yet"});
  auto run = **latest;
  if (x.run_id != 0 && x.run_id != run.second)
    return refuse({ec::bad_request, "Cannot take the action on run [" + std::to_string(x.run_id)
                                      + "] of workflow instance " + name + ": the latest run is ["
                                      + std::to_string(run.second) + "]"});
  auto summary = summary_of(run);
  if (!summary)
    return summary.error();
  auto now = summary->value_or(run_summary{});
  auto target = x.kind == stop_kind::kill ? run_status::failed : run_status::stopped;
  model::timeline_event event = model::log_event(around_.now, model::log_level::info,
                                                 "User [" + x.caller + "] take an action to "
                                                   + std::string{to_string(x.kind)}
                                                   + " the running workflow instance run");
  // The list of runs does not follow each one; what is not queued and has not ended runs.
  auto shown = now.status == run_status::created && !now.queued ? run_status::in_progress
                                                                : now.status;
  instance_acted done{state.workflow_id, run.first, run.second, shown, false, event};
  if (now.status == target)
    done.completed = true;
  else if (is_terminal(now.status))
    return refuse({ec::bad_request, "Cannot " + std::string{to_string(x.kind)}
                                      + " workflow instance " + name + ": it has ended as "
                                      + std::string{to_string(now.status)}});
  else if (now.queued) {
    if (auto ok = end_queued(run, target, x.caller, event.message); !ok)
      return ok;
    done.status = target;
    done.completed = true;
  } else
    terminate(run, x.kind, x.caller, {});
  todo_.out.answer = std::move(done);
  return unit{};
}

} // namespace

result<workflow_decision> decide(workflow_memory& memory, const message& what,
                                 const surroundings& around) {
  judge j{memory, around};
  if (auto ok = j.handle(what); !ok)
    return ok.error();
  auto todo = j.take();
  persist(memory, todo.events, todo.out.rows);
  return todo;
}

// -- evolve ---------------------------------------------------------------------------------------

namespace {

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
  if (x.summary.status == run_status::failed && !x.summary.unblocked)
    ++mem.state.blocking_failures;
  recount(mem);
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
