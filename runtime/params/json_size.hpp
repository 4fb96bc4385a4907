#pragma once

#include "runtime/model/param.hpp"

#include <cstddef>

namespace tutti::params {

/// Characters (UTF-16 units) of the compact JSON text, counted without writing it. A list of
/// integers that is kept as a range counts as it is kept, whatever its length.
std::size_t json_size(const model::param_map& x);
std::size_t json_size(const model::value& x);

} // namespace tutti::params
