#pragma once

#include "runtime/model/fields.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

/// Names of the things that live in a shard, and the shard each lives in.
namespace tutti::engine {

using time_ms = std::int64_t; ///< milliseconds since the epoch
using shard_no = std::uint16_t;

/// Stored: append only.
enum class entity_kind : std::uint8_t {
  workflow = 1,
  instance = 2, ///< one run of an instance
  step = 3,
  /// Sixty-four consecutive iterations of a loop run; launches them and sums them up.
  loop_part = 4,
  /// Deletes what is left of a workflow in one shard.
  purge = 10,
  /// All versions of a job template, and its copies in the other shards.
  job_template = 11,
  /// The members of the cluster; the only one of its kind, in shard 0.
  cluster = 12,
};

/// Iterations are placed in contiguous chunks of this size. On disk for ever: a bit of a 64-bit
/// word stands for an iteration.
inline constexpr std::int64_t chunk_size = 64;

struct entity_id {
  entity_kind kind = entity_kind::workflow;
  std::string workflow_id;
  std::int64_t instance_id = 0; ///< loop_part: zero-based number of the chunk; purge: the
                                ///< shard; job_template: the shard of a copy + 1, 0 = home
  std::int64_t run_id = 0;
  std::string step_id;

  bool operator==(const entity_id&) const = default;

  static constexpr auto fields() {
    using model::field;
    return std::make_tuple(field(1, "kind", &entity_id::kind),
                           field(2, "workflow_id", &entity_id::workflow_id),
                           field(3, "instance_id", &entity_id::instance_id),
                           field(4, "run_id", &entity_id::run_id),
                           field(5, "step_id", &entity_id::step_id));
  }
};

entity_id workflow_entity(std::string workflow_id);
entity_id instance_entity(std::string workflow_id, std::int64_t instance_id, std::int64_t run_id);
entity_id step_entity(std::string workflow_id, std::int64_t instance_id, std::int64_t run_id,
                      std::string step_id);
entity_id loop_part_entity(std::string inline_id, std::int64_t chunk, std::int64_t run_id);

entity_id template_entity(std::string job_type);
entity_id template_copy_entity(std::string job_type, shard_no shard);

entity_id cluster_entity();

/// @pre `shard` is below the number of shards
entity_id purge_entity(std::string workflow_id, shard_no shard);

/// The run that a step belongs to.
entity_id run_of(const entity_id& step);

/// `[workflow][instance][run][step]`, for logs and errors.
std::string to_string(const entity_id& id);

/// Ids of iterations begin with `maestro_foreach` or `maestro_while`.
bool is_inline(std::string_view workflow_id);

/// The shard of an entity among `shards`. Part of the format: never changes.
/// Iterations: chunk after chunk round all shards, so that one big loop uses all of them.
shard_no shard_of(const entity_id& id, shard_no shards);

/// 64-bit FNV-1a, stable for ever.
std::uint64_t stable_hash(std::string_view text, std::uint64_t seed = 0xcbf29ce484222325ULL);

struct entity_hash {
  std::size_t operator()(const entity_id& id) const;
};

} // namespace tutti::engine
