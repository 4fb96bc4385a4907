#include "test/unit/dsl/reading.hpp"

namespace tutti::test {

namespace {

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i)
    out += text;
  return out;
}

/// A workflow with a param whose value has so many lists inside one another.
std::string nested_lists(std::size_t depth) {
  return "workflow: {id: w, jobs: [], x: " + repeated("[", depth) + repeated("]", depth) + "}";
}

} // namespace

TEST_CASE("a document above the size limit is refused") {
  auto text = "workflow: {id: w, jobs: []}\n#" + std::string(dsl::size_limit, 'x');
  auto found = mistakes_of(text);
  REQUIRE(found.size() == 1);
  CHECK(found[0].find("bytes, more than the limit of 1048576") != std::string::npos);
  CHECK(mistakes_of(text.substr(0, dsl::size_limit)) == std::vector<std::string>{"none"});
}

TEST_CASE("nesting above the limit is refused, whatever the depth") {
  for (auto depth : {99u, 100u, 5000u, 100'000u, 500'000u}) {
    CAPTURE(depth);
    auto found = mistakes_of(nested_lists(depth));
    REQUIRE(found.size() == 1);
    // The map of the document and that of the workflow are levels too.
    CHECK(found[0].find("line 1, column 130: the document nests deeper than 100 levels")
          != std::string::npos);
  }
  CHECK(mistakes_of(nested_lists(98))[0].find("nests deeper") == std::string::npos);
}

TEST_CASE("maps and blocks nest no deeper than lists") {
  for (const auto& part : {repeated("{a: ", 20'000), repeated("- ", 20'000), repeated("? ", 20'000),
                           repeated("- ? ", 20'000)}) {
    auto found = mistakes_of("workflow:\n " + part);
    REQUIRE(found.size() == 1);
    CHECK(found[0].find("the document nests deeper than 100 levels") != std::string::npos);
  }
}

TEST_CASE("a document of too many nodes is refused") {
  auto found = mistakes_of("workflow: {id: w, jobs: [], x: [" + repeated("1,", 150'000) + "]}");
  REQUIRE(found.size() == 1);
  CHECK(found[0].find("more than 100000 keys and values") != std::string::npos);
}

TEST_CASE("a document near the limits is read") {
  auto x = read_good("workflow: {id: w, jobs: [], x: [" + repeated("1,", 99'000) + "]}");
  CHECK(x.workflow.params->find("x")->literal->as<model::int_seq>()->size() == 99'000);
}

TEST_CASE("aliases do not multiply what they stand for") {
  std::string keys = "a0: &a0 [x, x]\n";
  for (auto i = 1; i < 60; ++i) {
    auto name = "a" + std::to_string(i);
    auto last = "*a" + std::to_string(i - 1);
    keys += name + ": &" + name + " [" + last + ", " + last + "]\n";
  }
  auto x = read_good(workflow_with(keys));
  CHECK(x.workflow.params->size() == 60);
}

TEST_CASE("very many params, jobs and transitions are read in good time") {
  std::string keys;
  for (auto i = 0; i < 20'000; ++i)
    keys += "p" + std::to_string(i) + ": 1\n";
  CHECK(read_good(workflow_with(keys)).workflow.params->size() == 20'000);

  std::string jobs;
  std::string targets;
  for (auto i = 0; i < 10'000; ++i) {
    jobs += "- job: {id: j" + std::to_string(i) + ", type: noop}\n";
    targets += "k" + std::to_string(i) + ", ";
  }
  auto x = read_good(jobs_with(jobs) + "  dag: {j0: [" + targets + "]}\n");
  CHECK(x.workflow.steps[0].transition.successors.size() == 10'000);
}

} // namespace tutti::test
