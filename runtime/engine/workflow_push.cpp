#include "runtime/engine/workflow_judge.hpp"

namespace tutti::engine::workflow_rules {

using model::run_rule;
using model::run_status;

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
  if (state.deletion)
    return refuse({ec::conflict, "Cannot push a version for workflow [" + id
                                   + "] while the system is still deleting the old data for this "
                                     "workflow id. Please retry later after the deletion "
                                     "completes."});
  if (state.latest_version == 0 && (!x.request.properties || !x.request.properties->owner))
    return refuse({ec::bad_request, "workflow properties and also owner must be set when creating "
                                    "the first version of a workflow ["
                                      + id + "]"});
  auto next = merged(x);
  if (auto conflict = strategy_conflict(next.properties))
    return refuse(std::move(*conflict));
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

} // namespace tutti::engine::workflow_rules
