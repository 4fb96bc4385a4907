#pragma once

#include "actors/http/message.hpp"

#include <string>
#include <string_view>

namespace tutti::http {

/// What a `Connection` header tells the client.
enum class after_answer {
  /// Goes on, as HTTP/1.1 does without being told.
  goes_on,
  /// Goes on, which HTTP/1.0 has to be told.
  keep_alive,
  close,
};

/// Appends a whole answer as HTTP/1.1 bytes; without the body for `HEAD`.
void append_answer(std::string& out, const response& with, after_answer then, bool is_head);

/// Appends the header of an answer whose body follows in pieces.
void append_stream_head(std::string& out, const response& with, bool chunked);

/// Appends a piece of a chunked body. @pre the piece is not empty: that would be the end
void append_chunk(std::string& out, std::string_view piece);

constexpr std::string_view last_chunk = "0\r\n\r\n";

} // namespace tutti::http
