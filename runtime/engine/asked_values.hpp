#pragma once

#include "runtime/engine/message.hpp"
#include "runtime/engine/store_reader.hpp"

#include <vector>

/// Values that a step of another run asks for, from the rows of the shard that has them
/// (spec 02 §8: `getFromForeach`, `getFromSubworkflow`).
namespace tutti::engine {

/// The evaluated parameter of a step in the latest run of an instance that has the step, up to
/// `run.run_id`; without a result if there is none.
result<model::param> value_of_step(const entity_id& run, const std::string& step_id,
                                   const std::string& name, const row_reader& rows);

/// The same for each iteration of a part of a loop run, in order.
/// Errors: unavailable, if one of `ended` (a bit each) is not seen to have ended yet.
result<std::vector<model::param>> values_of_part(const entity_id& part, std::uint64_t ended,
                                                 const ask_values& what, const row_reader& rows);

/// The answer to whoever asked.
envelope told(const ask_values& what, std::vector<model::param> values);

} // namespace tutti::engine
