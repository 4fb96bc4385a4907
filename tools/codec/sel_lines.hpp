#pragma once

#include <iosfwd>

namespace tutti::codec {

/// Reads lines like those of the vectors of spec 03 §14 and writes one JSON line for each:
/// `result`, `type`, `error` and maybe `cause`, or `refs` in group `refs` and where the line asks
/// for them. A line that cannot be read gives an object with `line_error`. Values of members that
/// are absent: no parameters, the default limits, the system's clock.
void run_sel_lines(std::istream& in, std::ostream& out);

} // namespace tutti::codec
