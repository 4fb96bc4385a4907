#include "actors/http/routes.hpp"
#include "actors/http/target.hpp"
#include "test/unit/http/raw_client.hpp"

#include <doctest/doctest.h>

using namespace tutti;

namespace {

http::route_table make_table() {
  http::route_table table;
  const auto add = [&](const char* method, const char* pattern,
                       http::body_kind body = http::body_kind::any, bool user = false) {
    table.add({method, pattern, {}, body, user});
  };
  add("POST", "/api/v3/workflows", http::body_kind::json, true);
  add("POST", "/api/v3/workflows/yaml", http::body_kind::yaml);
  add("GET", "/api/v3/workflows/{workflowId}/{what}");
  add("GET", "/api/v3/workflows/{workflowId}/overview");
  add("DELETE", "/api/v3/workflows/{workflowId}");
  add("GET", "/api/v3/workflows/instances/action-map");
  add("PUT", "/api/v3/workflows/{workflowId}/instances");
  table.add({"GET", "/events", {}, http::body_kind::any, false, "text/event-stream"});
  table.add({"GET", "/metrics", {}, http::body_kind::any, false, ""});
  add("GET", "/");
  return table;
}

http::request ask(std::string method, std::string_view target, std::string content_type = "",
                  std::string accept = "") {
  http::request asked;
  asked.method = std::move(method);
  asked.content_type = std::move(content_type);
  asked.accept = std::move(accept);
  REQUIRE(http::read_target(target, asked));
  return asked;
}

std::string pattern_of(http::request asked) {
  static const auto table = make_table();
  const auto found = table.find(asked);
  const auto* const* one = std::get_if<const http::route*>(&found);
  return one ? (*one)->pattern : "";
}

http::response refusal_of(http::request asked) {
  const auto table = make_table();
  const auto found = table.find(asked);
  REQUIRE(std::holds_alternative<http::response>(found));
  return std::get<http::response>(found);
}

void check_problem(const http::response& answer, unsigned status, const std::string& title,
                   const std::string& detail, const std::string& instance) {
  CHECK(answer.status == status);
  CHECK(answer.content_type == "application/problem+json");
  CHECK(answer.body
        == R"({"type":"about:blank","title":")" + title + R"(","status":)" + std::to_string(status)
             + R"(,"detail":")" + detail + R"(","instance":")" + instance
             + R"(","properties":null})");
}

} // namespace

TEST_CASE("a literal segment wins over a placeholder, the one further left first") {
  CHECK(pattern_of(ask("GET", "/api/v3/workflows/wf1/overview"))
        == "/api/v3/workflows/{workflowId}/overview");
  CHECK(pattern_of(ask("GET", "/api/v3/workflows/instances/action-map"))
        == "/api/v3/workflows/instances/action-map");
  CHECK(pattern_of(ask("GET", "/api/v3/workflows/instances/overview"))
        == "/api/v3/workflows/{workflowId}/overview");
  CHECK(pattern_of(ask("GET", "/api/v3/workflows/a/b")) == "/api/v3/workflows/{workflowId}/{what}");
  CHECK(pattern_of(ask("GET", "/")) == "/");
}

TEST_CASE("a placeholder route serves the methods that the literal one does not") {
  CHECK(pattern_of(ask("PUT", "/api/v3/workflows/instances/instances"))
        == "/api/v3/workflows/{workflowId}/instances");
}

TEST_CASE("placeholders give their decoded segments by name") {
  const auto table = make_table();
  auto asked = ask("GET", "/api/v3/workflows/my%20flow/x?workflowId=other");
  REQUIRE(std::holds_alternative<const http::route*>(table.find(asked)));
  CHECK(asked.path_vars == http::name_values{{"workflowId", "my flow"}, {"what", "x"}});
}

TEST_CASE("HEAD is served by the GET route") {
  CHECK(pattern_of(ask("HEAD", "/api/v3/workflows/wf1/overview"))
        == "/api/v3/workflows/{workflowId}/overview");
}

TEST_CASE("an unknown route gets 404") {
  check_problem(refusal_of(ask("GET", "/api/v3/nosuch")), 404, "Not Found",
                "No static resource api/v3/nosuch.", "/api/v3/nosuch");
  CHECK(refusal_of(ask("GET", "/a/b/c/d/e/f/g")).status == 404);
}

TEST_CASE("a trailing slash and an empty segment are unknown routes") {
  check_problem(refusal_of(ask("POST", "/api/v3/workflows/")), 404, "Not Found",
                "No static resource api/v3/workflows/.", "/api/v3/workflows/");
  CHECK(refusal_of(ask("DELETE", "/api/v3/workflows/wf1/")).status == 404);
  CHECK(refusal_of(ask("GET", "/api/v3/workflows//overview")).status == 404);
  CHECK(refusal_of(ask("GET", "//api/v3/workflows")).status == 404);
}

