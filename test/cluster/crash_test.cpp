#include "test/support/places.hpp"
#include "test/support/running_node.hpp"

#include <doctest/doctest.h>

#include <random>
#include <thread>

using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

constexpr auto start_path = "/api/v3/workflows/backfill/versions/active/actions/start";

std::string request_of(unsigned seed) {
  char uuid[64];
  std::snprintf(uuid, sizeof uuid, "00000000-0000-4000-8000-%012u", seed);
  return std::string{R"({"initiator":{"type":"manual"},"request_id":")"} + uuid + R"("})";
}

/// Starts the backfill with a request id, again if the first try may have been lost.
std::string start(running_node& node, unsigned seed) {
  auto got = node.call("POST", start_path, request_of(seed));
  return got.status == 200 ? std::string{got.body.as_object()["status"].as_string()}
                           : std::string{};
}

void check_backfill(running_node& node) {
  auto end = node.wait_for_end("backfill", 1, 90s);
  REQUIRE(end.status == 200);
  CHECK(end.body.as_object()["status"].as_string() == "SUCCEEDED");
  auto loop = node.call("GET", "/api/v3/workflows/backfill/instances/1/steps/days");
  REQUIRE(loop.status == 200);
  auto& overview = loop.body.at("artifacts").at("maestro_foreach").at("foreach_overview");
  CHECK(boost::json::serialize(overview.at("details")) == R"({"SUCCEEDED":[[1,366]]})");
  CHECK(overview.at("stats").at("SUCCEEDED").to_number<int>() == 366);
  CHECK(overview.at("rollup").at("total_leaf_count").to_number<int>() == 366);
  // `check` fails unless the partitions add up to the whole; its outputs say so once more.
  auto check = node.call("GET", "/api/v3/workflows/backfill/instances/1/steps/check");
  CHECK(check.body.at("params").at("sums").at("evaluated_result").as_string() == "equal");
  // There is one instance, however often the start was asked for.
  auto second = node.call("GET", "/api/v3/workflows/backfill/instances/2");
  CHECK(second.status == 404);
}

} // namespace

TEST_CASE("a backfill survives SIGKILL of the daemon at any moment") {
  auto definition = read_file(tutti::test::in_sources("examples/backfill.yaml"));
  for (auto seed = 1u; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    temporary_folder data;
    auto acknowledged = false;
    {
      running_node node{data.path()};
      REQUIRE(node.call("POST", "/api/v3/workflows/yaml", definition, "application/yaml").status
              == 200);
      acknowledged = !start(node, seed).empty();
      // The moment of the crash is what this test varies, so it waits for a time.
      std::this_thread::sleep_for(std::chrono::milliseconds{random() % 2500});
      node.child().signal(SIGKILL);
      node.child().wait();
    }
    running_node node{data.path()};
    auto again = start(node, seed);
    // A start that was acknowledged is known; the same request does not start a second run.
    CHECK(again == (acknowledged ? "DUPLICATED" : again));
    check_backfill(node);
  }
}

TEST_CASE("a process that outlived the daemon is found again and not started twice") {
  temporary_folder data;
  temporary_folder marks;
  auto definition = R"(workflow:
  id: long
  owner: test
  jobs:
    - job:
        id: work
        type: shell
        mark: ")" + marks.path()
                    + R"("
        script: |
          echo started >> ${mark}/starts
          while [ ! -e ${mark}/go ]; do sleep 0.05; done
          echo '{"done": true}' > "$$TUTTI_OUTPUT"
)";
  {
    running_node node{data.path()};
    REQUIRE(node.call("POST", "/api/v3/workflows/yaml", definition, "application/yaml").status
            == 200);
    REQUIRE(node
              .call("POST", "/api/v3/workflows/long/versions/active/actions/start",
                    R"({"initiator":{"type":"manual"}})")
              .status
            == 200);
    auto deadline = std::chrono::steady_clock::now() + 20s;
    while (read_file(marks.path() + "/starts").empty()
           && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    node.child().signal(SIGKILL);
    node.child().wait();
  }
  running_node node{data.path()};
  auto go = marks.path() + "/go";
  std::fclose(std::fopen(go.c_str(), "w"));
  auto end = node.wait_for_end("long", 1, 30s);
  REQUIRE(end.status == 200);
  CHECK(end.body.as_object()["status"].as_string() == "SUCCEEDED");
  CHECK(read_file(marks.path() + "/starts") == "started\n");
}
