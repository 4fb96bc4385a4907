#include "runtime/engine/workflow_judge.hpp"
#include "runtime/model/json.hpp"

#include <boost/json/value.hpp>

#include <algorithm>

/// Properties of a workflow: changed without a push (spec 01 §3.6, §3.7).
namespace tutti::engine::workflow_rules {

using model::run_rule;

namespace {

/// Of PARALLEL where none is given (spec 01 §3.3).
constexpr std::int64_t parallel_concurrency = 20;

template <class T>
void keep(std::optional<T>& old, const std::optional<T>& given) {
  if (given)
    old = given;
}

/// Absent members keep their value; the flags set theirs back (spec 01 §3.6).
model::properties updated(model::properties now,
                          const model::workflow_properties_update_request& request) {
  if (request.properties) {
    auto& given = *request.properties;
    keep(now.owner, given.owner);
    keep(now.run_strategy, given.run_strategy);
    keep(now.step_concurrency, given.step_concurrency);
    keep(now.alerting, given.alerting);
    keep(now.alerting_disabled, given.alerting_disabled);
    keep(now.signal_trigger_disabled, given.signal_trigger_disabled);
    keep(now.time_trigger_disabled, given.time_trigger_disabled);
    keep(now.description, given.description);
  }
  if (request.reset_run_strategy_rule)
    now.run_strategy.reset();
  else if (request.reset_workflow_concurrency && now.run_strategy
           && now.run_strategy->rule == run_rule::parallel)
    now.run_strategy->workflow_concurrency = parallel_concurrency;
  if (request.reset_step_concurrency)
    now.step_concurrency.reset();
  return now;
}

} // namespace

/// Why the run strategy of `next` cannot follow the present one, if so (spec 01 §3.7).
std::optional<error> judge::strategy_conflict(const model::properties& next) const {
  auto& state = mem_.state;
  auto rule = next.run_strategy.value_or(model::run_strategy{}).rule;
  if (state.latest_version == 0 || rule == strategy_of(state).rule)
    return std::nullopt;
  auto refusal = [&](const std::string& why) {
    return error{ec::precondition_failed,
                 "Cannot change the run strategy of workflow [" + state.workflow_id + "] to "
                   + std::string{to_string(rule)} + " while it has " + why};
  };
  auto unfinished = state.queued_count + state.active_count;
  if ((rule == run_rule::first_only || rule == run_rule::last_only) && unfinished >= 2)
    return refusal(std::to_string(unfinished) + " unfinished instances");
  if (rule == run_rule::strict_sequential && state.blocking_failures > 0)
    return refusal(std::to_string(state.blocking_failures) + " failed instances");
  return std::nullopt;
}

/// A new snapshot is taken even when nothing changed, as clients know it.
status judge::change_snapshot(model::properties next, const model::user& author) {
  auto& state = mem_.state;
  auto snapshot = state.snapshot;
  snapshot.properties = std::move(next);
  snapshot.author = author;
  // The time of a snapshot is its version, so it must move on.
  snapshot.create_time = std::max(around_.now, snapshot.create_time + 1);
  happen(snapshot_taken{std::move(snapshot)});
  note(author.name, "Update the properties for workflow: " + state.workflow_id);
  todo_.out.answer = properties_changed{state.snapshot};
  // Another run strategy may let queued runs go.
  return dequeue();
}

namespace {

error unknown_workflow(const std::string& id) {
  return {ec::bad_request,
          "Cannot update workflow properties while the workflow [" + id + "] does not exist"};
}

} // namespace

status judge::on_properties(const change_properties& x) {
  auto& state = mem_.state;
  if (state.latest_version == 0)
    return refuse(unknown_workflow(state.workflow_id));
  auto next = updated(state.snapshot.properties, x.request);
  if (auto conflict = strategy_conflict(next))
    return refuse(std::move(*conflict));
  return change_snapshot(std::move(next), x.author);
}

status judge::on_tag(const change_tag& x) {
  auto& state = mem_.state;
  if (state.latest_version == 0)
    return refuse(unknown_workflow(state.workflow_id));
  auto next = state.snapshot.properties;
  auto tags = next.tags.value_or(std::vector<model::tag>{});
  auto& name = x.tag ? x.tag->name : x.name;
  auto removed = std::erase_if(tags, [&](auto& tag) { return tag.name == name; });
  if (!x.tag && removed == 0)
    return refuse({ec::not_found, "no workflow tag with name [" + name
                                    + "] found in the current workflow tags for workflow ["
                                    + state.workflow_id + "]."});
  if (x.tag) {
    // Who made it, and when, is told by the server (spec 05 §2.4).
    auto tag = *x.tag;
    tag.name_space = "PLATFORM";
    tag.permit.reset();
    tag.attributes.clear();
    tag.attributes.set("creator", model::to_text(boost::json::value(x.author.name)));
    for (auto& [key, value] : x.tag->attributes)
      if (key != "creator" && key != "created_at_milli")
        tag.attributes.set(key, value);
    tag.attributes.set("created_at_milli", std::to_string(around_.now));
    tags.push_back(std::move(tag));
  }
  if (tags.empty())
    next.tags.reset();
  else
    next.tags = std::move(tags);
  return change_snapshot(std::move(next), x.author);
}

} // namespace tutti::engine::workflow_rules
