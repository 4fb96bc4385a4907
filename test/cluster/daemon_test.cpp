#include "test/support/places.hpp"
#include "test/support/running_node.hpp"

#include <doctest/doctest.h>

using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

/// Runs `tuttid` with arguments that it refuses, and gives what it says.
std::string refusal(std::vector<std::string> arguments, int code) {
  arguments.insert(arguments.begin(), tutti::test::node_program());
  process node{arguments};
  CHECK(node.first_line(20s).empty());
  CHECK(node.wait() == code);
  return node.errors();
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("the daemon says where it listens, is live and ready, and stops on SIGTERM") {
  temporary_folder data;
  running_node node{data.path()};
  CHECK(node.call("GET", "/livez").status == 200);
  CHECK(node.call("GET", "/readyz").status == 200);
  node.child().signal(SIGTERM);
  CHECK(node.child().wait() == 0);
}

TEST_CASE("a second daemon on the same folder is refused with a sentence") {
  temporary_folder data;
  running_node node{data.path()};
  auto said = refusal({"--data", data.path(), "--http", "127.0.0.1:0"}, 1);
  CHECK_MESSAGE(says(said, "another"), said);
  CHECK(node.call("GET", "/readyz").status == 200);
}

TEST_CASE("a port in use is refused with a sentence") {
  temporary_folder data;
  temporary_folder other;
  running_node node{data.path()};
  auto address = node.url().substr(std::string{"http://"}.size());
  auto said = refusal({"--data", other.path(), "--http", address}, 1);
  CHECK_MESSAGE(says(said, address), said);
}

TEST_CASE("unknown and out-of-range options are refused with what is allowed") {
  temporary_folder data;
  CHECK(says(refusal({"--data", data.path(), "--shards", "0"}, 2), "1..1024"));
  CHECK(says(refusal({"--data", data.path(), "--shard", "4"}, 2), "--shards"));
  CHECK(says(refusal({}, 2), "data"));
}

TEST_CASE("what was pushed and run is there after a restart, and steps go on") {
  temporary_folder data;
  auto definition = R"(workflow:
  id: nap
  owner: test
  jobs:
    - job: {id: rest, type: sleep, sleep_seconds: 2}
    - job: {id: end, type: noop}
  dag: sequential
)";
  {
    running_node node{data.path()};
    REQUIRE(node.call("POST", "/api/v3/workflows/yaml", definition, "application/yaml").status
            == 200);
    REQUIRE(node
              .call("POST", "/api/v3/workflows/nap/versions/active/actions/start",
                    R"({"initiator":{"type":"manual"}})")
              .status
            == 200);
    node.child().signal(SIGTERM);
    CHECK(node.child().wait() == 0);
  }
  running_node node{data.path()};
  auto end = node.wait_for_end("nap", 1, 20s);
  REQUIRE(end.status == 200);
  CHECK(end.body.as_object()["status"].as_string() == "SUCCEEDED");
}

TEST_CASE("each kind of mistake in a definition is one clear error and changes nothing") {
  temporary_folder data;
  running_node node{data.path()};

  struct mistake {
    const char* name;
    std::string yaml;
    const char* said;
  };

  std::string head = "workflow:\n  id: bad\n  owner: test\n  jobs:\n";
  std::string many = head;
  for (auto i = 0; i < 1001; ++i)
    many += "    - job: {id: s" + std::to_string(i) + ", type: noop}\n";
  const mistake mistakes[] = {
    {"bad YAML", "workflow:\n  id: [bad\n", "line"},
    {"unknown key", "workflov:\n  id: bad\n", "workflow"},
    {"unknown step type", head + "    - job: {id: a, type: nop}\n", "nop"},
    {"cycle",
     head
       + "    - job: {id: a, type: noop, transition: [b]}\n"
         "    - job: {id: b, type: noop, transition: [a]}\n",
     "a -> b -> a"},
    {"unknown step", head + "    - job: {id: a, type: noop, transition: [zz]}\n", "zz"},
    {"duplicate id", head + "    - job: {id: a, type: noop}\n    - job: {id: a, type: noop}\n",
     "a"},
    {"unknown parameter",
     "workflow:\n  id: bad\n  owner: test\n  p: \"${nobody}\"\n"
     "  jobs:\n    - job: {id: a, type: noop}\n",
     "nobody"},
    {"too large", many, "1000"},
  };
  for (auto& m : mistakes) {
    CAPTURE(m.name);
    auto got = node.call("POST", "/api/v3/workflows/yaml", m.yaml, "application/yaml");
    CHECK(got.status == 400);
    CHECK_MESSAGE(says(got.text, m.said), got.text.substr(0, 400));
    CHECK(got.body.is_object());
    CHECK(node.call("GET", "/api/v3/workflows/bad/versions/latest").status == 404);
  }
}
