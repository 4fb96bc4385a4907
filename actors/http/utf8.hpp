#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tutti::http {

/// Bytes of the well-formed UTF-8 character that starts at `at`; 0 if there is none.
/// @pre `at < text.size()`
std::size_t utf8_char_size(std::string_view text, std::size_t at);

bool is_utf8(std::string_view text);

/// Header values have no declared encoding: UTF-8 stays, anything else is read as Latin-1.
std::string header_text(std::string_view value);

} // namespace tutti::http
