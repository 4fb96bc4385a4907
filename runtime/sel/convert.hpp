#pragma once

#include "runtime/model/param.hpp"
#include "runtime/sel/machine.hpp"

#include <string>

namespace tutti::sel {

/// The value of a parameter. UnsupportedOperationException for what it cannot be,
/// IllegalStateException for maps that nest too deeply.
model::value to_value(machine& m, const cell& x);

/// JSON of a value, else the JSON text of its text form.
std::string to_json_text(machine& m, const cell& x);

} // namespace tutti::sel
