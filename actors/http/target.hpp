#pragma once

#include "actors/http/message.hpp"
#include "runtime/base/error.hpp"

#include <string_view>

namespace tutti::http {

/// Cuts a request target (`/path?query`, or the absolute form) into the path, its decoded
/// segments and the decoded query. Refuses what does not decode to UTF-8 text without NUL.
status read_target(std::string_view target, request& into);

/// The text with `%xx` decoded, and `+` as a blank when `plus_is_blank`.
result<std::string> percent_decode(std::string_view text, bool plus_is_blank);

} // namespace tutti::http
