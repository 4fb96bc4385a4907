#pragma once

#include <boost/json/fwd.hpp>

namespace tutti::dsl {

/// The JSON Schema (draft 7) of documents of the DSL, made of the tables in `keys.hpp`, for editors
/// and for tools that write documents. Every document that `read_workflow` takes is valid by it,
/// except for keys of params with blanks in odd places. It does not know everything that makes a
/// document bad: ids used twice, types of literals, references between jobs.
boost::json::value json_schema();

} // namespace tutti::dsl
