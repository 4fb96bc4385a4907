#pragma once

#include <string_view>

namespace tutti::ctl {

/// What a reader wants to know of a status of a run, a step or an iteration.
enum class mood : unsigned char {
  waiting,
  busy,
  good,
  bad
};

mood mood_of(std::string_view status);

/// True when the status of a run or an iteration is its last one.
bool run_ended(std::string_view status);

/// The escape sequence of a mood's colour; empty for `waiting`.
std::string_view colour_of(mood x);

} // namespace tutti::ctl
