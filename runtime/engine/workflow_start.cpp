#include "runtime/engine/build_run.hpp"
#include "runtime/engine/child_run.hpp"
#include "runtime/engine/workflow_judge.hpp"

#include <algorithm>

namespace tutti::engine::workflow_rules {

using model::run_rule;
using model::run_status;

namespace {

/// Runs that begin in one pass.
constexpr std::int64_t dequeue_max = 50;

} // namespace

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
  if (*known && x.child)
    return tell_known(x, **known);
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
  if (state.latest_version == 0)
    return refuse(not_found(state.workflow_id));
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
  // It was prepared from another run than the latest one: somebody else was faster.
  if (x.spec.run_id != (*latest)->second)
    return refuse({ec::conflict, "Cannot restart workflow instance [" + state.workflow_id + "]["
                                   + std::to_string(x.spec.instance_id) + "]: it has the run ["
                                   + std::to_string((*latest)->second)
                                   + "] by now; please try again"});
  auto spec = x.spec;
  spec.run_id = (*latest)->second + 1;
  if (blocks(mem_.state, **summary)) {
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
  if (spec.is_child)
    todo_.out.sends.push_back(child_started(spec));
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
  next.clearings = mem_.state.clearings;
  next.end_time = std::max(around_.now, next.create_time);
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
  next.clearings = mem_.state.clearings;
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

} // namespace tutti::engine::workflow_rules
