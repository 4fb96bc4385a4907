#pragma once

#include "runtime/model/definition.hpp"

#include <string>
#include <vector>

namespace tutti::ctl {

/// References in texts of a definition that nothing in it gives a value to, a sentence each, at
/// most `limit`. Only hints: a start may bring params that the definition does not have. Steps made
/// of job templates are left out, since the template may bring params of its own.
std::vector<std::string> unknown_names(const model::workflow& definition, std::size_t limit);

} // namespace tutti::ctl
