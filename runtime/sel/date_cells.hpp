#pragma once

#include "runtime/sel/date_text.hpp"
#include "runtime/sel/machine.hpp"

namespace tutti::sel {

/// The zone where none is given.
const zone* utc_place();

cell* make_date(machine& m, moment x);

/// A pattern, compiled.
const date_format* format_of(machine& m, text_view pattern);

/// What a formatter reads from a text.
cell* parse_formatted(machine& m, const cell& formatter, text_view x);

} // namespace tutti::sel