TEST_CASE("another method gets 405 and the methods that there are") {
  const auto answer = refusal_of(ask("GET", "/api/v3/workflows?first=1"));
  check_problem(answer, 405, "Method Not Allowed", "Method 'GET' is not supported.",
                "/api/v3/workflows");
  CHECK(answer.headers == http::name_values{{"Allow", "POST"}});
  CHECK(refusal_of(ask("get", "/api/v3/workflows/wf1/overview")).status == 405);
}

TEST_CASE("a wrong or missing content type gets 415") {
  const std::string path = "/api/v3/workflows";
  check_problem(refusal_of(ask("POST", path, "text/plain")), 415, "Unsupported Media Type",
                "Content-Type 'text/plain' is not supported.", path);
  check_problem(refusal_of(ask("POST", path, "text/plain; charset=UTF-8")), 415,
                "Unsupported Media Type",
                "Content-Type 'text/plain;charset=UTF-8' is not supported.", path);
  check_problem(refusal_of(ask("POST", path)), 415, "Unsupported Media Type",
                "Content-Type 'null' is not supported.", path);
  CHECK(refusal_of(ask("POST", path + "/yaml", "application/json")).status == 415);
}

TEST_CASE("the content type may have parameters and any letter case") {
  auto asked = ask("POST", "/api/v3/workflows", "Application/JSON; charset=utf-8");
  asked.has_user = true;
  CHECK(pattern_of(asked) == "/api/v3/workflows");
  CHECK(pattern_of(ask("POST", "/api/v3/workflows/yaml", "application/yaml"))
        == "/api/v3/workflows/yaml");
}

TEST_CASE("a route that demands no body takes any content type") {
  CHECK(!pattern_of(ask("DELETE", "/api/v3/workflows/wf1", "text/plain")).empty());
}

TEST_CASE("Accept without JSON gets 406") {
  const std::string path = "/api/v3/workflows/wf1/overview";
  check_problem(refusal_of(ask("GET", path, "", "text/html")), 406, "Not Acceptable",
                "Acceptable representations: [application/json].", path);
  for (const auto* fine : {"", "*/*", "application/*", "text/html, application/json;q=0.5",
                           "text/html,*/*;q=0.8", "APPLICATION/JSON"}) {
    CAPTURE(fine);
    CHECK(pattern_of(ask("GET", path, "", fine)) == "/api/v3/workflows/{workflowId}/overview");
  }
  for (const auto* bad :
       {"text/*", "application/problem+json", "application/json;q=0", "*/*; q=0.0", "nonsense"}) {
    CAPTURE(bad);
    CHECK(refusal_of(ask("GET", path, "", bad)).status == 406);
  }
}

TEST_CASE("a route may produce something else than JSON") {
  CHECK(pattern_of(ask("GET", "/events", "", "text/event-stream")) == "/events");
  CHECK(refusal_of(ask("GET", "/events", "", "application/json")).status == 406);
  CHECK(pattern_of(ask("GET", "/metrics", "", "text/plain")) == "/metrics");
}

TEST_CASE("a route that records its caller demands the header user") {
  const auto answer = refusal_of(ask("POST", "/api/v3/workflows", "application/json"));
  CHECK(answer.status == 400);
  CHECK(answer.content_type == "application/json");
  CHECK(answer.body == R"({"status":"BAD_REQUEST","message":"the user name cannot be null"})");
  auto named = ask("POST", "/api/v3/workflows", "application/json");
  named.has_user = true;
  CHECK(pattern_of(named) == "/api/v3/workflows");
}

TEST_CASE("an encoded slash in a segment gets 400") {
  CHECK(refusal_of(ask("GET", "/api/v3/workflows/a%2Fb/overview")).status == 400);
  CHECK(refusal_of(ask("GET", "/api/v3/workflows/a%2fb/overview")).status == 400);
  CHECK(!pattern_of(ask("GET", "/api/v3/workflows/wf1/overview?a=%2F")).empty());
}

TEST_CASE("the table serves a server") {
  http::route_table table;
  table.add({"GET", "/hello/{name}", [](http::request asked, http::responder answer) {
               answer({200, "text/plain", *http::find_value(asked.path_vars, "name"), {}, {}});
             }});
  http::server_options options;
  options.port = 0;
  auto server = http::server::start(options, [&](http::request asked, http::responder answer) {
    table(std::move(asked), answer);
  });
  REQUIRE(server);
  test::raw_client client{(*server)->port()};
  client.send(
    "GET /hello/you HTTP/1.1\r\nHost: h\r\n\r\nPUT /hello/you HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(test::body_of(client.read_response()) == "you");
  const auto refused = client.read_response();
  CHECK(test::status_of(refused) == 405);
  CHECK(refused.find("Allow: GET\r\n") != std::string::npos);
}
