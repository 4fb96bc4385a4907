#include "actors/worker/outputs.hpp"

#include "actors/worker/output_scanner.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tutti::worker {

namespace json = boost::json;

namespace {

std::string_view trim(std::string_view text) {
  constexpr auto blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

result<json::object> parse_outputs(const char* source, std::string_view text) {
  boost::system::error_code failure;
  auto value = json::parse({text.data(), text.size()}, failure);
  if (failure)
    return error{ec::bad_request,
                 std::string{"outputs from "} + source + " are not JSON: " + failure.message(),
                 {}};
  if (!value.is_object())
    return error{ec::bad_request,
                 std::string{"outputs from "} + source + " are not a JSON object",
                 {}};
  return std::move(value.get_object());
}

void merge_into(json::object& base, json::object& winner) {
  for (auto& [name, value] : winner) {
    auto* old = base.if_contains(name);
    if (!old || !old->is_object() || !value.is_object()) {
      base[name] = std::move(value);
      continue;
    }
    for (auto& [inner_name, inner] : value.get_object())
      old->get_object()[inner_name] = std::move(inner);
  }
}

} // namespace

job_outputs merge_outputs(const result<std::string>& file, const job_report& report) {
  const auto max_chars = report.output_max_chars;
  const auto too_large = [max_chars](const char* source) {
    return job_outputs{{},
                       std::string{"outputs from "} + source + " exceed "
                         + std::to_string(max_chars) + " characters"};
  };
  if (!file && file.error().code != ec::not_found)
    return {{}, file.error().message};
  if (report.token_text_too_large)
    return too_large("the output tokens");
  const auto in_file = file ? trim(*file) : std::string_view{};
  const auto in_log = report.token_text ? trim(*report.token_text) : std::string_view{};
  json::object merged;
  if (!in_log.empty()) {
    auto object = parse_outputs("the output tokens", in_log);
    if (!object)
      return {{}, object.error().message};
    merged = std::move(*object);
  }
  if (!in_file.empty()) {
    auto object = parse_outputs("the output file", in_file);
    if (!object)
      return {{}, object.error().message};
    merge_into(merged, *object);
  }
  // A single source is passed on as it is, with its own way to write numbers.
  std::string text{in_file.empty() ? in_log : in_file};
  if (!in_file.empty() && !in_log.empty())
    text = json::serialize(merged);
  if (characters(text) > max_chars)
    return too_large("the job");
  return {std::move(text), {}};
}

} // namespace tutti::worker
