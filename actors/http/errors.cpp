#include "actors/http/errors.hpp"

#include "actors/http/utf8.hpp"

#include <array>
#include <cstdio>

namespace tutti::http {

namespace {

/// How long a client should wait before it asks a busy or absent node again.
constexpr unsigned overloaded_retry_s = 1;
constexpr unsigned unavailable_retry_s = 2;

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      break;
  }
  if (static_cast<unsigned char>(c) >= 0x20U) {
    out += c;
    return;
  }
  std::array<char, 8> code{};
  std::snprintf(code.data(), code.size(), "\\u%04X", static_cast<unsigned>(c));
  out += code.data();
}

} // namespace

unsigned http_status(ec code) {
  switch (code) {
    case ec::ok:
      return 200;
    case ec::bad_request:
      return 400;
    case ec::not_found:
      return 404;
    case ec::conflict:
      return 409;
    case ec::precondition_failed:
      return 412;
    case ec::unprocessable:
      return 422;
    case ec::timeout:
      return 408;
    case ec::unavailable:
      return 503;
    case ec::overloaded:
      return 429;
    case ec::too_large:
      return 413;
    case ec::io:
    case ec::corrupt:
    case ec::internal:
      return 500;
  }
  return 500;
}

std::string_view status_title(unsigned http_status) {
  static constexpr std::pair<unsigned, std::string_view> titles[] = {
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Payload Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Entity"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
  };
  for (const auto& [code, title] : titles)
    if (code == http_status)
      return title;
  return "Unknown";
}

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const auto n = utf8_char_size(text, i);
    if (n == 1)
      append_escaped(out, text[i]);
    else if (n == 0)
      out += "\xEF\xBF\xBD";
    else
      out += text.substr(i, n);
    i += n == 0 ? 1 : n;
  }
  out += '"';
}

response details(unsigned http_status, std::string_view name, std::string_view message,
                 const std::vector<std::string>& errors, bool retryable) {
  response answer;
  answer.status = http_status;
  answer.body = R"({"status":)";
  append_json(answer.body, name);
  // An empty message is left out, as the type `Details` does.
  if (!message.empty()) {
    answer.body += R"(,"message":)";
    append_json(answer.body, message);
  }
  if (!errors.empty()) {
    answer.body += R"(,"errors":)";
    char before = '[';
    for (const auto& item : errors) {
      answer.body += before;
      append_json(answer.body, item);
      before = ',';
    }
    answer.body += ']';
  }
  if (retryable)
    answer.body += R"(,"retryable":true)";
  answer.body += '}';
  return answer;
}

response to_response(const error& why) {
  const bool retryable = why.code == ec::overloaded || why.code == ec::unavailable;
  auto answer = details(http_status(why.code), to_string(why.code), why.message, why.details,
                        retryable);
  if (why.code == ec::overloaded)
    answer.retry_after_s = overloaded_retry_s;
  if (why.code == ec::unavailable)
    answer.retry_after_s = unavailable_retry_s;
  return answer;
}

response problem(unsigned http_status, std::string_view title, std::string_view detail,
                 std::string_view instance) {
  response answer;
  answer.status = http_status;
  answer.content_type = "application/problem+json";
  answer.body = R"({"type":"about:blank","title":)";
  append_json(answer.body, title);
  answer.body += R"(,"status":)" + std::to_string(http_status) + R"(,"detail":)";
  append_json(answer.body, detail);
  answer.body += R"(,"instance":)";
  append_json(answer.body, instance);
  answer.body += R"(,"properties":null})";
  return answer;
}

} // namespace tutti::http
