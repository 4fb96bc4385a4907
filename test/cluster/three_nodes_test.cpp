// Real nodes on loopback: joining, copies, fail-over.

#include "test/support/places.hpp"
#include "test/support/running_cluster.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <set>
#include <thread>

using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

constexpr auto chain = R"(workflow:
  id: chain
  owner: test
  jobs:
    - job:
        id: a
        type: NoOp
        transition: [b]
    - job:
        id: b
        type: NoOp
)";

std::string request_of(std::uint64_t number) {
  char uuid[64];
  std::snprintf(uuid, sizeof uuid, "00000000-0000-4000-8000-%012llu",
                static_cast<unsigned long long>(number));
  return std::string{R"({"initiator":{"type":"manual"},"request_id":")"} + uuid + R"("})";
}

/// Waits for what `/api/v3/cluster` says; false if it does not come.
bool wait_for(running_cluster& all, const std::function<bool(const boost::json::value&)>& what) {
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < until) {
    if (auto seen = all.look(); seen.is_object() && what(seen))
      return true;
    std::this_thread::sleep_for(100ms);
  }
  return false;
}

constexpr auto start_path = "/api/v3/workflows/chain/versions/active/actions/start";

} // namespace

TEST_CASE("three nodes hold every shard, and any of them answers") {
  running_cluster all{3};
  auto seen = all.look();
  CHECK(seen.at("replicas_wanted").to_number<int>() == 3);
  CHECK(seen.at("encrypted").as_bool());
  for (auto& x : seen.at("nodes").as_array()) {
    CHECK(x.at("replicas").to_number<int>() == 64);
    CHECK(x.at("up").as_bool());
  }
  REQUIRE(all.node(1).call("POST", "/api/v3/workflows/yaml", chain, "application/yaml").status
          == 200);
  for (std::size_t i = 1; i <= 3; ++i) {
    auto started = all.node(i).call("POST", start_path, request_of(i));
    REQUIRE(started.status == 200);
    CHECK(started.body.at("workflow_instance_id").to_number<std::size_t>() == i);
    // Who asks another node sees it at once.
    auto read = all.node(i % 3 + 1).call("GET",
                                         "/api/v3/workflows/chain/instances/" + std::to_string(i));
    CHECK(read.status == 200);
  }
  for (std::size_t i = 1; i <= 3; ++i) {
    auto end = all.node(i).wait_for_end("chain", static_cast<int>(4 - i), 20s);
    REQUIRE(end.status == 200);
    CHECK(end.body.at("status").as_string() == "SUCCEEDED");
  }
  // A wrong secret is shown the door.
  temporary_folder other;
  auto token = std::string(32, '0') + "." + std::string(64, '0');
  process stranger{{tutti::test::node_program(), "--data", other.path(), "--http", "127.0.0.1:0",
                    "--listen", "127.0.0.1:1", "--join",
                    std::string{all.look().at("nodes").at(0).at("address").as_string()}, "--token",
                    token}};
  CHECK(stranger.wait() == 1);
}

TEST_CASE("SIGKILL of the busiest node under load: no start is lost or doubled") {
  running_cluster all{3};
  REQUIRE(all.node(1).call("POST", "/api/v3/workflows/yaml", chain, "application/yaml").status
          == 200);
  std::map<std::uint64_t, std::int64_t> instance_of;
  std::uint64_t number = 0;
  auto start_some = [&](int count) {
    for (auto i = 0; i < count; ++i) {
      ++number;
      auto got = all.call_any("POST", start_path, request_of(number), 20s);
      REQUIRE(got.status == 200);
      // Of a start whose first answer got lost only that much is told.
      auto again = got.body.at("status").as_string() == "DUPLICATED";
      instance_of[number] = again ? 0
                                  : got.body.at("workflow_instance_id").to_number<std::int64_t>();
    }
  };
  start_some(50);
  const auto victim = all.busiest();
  all.kill(victim);
  const auto dead = std::chrono::steady_clock::now();
  start_some(1);
  const auto served = std::chrono::steady_clock::now();
  MESSAGE("first start after the kill: "
          << std::chrono::duration_cast<std::chrono::milliseconds>(served - dead).count() << " ms");
  start_some(50);
  all.restart(victim);
  CHECK(all.wait_until_whole(60s));
  start_some(20);
  // The same request again starts nothing.
  for (auto& [request, instance] : instance_of) {
    auto again = all.call_any("POST", start_path, request_of(request), 20s);
    REQUIRE(again.status == 200);
    CHECK(again.body.at("status").as_string() == "DUPLICATED");
  }
  std::set<std::int64_t> instances;
  for (auto& [request, instance] : instance_of)
    CHECK((instance == 0 || instances.insert(instance).second));
  // As many as were asked for: nothing got lost, and nothing was started twice.
  CHECK(*instances.rbegin() <= static_cast<std::int64_t>(number));
  for (std::int64_t i = 1; i <= static_cast<std::int64_t>(number); ++i)
    instances.insert(i);
  CHECK(
    all.call_any("GET", "/api/v3/workflows/chain/instances/" + std::to_string(number + 1), {}, 20s)
      .status
    == 404);
  for (auto instance : instances) {
    auto end = all.node(1 + static_cast<std::size_t>(instance) % 3)
                 .wait_for_end("chain", static_cast<int>(instance), 30s);
    REQUIRE(end.status == 200);
    CHECK(end.body.at("status").as_string() == "SUCCEEDED");
  }
}

