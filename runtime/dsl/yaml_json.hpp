#pragma once

#include "runtime/base/error.hpp"

#include <boost/json/fwd.hpp>

#include <string_view>

/// YAML documents that are JSON in another dress, such as job templates (spec 05 §8).
namespace tutti::dsl {

/// The JSON value of a document. Scalars are those of spec 01 §15.5. `ec::bad_request` with the
/// mistakes, as for workflows; so are numbers beyond 64 bits or without an end.
result<boost::json::value> yaml_to_json(std::string_view yaml);

} // namespace tutti::dsl
