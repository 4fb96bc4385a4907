#pragma once

#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/loop_part_core.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/engine/workflow_core.hpp"
#include "runtime/model/stored.hpp"

#include <tuple>

namespace tutti::fuzz {

/// What is on disk: the values of all tables of a shard, and messages on their way. The first byte
/// of an input is the position in this list.
using stored_types
  = std::tuple<engine::envelope, engine::workflow_state, model::workflow_version,
               model::properties_snapshot, engine::workflow_note, engine::rows::run_reference,
               engine::run_summary, model::workflow, engine::loop_spec, engine::run_spec,
               engine::run_state, engine::loop_part_state, engine::step_state, model::param_map,
               engine::rows::stored_timer, engine::entity_id, model::workflow_create_request>;

} // namespace tutti::fuzz
