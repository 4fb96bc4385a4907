#include "test/unit/ctl/fake_server.hpp"
#include "test/unit/ctl/shell.hpp"
#include "tools/ctl/completion.hpp"

#include <cstdlib>

using namespace tutti;
using namespace tutti::ctl;

namespace {

constexpr std::string_view yaml
  = "workflow:\n  id: wf\n  owner: ann\n  limit: 3\n  retryPolicy: none\n"
    "  jobs:\n    - job: {id: a, type: noop}\n";

constexpr std::string_view hint
  = "hint: line 5, column 3: workflow.retryPolicy: found a key that becomes a param";

} // namespace

TEST_CASE("help of help and of version is the page of the program") {
  shell sh;
  for (const char* word : {"help", "version"}) {
    CHECK(sh.run({"help", word}) == exit_code::ok);
    CHECK(contains(sh.said(), "Usage: tutti VERB"));
  }
  CHECK(sh.run({"help", "hlep"}) == exit_code::usage);
  CHECK(contains(sh.complained(), "did you mean 'help'?"));
}

TEST_CASE("every verb has examples that call it") {
  for (const auto& x : verb_table()) {
    CAPTURE(x.name);
    CHECK(contains(x.examples.data(), "tutti " + std::string{x.name}));
    CHECK(contains(verb_help(x), "Examples:"));
  }
}

// -- hints ------------------------------------------------------------------------

TEST_CASE("validate gives hints, which are no mistakes") {
  shell sh;
  scratch_file file{".yaml", std::string{yaml}};
  CHECK(sh.run({"validate", file.name()}) == exit_code::ok);
  CHECK(sh.said() == file.name() + ": valid\n");
  CHECK(contains(sh.complained(), file.name() + ": " + std::string{hint}));
  CHECK(sh.run({"validate", file.name(), "-o", "json"}) == exit_code::ok);
  CHECK(contains(sh.said(), "\"hints\": [\n"));
}

TEST_CASE("validate finds what a server would refuse") {
  shell sh;
  scratch_file file{".yaml", "workflow:\n  id: wf\n  jobs:\n    - job: {id: a, type: shell}\n"};
  CHECK(sh.run({"validate", file.name()}) == exit_code::refused);
  CHECK(contains(sh.complained(), "exactly one of them must be defined"));
}

TEST_CASE("a reference to what nothing gives a value to is a hint with a guess") {
  shell sh;
  scratch_file file{".yaml", "workflow:\n  id: wf\n  jobs:\n"
                             "    - job: {id: make, type: noop}\n"
                             "    - foreach:\n        id: loop\n"
                             "        loop_params: {region: [a, b]}\n        jobs:\n"
                             "          - job: {id: fill, type: noop, text: "
                             "\"${regoin} ${region} ${make__x} ${workflow_id} ${mke__x}\"}\n"};
  CHECK(sh.run({"validate", file.name()}) == exit_code::ok);
  CHECK(contains(sh.complained(), "step [fill], param [text]: nothing here gives a value to "
                                  "[regoin], so a start must bring it, or it fails there; did you "
                                  "mean 'region'?"));
  CHECK(contains(sh.complained(), "gives a value to [mke__x]"));
  for (auto known : {"[region]", "[make__x]", "[workflow_id]"})
    CHECK_FALSE(contains(sh.complained(), std::string{"gives a value to "} + known));
}

TEST_CASE("push and run give hints on standard error") {
  fake_server server;
  shell sh;
  scratch_file file{".yaml", std::string{yaml}};
  for (const char* verb : {"push", "run"}) {
    CHECK(sh.run({verb, file.name(), "-s", server.url()}) == exit_code::refused);
    CHECK(contains(sh.complained(), hint));
    CHECK_FALSE(contains(sh.said(), "hint"));
  }
}

