#pragma once

#include "runtime/base/error.hpp"

#include <string>
#include <string_view>

namespace tutti::ctl {

/// Turns an answer with a status from 400 on into an error: the server's words as the message,
/// its findings as details. Understands the three shapes of errors that the API has, and texts.
error refusal_of(unsigned status, std::string_view body);

/// True when the same request may succeed a little later.
bool worth_repeating(unsigned status);

} // namespace tutti::ctl
