#pragma once

#include "actors/http/message.hpp"
#include "runtime/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tutti::http {

/// The HTTP status for a code.
unsigned http_status(ec code);

/// The standard name of an HTTP status, such as `Not Found`.
std::string_view status_title(unsigned http_status);

/// Shape 1, `Details`: what a handler rejects. The status, `retryable` and `Retry-After`
/// follow from the code.
response to_response(const error& why);

/// Shape 1 with an HTTP status that no code stands for. `name` is the member `status`.
response details(unsigned http_status, std::string_view name, std::string_view message,
                 const std::vector<std::string>& errors = {}, bool retryable = false);

/// Shape 2, `ProblemDetail`: what is rejected before a handler is chosen.
response problem(unsigned http_status, std::string_view title, std::string_view detail,
                 std::string_view instance);

/// Appends the text as a JSON string with its quotes. Broken UTF-8 becomes U+FFFD.
void append_json(std::string& out, std::string_view text);

} // namespace tutti::http
