#pragma once

#include "runtime/sel/machine.hpp"

#include <cstdint>

namespace tutti::sel {

/// The parts of `x` between matches, with Java's rules for `limit` and for empty parts.
cell* split_text(machine& m, text_view x, text_view pattern, std::int32_t limit);

/// Every match becomes `replacement`, in which `$1`, `${name}` and `\` have their meaning. A null
/// replacement only matters if something matches.
cell* replace_matches(machine& m, text_view x, text_view pattern, const cell& replacement);

} // namespace tutti::sel
