#pragma once

#include "runtime/engine/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// What is left of a deleted workflow in one shard, removed slice by slice. Owned by the entity
/// `purge`, one for each shard and deleted workflow; it lives until nothing is left.
namespace tutti::engine {

/// How far it is: a row, so that a restart goes on where it was.
struct purge_state {
  std::int64_t internal_id = 0;
  std::int64_t range = 0; ///< which of the ranges of keys
  std::string behind;     ///< the last key of that range that was looked at

  bool operator==(const purge_state&) const = default;

  static constexpr auto fields() {
    using model::field;
    using self = purge_state;
    return std::make_tuple(field(1, "internal_id", &self::internal_id),
                           field(2, "range", &self::range), field(3, "behind", &self::behind));
  }
};

struct purge_memory {
  entity_id id;
  std::optional<purge_state> state; ///< none: nothing to do
};

/// Judges a message and folds the consequences into `memory`. Each call looks at no more than
/// `deletion_rows_max` rows.
result<outcome> decide(purge_memory& memory, const message& what, const surroundings& around);

result<purge_memory> load_purge(const entity_id& id, const row_reader& rows);

} // namespace tutti::engine
