#pragma once

#include "runtime/sel/calls.hpp"

namespace tutti::sel {

/// `String.format`: Java's rules (spec 03 §8). Failures are named as in Java.
cell* format_text(machine& m, text_view format, arguments args);

} // namespace tutti::sel
