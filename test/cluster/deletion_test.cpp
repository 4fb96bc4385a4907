#include "test/support/running_node.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <thread>

/// Deletion of a workflow by a real daemon that dies on the way.
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

const std::string base = "/api/v3/workflows";

const std::string definition = R"(workflow:
  id: gone
  owner: test
  jobs:
    - job: {id: say, type: shell, command: echo hello}
    - foreach:
        id: many
        ranges: {i: {from: 0, to: 4000}}
        jobs:
          - job: {id: one, type: noop, x: 1}
  dag: sequential
)";

unsigned push(running_node& node) {
  return node.call("POST", base + "/yaml", definition, "application/yaml").status;
}

running_node::answer start(running_node& node) {
  return node.call("POST", base + "/gone/versions/active/actions/start",
                   R"({"initiator":{"type":"manual"}})");
}

/// The workflow hears of the end of its instance a moment after those who watch the instance.
bool is_deleted(running_node& node) {
  return node.call("DELETE", base + "/gone").status == 200;
}

/// Run folders that are put away.
std::size_t folders_in(const std::string& data) {
  std::size_t n = 0;
  std::error_code ignored;
  for (fs::directory_iterator day{data + "/ended", ignored}, end; day != end; ++day)
    for (fs::directory_iterator run{day->path(), ignored}; run != end; ++run)
      ++n;
  return n;
}

template <class Condition>
bool comes_true(Condition condition) {
  for (auto until = std::chrono::steady_clock::now() + 60s;
       std::chrono::steady_clock::now() < until; std::this_thread::sleep_for(50ms))
    if (condition())
      return true;
  return false;
}

} // namespace

TEST_CASE("a deletion that a crash interrupts goes on after the restart, and nothing is left") {
  temporary_folder data;
  {
    running_node node{data.path()};
    REQUIRE(push(node) == 200);
    REQUIRE(start(node).status == 200);
    auto ended = node.wait_for_end("gone", 1, 60s);
    REQUIRE(ended.status == 200);
    REQUIRE(ended.body.as_object()["status"] == "SUCCEEDED");
    REQUIRE(comes_true([&] { return is_deleted(node); }));
    CHECK(node.call("GET", base + "/gone/instances/1/runs/1").status == 200);
    CHECK(push(node) == 409);
    // In the midst of it: the rows of the run itself are gone.
    CHECK(comes_true(
      [&] { return node.call("GET", base + "/gone/instances/1/runs/1").status == 404; }));
    node.child().signal(SIGKILL);
    node.child().wait();
  }
  running_node node{data.path()};
  CHECK(comes_true([&] { return push(node) == 200; }));
  CHECK(node.call("GET", base + "/gone/instances/1/runs/1").status == 404);
  auto again = start(node);
  REQUIRE(again.status == 200);
  CHECK(again.body.as_object()["workflow_instance_id"] == 2);
  CHECK(again.body.as_object()["workflow_version_id"] == 1);
}

TEST_CASE("the logs of a deleted workflow go with it") {
  temporary_folder data;
  running_node node{data.path()};
  REQUIRE(push(node) == 200);
  REQUIRE(start(node).status == 200);
  REQUIRE(node.wait_for_end("gone", 1, 60s).status == 200);
  CHECK(comes_true([&] { return folders_in(data.path()) == 1; }));
  REQUIRE(comes_true([&] { return is_deleted(node); }));
  CHECK(comes_true([&] { return folders_in(data.path()) == 0; }));
}
