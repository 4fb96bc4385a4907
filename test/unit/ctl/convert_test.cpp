#include "test/unit/ctl/shell.hpp"
#include "tools/ctl/json_view.hpp"

#include <chrono>
#include <filesystem>

namespace tutti::ctl {

namespace {

namespace fs = std::filesystem;

constexpr const char* document = R"(workflow:
  id: wf
  run_strategy: SEQUENTIAL
  step_concurrency: 20
  rate: 1.50
  jobs:
    - job:
        id: a
        type: NoOp
)";

/// A folder that is gone at the end of the test.
class scratch_folder {
public:
  explicit scratch_folder(const std::string& name)
    : path_("ctl-" + std::to_string(::getpid()) + name) {
    fs::create_directories(path_);
  }

  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  ~scratch_folder() { fs::remove_all(path_); }

  void add(const std::string& file, const std::string& text) const {
    fs::create_directories((path_ / file).parent_path());
    std::ofstream{path_ / file} << text;
  }

  std::string name() const { return path_.string(); }

private:
  fs::path path_;
};

} // namespace

TEST_CASE("convert writes YAML as JSON with the digits of its numbers") {
  shell sh;
  scratch_file file{".yaml", document};
  CHECK(sh.run({"convert", file.name()}) == exit_code::ok);
  CHECK(contains(sh.said(), "\"value\": 1.50"));
  CHECK(contains(sh.said(), "\"id\": \"wf\""));
}

TEST_CASE("convert there and back gives the same text") {
  shell sh;
  scratch_file yaml{".yaml", document};
  CHECK(sh.run({"convert", yaml.name()}) == exit_code::ok);
  scratch_file json{".json", sh.said()};
  CHECK(sh.run({"convert", json.name()}) == exit_code::ok);
  CHECK(sh.said() == document);
  CHECK(sh.complained().empty());
}

TEST_CASE("convert can write the form that a file has") {
  shell sh;
  scratch_file yaml{".yaml", std::string{"# a comment\n"} + document};
  CHECK(sh.run({"convert", "--to", "yaml", yaml.name()}) == exit_code::ok);
  CHECK(sh.said() == document);
  CHECK(sh.run({"convert", "--to", "toml", yaml.name()}) == exit_code::usage);
}

TEST_CASE("convert drops nothing unless it is told to") {
  shell sh;
  scratch_file json{".json", R"({"workflow":{"id":"wf","steps":[{"step":{"id":"a","type":"NoOp",
    "retry_policy":{"error_retry_limit":3}}}]}})"};
  CHECK(sh.run({"convert", json.name()}) == exit_code::refused);
  CHECK(sh.said().empty());
  CHECK(contains(sh.complained(), "workflow.steps[0].step.retry_policy"));
  CHECK(sh.run({"convert", "--force", json.name()}) == exit_code::ok);
  CHECK(contains(sh.said(), "type: NoOp"));
  CHECK(contains(sh.complained(), "left out: workflow.steps[0].step.retry_policy"));
}

TEST_CASE("convert tells the mistakes of a file") {
  shell sh;
  scratch_file bad{".yaml", "workflow: {id: wf}"};
  CHECK(sh.run({"convert", bad.name()}) == exit_code::refused);
  CHECK(contains(sh.complained(), "jobs"));
  CHECK(sh.run({"convert", "nowhere.yaml"}) == exit_code::usage);
}

TEST_CASE("schema prints JSON") {
  shell sh;
  CHECK(sh.run({"schema"}) == exit_code::ok);
  const auto schema = read_json(sh.said());
  REQUIRE(schema);
  CHECK(text_of(*schema, "$schema") == "http://json-schema.org/draft-07/schema#");
}

TEST_CASE("JSON is indented without a change of its texts and numbers") {
  CHECK(indented(R"({"a":[1.50,"x\",{}"],"b":{},"c":[]})")
        == "{\n  \"a\": [\n    1.50,\n    \"x\\\",{}\"\n  ],\n  \"b\": {},\n  \"c\": []\n}\n");
}

TEST_CASE("validate takes folders, with the folders in them") {
  shell sh;
  scratch_folder folder{"-folder"};
  folder.add("a.yaml", document);
  folder.add("below/b.yml", document);
  folder.add("below/c.json", "{");
  folder.add(".hidden/d.yaml", "bad");
  folder.add("notes.txt", "bad");
  CHECK(sh.run({"validate", folder.name()}) == exit_code::refused);
  CHECK(sh.said() == folder.name() + "/a.yaml: valid\n" + folder.name() + "/below/b.yml: valid\n");
  CHECK(contains(sh.complained(), "below/c.json: not readable as JSON"));
  CHECK(!contains(sh.complained(), "hidden"));
  scratch_folder empty{"-empty"};
  CHECK(sh.run({"validate", empty.name()}) == exit_code::usage);
}

TEST_CASE("validate checks hundreds of definitions in the blink of an eye") {
  shell sh;
  scratch_folder folder{"-many"};
  std::string jobs = "  jobs:\n";
  for (auto n = 0; n < 10; ++n)
    jobs += "    - job: {id: j" + std::to_string(n) + ", type: NoOp, \"!x<long>\": n + 1}\n";
  for (auto n = 0; n < 300; ++n)
    folder.add(std::to_string(n) + ".yaml",
               "workflow:\n  id: wf" + std::to_string(n) + "\n  n: 1\n" + jobs);
  const auto begin = std::chrono::steady_clock::now();
  CHECK(sh.run({"validate", folder.name()}) == exit_code::ok);
  const auto spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin);
  MESSAGE("300 definitions in " << spent.count() << " s");
  CHECK(spent.count() < 5); // Below one second by itself; tests run beside others.
}

} // namespace tutti::ctl