TEST_CASE("a job whose node dies goes on, and is found again instead of started twice") {
  running_cluster all{3};
  temporary_folder marks;
  const auto definition = R"(workflow:
  id: long
  owner: test
  jobs:
    - job:
        id: a
        type: shell
        script: |
          echo begin >> )" + marks.path()
                          + R"(/marks; sleep 12; echo end >> )" + marks.path() + "/marks\n";
  REQUIRE(all.node(1).call("POST", "/api/v3/workflows/yaml", definition, "application/yaml").status
          == 200);
  REQUIRE(all.node(2)
            .call("POST", "/api/v3/workflows/long/versions/active/actions/start", request_of(1))
            .status
          == 200);
  std::size_t runs_it = 0;
  for (auto i = 0; i < 100 && runs_it == 0; ++i) {
    auto seen = all.look();
    for (auto& x : seen.at("nodes").as_array())
      if (x.at("jobs").to_number<int>() == 1)
        runs_it = x.at("node").to_number<std::size_t>();
    std::this_thread::sleep_for(50ms);
  }
  REQUIRE(runs_it != 0);
  // The first time its leader dies with it. The second time somebody else leads the step, has found
  // the job there, and must notice that the process which told of it is gone.
  for (auto pause : {2s, 1s}) {
    all.kill(runs_it);
    std::this_thread::sleep_for(pause);
    all.restart(runs_it);
    std::this_thread::sleep_for(2s);
  }
  auto end = all.node(runs_it % 3 + 1).wait_for_end("long", 1, 60s);
  REQUIRE(end.status == 200);
  CHECK(end.body.at("status").as_string() == "SUCCEEDED");
  CHECK(read_file(marks.path() + "/marks") == "begin\nend\n");
}

TEST_CASE("a node is drained, a fourth one takes its share, and one leaves for ever") {
  running_cluster all{3};
  REQUIRE(all.node(1).call("POST", "/api/v3/workflows/yaml", chain, "application/yaml").status
          == 200);
  constexpr auto runs = 30;
  for (auto i = 1; i <= runs; ++i)
    REQUIRE(all.call_any("POST", start_path, request_of(static_cast<std::uint64_t>(i)), 20s).status
            == 200);
  auto numbers = [](const boost::json::value& seen, const char* name) {
    std::map<int, int> out;
    for (auto& x : seen.at("nodes").as_array())
      out[x.at("node").to_number<int>()] = x.at(name).to_number<int>();
    return out;
  };
  const auto nodes = std::string{"/api/v3/cluster/nodes/"};

  REQUIRE(all.node(1).call("POST", nodes + "1/actions/drain").status == 200);
  CHECK(wait_for(all, [&](auto& x) { return numbers(x, "leads")[1] == 0; }));
  REQUIRE(all.node(1).call("POST", nodes + "1/actions/uncordon").status == 200);
  CHECK(wait_for(all, [&](auto& x) { return numbers(x, "leads")[1] > 10; }));

  REQUIRE(all.add() == 4);
  CHECK(wait_for(all, [&](auto& x) { return numbers(x, "replicas")[4] >= 40; }));
  // It answers for shards of which it has no copy, too.
  for (auto i = 1; i <= runs; ++i) {
    auto end = all.node(4).wait_for_end("chain", i, 20s);
    REQUIRE(end.status == 200);
    CHECK(end.body.at("status").as_string() == "SUCCEEDED");
  }
  CHECK(all.node(4)
          .call("GET", "/api/v3/workflows/chain/instances?first=50")
          .body.at("elements")
          .as_array()
          .size()
        == runs);

  REQUIRE(all.node(4).call("POST", nodes + "2/actions/remove").status == 200);
  CHECK(wait_for(all, [&](auto& x) {
    auto copies = numbers(x, "replicas");
    return !copies.contains(2) && copies[1] == 64 && copies[3] == 64 && copies[4] == 64;
  }));
  CHECK(all.node(4).call("POST", nodes + "9/actions/drain").status == 404);
}
