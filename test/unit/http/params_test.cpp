#include "actors/http/params.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using http::param_reader;

namespace {

http::request with(http::name_values query, http::name_values path_vars = {}) {
  http::request asked;
  asked.path = "/api/v3/x";
  asked.query = std::move(query);
  asked.path_vars = std::move(path_vars);
  return asked;
}

std::string detail_problem(const std::string& detail) {
  return R"({"type":"about:blank","title":"Bad Request","status":400,"detail":")" + detail
         + R"(","instance":"/api/v3/x","properties":null})";
}

} // namespace

TEST_CASE("a flag has eight words in any letter case") {
  for (const auto* yes : {"true", "on", "yes", "1", "True", "ON"}) {
    const auto asked = with({{"enriched", yes}});
    param_reader read{asked};
    CHECK(read.flag("enriched", false));
    CHECK(!read.refusal());
  }
  for (const auto* no : {"false", "off", "no", "0", "False", "nO"}) {
    const auto asked = with({{"enriched", no}});
    param_reader read{asked};
    CHECK(!read.flag("enriched", true));
    CHECK(!read.refusal());
  }
}

TEST_CASE("an absent or empty parameter means the default") {
  const auto asked = with({{"a", ""}});
  param_reader read{asked};
  CHECK(read.flag("a", true));
  CHECK(!read.flag("b", false));
  CHECK(!read.int64("a"));
  CHECK(!read.int32("b"));
  CHECK(!read.text("b"));
  CHECK(!read.refusal());
}

TEST_CASE("a mistyped flag is refused") {
  const auto asked = with({{"enriched", "maybe"}});
  param_reader read{asked};
  read.flag("enriched", true);
  REQUIRE(read.refusal());
  CHECK(read.refusal()->status == 400);
  CHECK(read.refusal()->content_type == "application/problem+json");
  CHECK(read.refusal()->body == detail_problem("Failed to convert 'enriched' with value: 'maybe'"));
}

TEST_CASE("numbers are plain decimals within their range") {
  const auto asked = with({{"a", "9223372036854775807"}, {"b", "-2147483648"}, {"c", "+7"}});
  param_reader read{asked};
  CHECK(read.int64("a") == INT64_MAX);
  CHECK(read.int32("b") == INT32_MIN);
  CHECK(read.required_int32("c") == 7);
  CHECK(!read.refusal());
}

TEST_CASE("a number that is none or out of range is refused") {
  for (const auto* bad :
       {"abc", "1.5", "0x10", "1e3", "--1", "+-1", "1 2", "2147483648", "latest"}) {
    const auto asked = with({{"first", bad}});
    param_reader read{asked};
    CHECK(!read.int32("first"));
    REQUIRE(read.refusal());
    CHECK(read.refusal()->body
          == detail_problem("Failed to convert 'first' with value: '" + std::string{bad} + "'"));
  }
}

TEST_CASE("a missing required parameter is refused") {
  const auto asked = with({{"empty", ""}});
  {
    param_reader read{asked};
    read.required_text("workflowId");
    REQUIRE(read.refusal());
    CHECK(read.refusal()->body
          == detail_problem("Required parameter 'workflowId' is not present."));
  }
  param_reader read{asked};
  CHECK(read.required_text("empty").empty());
  CHECK(!read.refusal());
  read.required_int64("empty");
  CHECK(read.refusal());
}

TEST_CASE("the first fault is the one that is told") {
  const auto asked = with({{"a", "x"}});
  param_reader read{asked};
  read.int64("a");
  read.required_text("b");
  CHECK(read.refusal()->body == detail_problem("Failed to convert 'a' with value: 'x'"));
}

TEST_CASE("parameters of the path come before those of the query") {
  const auto asked = with({{"runId", "2"}}, {{"runId", "1"}});
  param_reader read{asked};
  CHECK(read.required_int64("runId") == 1);
}

TEST_CASE("the first of several values counts") {
  const auto asked = with({{"a", "1"}, {"a", "2"}});
  param_reader read{asked};
  CHECK(read.int64("a") == 1);
}
