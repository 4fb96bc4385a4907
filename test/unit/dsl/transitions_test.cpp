#include "test/unit/dsl/reading.hpp"

namespace tutti::test {

namespace {

using texts = std::vector<std::string>;

/// The successors that these entries give.
std::string successors(const std::string& entries) {
  auto x = read_good(jobs_with("- job: {id: a, type: noop, transition: [" + entries + "]}"));
  return transitions_of(x.workflow.steps).front();
}

/// The transitions of three jobs under a dag; `b` may have one of its own.
texts with_dag(const std::string& dag, const std::string& of_b = "[]") {
  auto x = read_good("workflow:\n  id: w\n  dag: " + dag
                     + "\n  jobs:\n    - job: {id: a, type: noop}\n    - job: {id: b, type: noop, "
                       "transition: "
                     + of_b + "}\n    - job: {id: c, type: noop}\n");
  return transitions_of(x.workflow.steps);
}

} // namespace

TEST_CASE("a job id alone is an edge that is always taken") {
  CHECK(successors("b, c") == R"({"successors":{"b":"true","c":"true"}})");
}

TEST_CASE("a condition is the text between IF and THEN, in any case") {
  CHECK(successors("IF x > 1 THEN b, if  y  then  c") == R"({"successors":{"b":"x > 1","c":"y"}})");
  CHECK(successors(R"("IF s == ' THEN ' THEN b")") == R"({"successors":{"b":"s == ' THEN '"}})");
}

TEST_CASE("OTHERWISE is taken when no condition of the list holds") {
  CHECK(successors("IF x THEN b, IF z THEN c, d, otherwise e")
        == R"x({"successors":{"b":"x","c":"z","d":"true","e":"!((x) || (z))"}})x");
}

TEST_CASE("OTHERWISE without conditions is always taken") {
  CHECK(successors("OTHERWISE b") == R"({"successors":{"b":"true"}})");
}

TEST_CASE("of two entries for a job the later wins") {
  CHECK(successors("IF x THEN b, IF z THEN b") == R"({"successors":{"b":"z"}})");
  CHECK(successors("IF x THEN b, c, OTHERWISE b")
        == R"x({"successors":{"b":"!((x))","c":"true"}})x");
}

TEST_CASE("blank entries are skipped") {
  CHECK(successors(R"("", b, "  ", ~, OTHERWISE c, " ")")
        == R"({"successors":{"b":"true","c":"true"}})");
}

TEST_CASE("a sequential dag links each job to the next") {
  CHECK(with_dag("Sequential")
        == texts{R"({"successors":{"b":"true"}})", R"({"successors":{"c":"true"}})", "{}"});
}

TEST_CASE("a sequential dag leaves alone a job with transitions of its own") {
  CHECK(with_dag("sequential", "[IF x THEN c]")
        == texts{R"({"successors":{"b":"true"}})", R"({"successors":{"c":"x"}})", "{}"});
}

TEST_CASE("a parallel dag and no dag link nothing") {
  CHECK(with_dag("PARALLEL") == texts{"{}", "{}", "{}"});
  CHECK(with_dag("") == texts{"{}", "{}", "{}"});
}

TEST_CASE("a dag map leads from its keys to their entries") {
  CHECK(with_dag("{a: [b, IF x THEN c], b: [OTHERWISE c]}")
        == texts{R"({"successors":{"b":"true","c":"x"}})", R"({"successors":{"c":"true"}})", "{}"});
}

TEST_CASE("a dag map does not touch a job with transitions of its own") {
  CHECK(with_dag("{b: [a]}", "[c]") == texts{"{}", R"({"successors":{"c":"true"}})", "{}"});
}

} // namespace tutti::test