TEST_CASE("a param of a run that looks misspelt gets a hint") {
  fake_server server;
  shell sh;
  scratch_file file{".yaml", std::string{yaml}};
  (void)sh.run({"run", file.name(), "-p", "limt=5", "-p", "other=1", "-s", server.url()});
  CHECK(contains(sh.complained(), "no param 'limt', so it is a new one; did you mean 'limit'?"));
  CHECK_FALSE(contains(sh.complained(), "'other'"));
  (void)sh.run({"run", file.name(), "-p", "limit=5", "-s", server.url()});
  CHECK_FALSE(contains(sh.complained(), "new one"));
}

TEST_CASE("an unknown id leads to the list of workflows") {
  fake_server server;
  shell sh;
  for (const words& call : {words{"run", "nosuch"}, words{"stop", "nosuch", "1"},
                            words{"kill", "nosuch", "1"}, words{"restart", "nosuch", "1"}}) {
    CAPTURE(call);
    auto texts = call;
    texts.insert(texts.end(), {"-s", server.url()});
    CHECK(sh.run(texts) == exit_code::refused);
    CHECK(contains(sh.complained(), "Next: tutti ps --all\n"));
  }
}

// -- logs -------------------------------------------------------------------------

TEST_CASE("logs -f waits for a step that has not begun, and for a server that went away") {
  const std::string run = "/api/v3/workflows/wf/instances/3";
  auto progress = [](const char* status) {
    return R"({"workflow_id":"wf","workflow_instance_id":3,"workflow_run_id":1,)"
           R"("status":"IN_PROGRESS","steps":[{"step_id":"a","status":")"
           + std::string{status} + R"("}]})";
  };
  fake_server server;
  server.answer("GET " + run, 200,
                R"({"workflow_id":"wf","workflow_instance_id":3,"workflow_run_id":1})");
  server.answer("GET " + run + "/runs/1/progress", 200, progress("NOT_CREATED"));
  server.answer("GET " + run + "/runs/1/progress", 200, progress("RUNNING"));
  const auto log = "GET " + run + "/runs/1/steps/a/attempts/latest/logs";
  server.answer(log, 200, R"({"next_offset":4,"text":"one\n"})");
  server.answer(log, 503, "{}");
  server.answer(log, 200, R"({"next_offset":8,"text":"two\n"})");
  server.answer(log, 200, R"({"next_offset":8,"text":"","complete":true})");
  shell sh;
  CHECK(sh.run({"logs", "wf", "3", "a", "-f", "-s", server.url()}) == exit_code::ok);
  CHECK(sh.said() == "one\ntwo\n");
  CHECK(contains(sh.complained(), "step 'a' has not begun yet"));
}

// -- completion ---------------------------------------------------------------------

TEST_CASE("the completion knows every verb and option") {
  const auto script = bash_completion();
  for (const auto& x : verb_table()) {
    CHECK(contains(script, " " + std::string{x.name}));
    for (const auto& f : x.flags)
      CHECK(contains(script, "--" + std::string{f.name}));
  }
  shell sh;
  CHECK(sh.run({"completion", "bash"}) == exit_code::ok);
  CHECK(sh.said() == script);
  CHECK(sh.run({"completion", "fish"}) == exit_code::usage);
}

TEST_CASE("bash reads the completion and completes with it") {
  if (std::system("command -v bash >/dev/null") != 0) {
    MESSAGE("skipped: there is no bash");
    return;
  }
  scratch_file script{".bash", bash_completion()
                                 + "compopt() { :; }\nCOMP_WORDS=(tutti \"${@:1}\")\n"
                                   "COMP_CWORD=$#\n_tutti tutti\n"
                                   "[[ \" ${COMPREPLY[*]} \" == *\" $wanted \"* ]]\n"};
  auto completes = [&](const std::string& typed, const std::string& wanted) {
    return std::system(("wanted=" + wanted + " bash " + script.name() + " " + typed).c_str()) == 0;
  };
  CHECK(completes("wa", "watch"));
  CHECK(completes("run --de", "--detach"));
  CHECK(completes("-s http://x logs --fo", "--follow"));
  CHECK(completes("ps -o js", "json"));
  CHECK(completes("help pus", "push"));
  CHECK_FALSE(completes("ps --fo", "--follow"));
}
