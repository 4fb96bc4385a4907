#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/json.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

/// The models of the API by name (spec 05, appendix A).
namespace tutti::codec {

/// Reads a value as a model and writes it again.
using round_trip = result<boost::json::value> (*)(const boost::json::value& x,
                                                  std::string_view kind,
                                                  const model::json_rules& rules);

struct model_entry {
  std::string_view name;
  /// What a model of one kind must be of: a `type`, or the key of a step. Empty for the others.
  std::string_view kind;
  round_trip through;
};

/// Nothing if there is no such model. Knows single models only, no `map of …`.
const model_entry* find_model(std::string_view name);

/// All names, in the order of the tables.
std::vector<std::string_view> model_names();

} // namespace tutti::codec
