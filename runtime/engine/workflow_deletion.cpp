#include "runtime/engine/workflow_judge.hpp"

/// Deletion of a workflow (spec 04a §13): it is gone at once, its rows follow shard by shard, in
/// slices (purge_core.hpp). The row of the workflow stays: it keeps the numbers of instances.
namespace tutti::engine::workflow_rules {

namespace {

/// Shards that delete at a time, so that the others serve undisturbed.
constexpr std::int64_t open_shards_max = 8;

} // namespace

status judge::on_delete(const delete_workflow& x) {
  auto& state = mem_.state;
  if (state.deletion)
    return refuse({ec::bad_request, "Cannot delete the workflow [" + state.workflow_id
                                      + "] because the system is still deleting the old data of "
                                        "this workflow id."});
  if (state.latest_version == 0)
    return refuse({ec::not_found, "No workflow is deleted because workflow [" + state.workflow_id
                                    + "] is non-existing or has queued or running instances."});
  if (auto unfinished = state.queued_count + state.active_count; unfinished > 0)
    return refuse({ec::bad_request,
                   "Cannot delete the workflow [" + state.workflow_id
                     + "] because there are still [" + std::to_string(unfinished)
                     + "] number of queued or running workflow instances.Please delete it after "
                       "taking care of them, e.g. stopping all of them."});
  happen(workflow_deleted{x.caller});
  todo_.out.timers.push_back(
    {true, timer_kind::deletion, around_.now + around_.options->deletion_delay_ms, 0});
  todo_.out.answer
    = workflow_acted{state.workflow_id, 0,
                     model::log_event(around_.now, model::log_level::info,
                                      "The workflow is deleted by [" + x.caller
                                        + "]. All associated workflow data (e.g. versions and "
                                          "instances) will be deleted shortly.")};
  return unit{};
}

status judge::on_timer(const timer_fired& x) {
  auto& deletion = mem_.state.deletion;
  if (x.kind == timer_kind::deletion && deletion && deletion->next_shard == 0)
    purge_more(*deletion);
  return unit{};
}

status judge::on_purged(const shard_purged& x) {
  auto& deletion = mem_.state.deletion;
  if (!deletion || deletion->internal_id != x.internal_id)
    return unit{};
  auto now = *deletion;
  --now.open_shards;
  purge_more(std::move(now));
  return unit{};
}

void judge::purge_more(workflow_deletion now) {
  for (; now.next_shard < around_.options->shards && now.open_shards < open_shards_max;
       ++now.next_shard, ++now.open_shards)
    todo_.out.sends.push_back(
      {purge_entity(mem_.state.workflow_id, static_cast<shard_no>(now.next_shard)),
       make_message(purge_shard{now.internal_id})});
  auto done = now.open_shards == 0;
  happen(deletion_progressed{std::move(now), done});
}

} // namespace tutti::engine::workflow_rules
