#include "actors/http/errors.hpp"

#include <doctest/doctest.h>

using namespace tutti;

TEST_CASE("an error becomes Details with the status of its code") {
  const auto answer = http::to_response({ec::bad_request,
                                         "400 BAD_REQUEST \"Validation failure\"",
                                         {"workflow.id cannot be null", "b"}});
  CHECK(answer.status == 400);
  CHECK(answer.content_type == "application/json");
  CHECK(answer.body
        == R"({"status":"BAD_REQUEST","message":"400 BAD_REQUEST \"Validation failure\"",)"
           R"("errors":["workflow.id cannot be null","b"]})");
  CHECK(!answer.retry_after_s);
}

TEST_CASE("errors and retryable are left out when there is nothing to say") {
  CHECK(http::to_response({ec::not_found, "no workflow wf1"}).body
        == R"({"status":"NOT_FOUND","message":"no workflow wf1"})");
  CHECK(http::to_response({ec::conflict, ""}).body == R"({"status":"CONFLICT"})");
}

TEST_CASE("every code has its HTTP status") {
  using http::http_status;
  CHECK(http_status(ec::bad_request) == 400);
  CHECK(http_status(ec::not_found) == 404);
  CHECK(http_status(ec::conflict) == 409);
  CHECK(http_status(ec::precondition_failed) == 412);
  CHECK(http_status(ec::unprocessable) == 422);
  CHECK(http_status(ec::timeout) == 408);
  CHECK(http_status(ec::too_large) == 413);
  CHECK(http_status(ec::overloaded) == 429);
  CHECK(http_status(ec::unavailable) == 503);
  CHECK(http_status(ec::io) == 500);
  CHECK(http_status(ec::corrupt) == 500);
  CHECK(http_status(ec::internal) == 500);
}

TEST_CASE("what may be tried again says so and when") {
  for (const auto code : {ec::overloaded, ec::unavailable}) {
    const auto answer = http::to_response({code, "busy"});
    CHECK(answer.retry_after_s);
    CHECK(answer.body.ends_with(R"("message":"busy","retryable":true})"));
  }
}

TEST_CASE("a problem has exactly six members") {
  const auto answer = http::problem(405, "Method Not Allowed", "Method 'GET' is not supported.",
                                    "/api/v3/workflows");
  CHECK(answer.status == 405);
  CHECK(answer.content_type == "application/problem+json");
  CHECK(
    answer.body
    == R"({"type":"about:blank","title":"Method Not Allowed","status":405,"detail":"Method 'GET' is not supported.","instance":"/api/v3/workflows","properties":null})");
}

TEST_CASE("texts are escaped so that the JSON is always well-formed") {
  std::string out;
  http::append_json(out,
                    "a\"\\/\b\f\n\r\t\x01\x1F \xC3\xBC \xF0\x9F\x98\x80 \xFF\xC3 \xED\xA0\x80");
  CHECK(out
        == "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001F \xC3\xBC \xF0\x9F\x98\x80 "
           "\xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}
