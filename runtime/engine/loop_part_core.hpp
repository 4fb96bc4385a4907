#pragma once

#include "runtime/engine/outcome.hpp"

#include <cstdint>
#include <optional>

/// Sixty-four consecutive iterations of a loop run, in the shard where they live: launches them,
/// hears of their ends and reports them to the foreach step in bundles.
namespace tutti::engine {

struct loop_part_state {
  std::uint64_t launched = 0; ///< a bit per iteration of the chunk
  std::uint64_t ended = 0;
  /// Ended and not yet reported.
  iterations_ended unreported;
  /// A `report_iterations` to itself is on its way.
  bool reporting = false;
  std::optional<terminate_run> ending;

  static constexpr auto fields() {
    using model::field;
    using self = loop_part_state;
    return std::make_tuple(field(1, "launched", &self::launched), field(2, "ended", &self::ended),
                           field(3, "unreported", &self::unreported),
                           field(4, "reporting", &self::reporting),
                           field(5, "ending", &self::ending));
  }
};

struct loop_part_memory {
  entity_id id;
  loop_part_state state;
  loop_ptr loop; ///< null until the first order
};

result<outcome> decide(loop_part_memory& memory, const message& what, const surroundings& around);

result<loop_part_memory> load_loop_part(const entity_id& id, const row_reader& rows);

} // namespace tutti::engine
