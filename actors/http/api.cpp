#include "actors/http/api.hpp"

#include "actors/http/api_parts.hpp"
#include "actors/http/errors.hpp"

#include <charconv>
#include <limits>

namespace tutti::http {

using engine::views::json_result;
using engine::views::page_request;
using engine::views::run_name;

api::api(api_deps deps) {
  auto shared = std::make_shared<const api_deps>(std::move(deps));
  auto table = std::make_shared<route_table>();
  add_definition_routes(*table, shared);
  add_push_routes(*table, shared);
  add_action_routes(*table, shared);
  add_restart_routes(*table, shared);
  add_property_routes(*table, shared);
  add_unblock_routes(*table, shared);
  add_template_routes(*table, shared);
  add_instance_routes(*table, shared);
  add_step_routes(*table, shared);
  add_insight_routes(*table, shared);
  add_node_routes(*table, shared);
  add_cluster_routes(*table, shared);
  session_ = shared->read_session;
  routes_ = std::move(table);
}

void api::operator()(request asked, responder answer) const {
  const auto session = session_ ? session_() : nullptr;
  (*routes_)(std::move(asked), std::move(answer));
}

// -- answers --------------------------------------------------------------------------------------

response json_response(const boost::json::value& body, unsigned status) {
  response out;
  out.status = status;
  out.body = model::to_text(body);
  return out;
}

void reply(const responder& to, const json_result& what) {
  to(what ? json_response(*what) : to_response(what.error()));
}

void add_read(route_table& to, std::string pattern,
              std::function<json_result(param_reader&)> view) {
  to.add({"GET", std::move(pattern), [view = std::move(view)](request asked, responder answer) {
            param_reader read{asked};
            auto out = view(read);
            if (read.refusal())
              answer(*read.refusal());
            else
              reply(answer, out);
          }});
}

// -- parameters -----------------------------------------------------------------------------------

namespace {

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t n = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), n);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size())
    return std::nullopt;
  return n;
}

error not_a_number(const std::string& text) {
  return {ec::bad_request, "For input string: \"" + text + "\""};
}

bool is_latest(std::string_view text) {
  constexpr std::string_view word = "latest";
  return text.size() == word.size()
         && std::equal(text.begin(), text.end(), word.begin(), [](char a, char b) {
              return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
            });
}

} // namespace

run_name instance_name(param_reader& read) {
  auto workflow_id = read.required_text("workflowId");
  return {std::move(workflow_id), read.required_int64("workflowInstanceId"), 0};
}

result<std::int64_t> number_or_latest(const std::string& text) {
  if (is_latest(text))
    return std::int64_t{0};
  auto n = parse_number(text);
  if (!n)
    return not_a_number(text);
  // A negative number names nothing; it must not be taken for the latest.
  return *n < 0 ? std::numeric_limits<std::int64_t>::max() : *n;
}

result<page_request> page_of(param_reader& read) {
  page_request page{read.int64("first"), read.int64("last"), std::nullopt};
  if (page.first && page.last)
    return error{ec::bad_request, "Either first or last need to be provided, but not both"};
  if (!page.first && !page.last)
    return error{ec::bad_request, "Either first or last need to be provided, both cannot be null"};
  auto size = page.first ? *page.first : *page.last;
  if (size < 1 || size > 200)
    return error{ec::bad_request, validation_failure};
  if (auto* cursor = read.text("cursor"); cursor && !cursor->empty()) {
    page.cursor = parse_number(*cursor);
    if (!page.cursor)
      return not_a_number(*cursor);
  }
  return page;
}

// -- bodies ---------------------------------------------------------------------------------------

error body_error(const error& why) {
  // Details name members that are absent, in the form of violations.
  if (!why.details.empty())
    return {ec::bad_request, validation_failure, why.details};
  return {ec::bad_request, "JSON parse error: " + why.message};
}

result<boost::json::value> read_json_body(const request& asked, const char* type) {
  error missing{ec::bad_request, std::string{"Required request body is missing: "} + type};
  if (asked.body.find_first_not_of(" \t\r\n") == std::string::npos)
    return missing;
  auto value = model::parse_text(asked.body);
  if (!value)
    return body_error(value.error());
  if (value->is_null())
    return missing;
  return value;
}

} // namespace tutti::http
