#include "tools/ctl/answer.hpp"

#include "tools/ctl/json_view.hpp"
#include "tools/ctl/text.hpp"

namespace tutti::ctl {

namespace {

constexpr std::size_t body_shown_max = 300;

ec code_of(unsigned status) {
  switch (status) {
    case 404:
    case 410:
      return ec::not_found;
    case 408:
      return ec::timeout;
    case 409:
      return ec::conflict;
    case 412:
      return ec::precondition_failed;
    case 413:
      return ec::too_large;
    case 422:
      return ec::unprocessable;
    case 429:
      return ec::overloaded;
    default:
      return status < 500 ? ec::bad_request : ec::internal;
  }
}

std::string first_text(const json_value& body, std::initializer_list<std::string_view> names) {
  for (auto name : names)
    if (auto text = text_of(body, name); !text.empty())
      return text;
  return {};
}

/// `400 BAD_REQUEST "Validation failure"` repeats what is said before it.
std::string without_status(std::string words, unsigned status) {
  const auto quote = words.find('"');
  if (words.rfind(std::to_string(status) + " ", 0) != 0 || quote == std::string::npos
      || words.size() < quote + 2 || words.back() != '"')
    return words;
  return words.substr(quote + 1, words.size() - quote - 2);
}

/// For a body that is not made by a Tutti server; a page of a proxy is of no use to anyone.
std::string stranger_text(std::string_view body) {
  const auto line = one_line(body);
  const auto text = line.empty() || line.front() == '<' ? std::string{} : cut(line, body_shown_max);
  constexpr std::string_view doubt = "the answer is no JSON; is there a Tutti server?";
  return text.empty() ? std::string{doubt} : text + " (" + std::string{doubt} + ")";
}

} // namespace

error refusal_of(unsigned status, std::string_view body) {
  error made{code_of(status), status < 500 ? "the server refused" : "the server failed"};
  made.message += " (" + std::to_string(status);
  const auto parsed = read_json(body);
  const auto said = parsed ? *parsed : json_value{};
  const auto name = member(said, "status").is_string() ? text_of(said, "status")
                                                       : first_text(said, {"title", "error"});
  made.message += (name.empty() ? "" : " " + one_line(name)) + ")";
  const auto words = said.is_object()
                       ? without_status(first_text(said, {"message", "detail", "path"}), status)
                       : stranger_text(body);
  if (!words.empty())
    made.message += ": " + one_line(words);
  for (const auto& x : elements_of(said, "errors"))
    if (x.is_string())
      made.details.push_back(one_line({x.get_string().data(), x.get_string().size()}));
  return made;
}

bool worth_repeating(unsigned status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

} // namespace tutti::ctl
