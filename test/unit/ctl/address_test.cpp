#include "tools/ctl/address.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::ctl;

TEST_CASE("an address is one to three words, or the same with slashes") {
  CHECK(*read_address({"wf"}) == address{"wf", 0, ""});
  CHECK(*read_address({"wf", "3"}) == address{"wf", 3, ""});
  CHECK(*read_address({"wf/3"}) == address{"wf", 3, ""});
  CHECK(*read_address({"wf", "3", "step"}) == address{"wf", 3, "step"});
  CHECK(*read_address({"wf/3/step"}) == address{"wf", 3, "step"});
  CHECK(*read_address({"wf/3", "step"}) == address{"wf", 3, "step"});
}

TEST_CASE("latest is the instance that is not named") {
  CHECK(*read_address({"wf", "latest", "step"}) == address{"wf", 0, "step"});
  CHECK(*read_address({"wf/latest"}) == *read_address({"wf"}));
}

TEST_CASE("an instance that is no number from 1 is refused by name") {
  for (auto wrong : {"0", "-1", "three", "1.5"}) {
    CAPTURE(wrong);
    auto refused = read_address({"wf", wrong});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find("INSTANCE '" + std::string{wrong} + "'")
          != std::string::npos);
  }
}

TEST_CASE("empty names and too many are refused") {
  CHECK_FALSE(read_address({""}).has_value());
  CHECK_FALSE(read_address({"wf/"}).has_value());
  CHECK_FALSE(read_address({"a/1/b", "c"}).has_value());
}

TEST_CASE("ids are encoded in paths") {
  CHECK(workflow_path("a b?") == "/api/v3/workflows/a%20b%3F");
  CHECK(instance_path("wf", 3) == "/api/v3/workflows/wf/instances/3");
}
