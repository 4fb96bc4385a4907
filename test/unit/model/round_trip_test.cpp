#include "runtime/model/json.hpp"
#include "runtime/model/stored.hpp"
#include "test/support/random_definition.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using request = model::workflow_create_request;

TEST_CASE("generated definitions are the same after writing and reading") {
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    INFO("seed " << seed);
    const auto made = test::definition_maker{seed, false}.make();
    const auto text = model::json_text(made);
    const auto back = model::parse_json<request>(text);
    REQUIRE_MESSAGE(back, (back ? std::string{} : back.error().message));
    CHECK(*back == made);
    CHECK(model::json_text(*back) == text);
  }
}

TEST_CASE("generated definitions are the same after storing and loading") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    INFO("seed " << seed);
    const auto made = test::definition_maker{seed, false}.make();
    const auto back = model::decode<request>(model::encode(made));
    REQUIRE(back);
    CHECK(*back == made);
  }
}
