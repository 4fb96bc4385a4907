#include "actors/http/answer_text.hpp"

#include "actors/http/errors.hpp"

#include <array>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <ctime>

namespace tutti::http {

namespace {

/// The present time as HTTP writes it, made anew when the second changes.
std::string_view http_date() {
  thread_local std::time_t made_at = -1;
  thread_local std::array<char, 32> text{};
  const auto now = std::time(nullptr);
  if (now != made_at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made_at = now;
  }
  return text.data();
}

void append_number(std::string& out, std::uint64_t value, int base = 10) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, base).ptr;
  out.append(text.data(), end);
}

/// A header cannot end its own line.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  for (const auto text : {name, std::string_view{": "}, value})
    for (const char c : text)
      out += c == '\r' || c == '\n' ? ' ' : c;
  out += "\r\n";
}

bool may_have_body(unsigned status) {
  return status >= 200 && status != 204 && status != 304;
}

/// Everything up to the fields that depend on the body's form.
void append_head(std::string& out, const response& with) {
  out += "HTTP/1.1 ";
  append_number(out, with.status);
  out += ' ';
  out += status_title(with.status);
  out += "\r\nDate: ";
  out += http_date();
  out += "\r\n";
  if (with.retry_after_s) {
    out += "Retry-After: ";
    append_number(out, *with.retry_after_s);
    out += "\r\n";
  }
  for (const auto& [name, value] : with.headers)
    append_field(out, name, value);
}

} // namespace

void append_answer(std::string& out, const response& with, after_answer then, bool is_head) {
  append_head(out, with);
  const bool has_body = may_have_body(with.status);
  if (has_body) {
    if (!with.body.empty())
      append_field(out, "Content-Type", with.content_type);
    out += "Content-Length: ";
    append_number(out, with.body.size());
    out += "\r\n";
  }
  if (then == after_answer::close)
    out += "Connection: close\r\n";
  else if (then == after_answer::keep_alive)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
  if (has_body && !is_head)
    out += with.body;
}

void append_stream_head(std::string& out, const response& with, bool chunked) {
  append_head(out, with);
  append_field(out, "Content-Type", with.content_type);
  if (chunked)
    out += "Transfer-Encoding: chunked\r\n";
  out += "Connection: close\r\n\r\n";
}

void append_chunk(std::string& out, std::string_view piece) {
  assert(!piece.empty());
  append_number(out, piece.size(), 16);
  out += "\r\n";
  out += piece;
  out += "\r\n";
}

} // namespace tutti::http
