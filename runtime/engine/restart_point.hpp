#pragma once

#include "runtime/engine/message.hpp"
#include "runtime/engine/views.hpp"

/// Where a restart begins (spec 04d §5.2). What runs below others is restarted from the top: from
/// the instance without a parent, or from the first run on the way up that goes on.
namespace tutti::engine::views {

struct restart_point {
  run_name run;
  /// To that run. `caller`, `uuid` and `request_time` are the client's to fill in.
  restart_instance order;
};

/// The way up from the only node of the path. Reads a run for each level.
/// Errors: not_found; bad_request (a step that was not created, an instance that goes on).
result<restart_point> find_restart_point(const shard_reader& from, model::restart_config wanted);

/// The same for RESTART_FROM_INLINE_ROOT of a step (spec 04d §5.6): restarts the instance around
/// its foreach loops, or else its own, with the given policy. Errors: also bad_request for a step
/// or an instance that has not ended.
result<restart_point> find_inline_root(const shard_reader& from, model::restart_config wanted);

} // namespace tutti::engine::views
