#pragma once

#include "runtime/model/json_codec.hpp"

namespace tutti::model {

/// Params of a run or a step attempt are evaluated, and have not both a literal and an expression
/// (spec 02 §2).
inline bool check_instance_params(json_reader& in, const json_place& at,
                                  const std::optional<param_map>& params) {
  if (!params)
    return true;
  json_place here{at, "params"};
  for (const auto& [name, x] : *params)
    if (!x.evaluated_result || !x.evaluated_time)
      return in.refuse(json_place{here, name},
                       "has no evaluated_result or no evaluated_time, expected both");
  return true;
}

} // namespace tutti::model
