#include "test/unit/ctl/fake_server.hpp"
#include "test/unit/ctl/shell.hpp"

#include <filesystem>

using namespace tutti;
using namespace tutti::ctl;

namespace {

const std::string instance = "/api/v3/workflows/wf/instances/3";
const std::string definition
  = R"({"properties":{"owner":"ann"},"workflow":{"id":"wf","steps":[{"step":{"id":"a","type":"NoOp"}}]}})";

std::string progress(std::string_view status, std::string_view step_status) {
  return R"({"workflow_id":"wf","workflow_instance_id":3,"workflow_run_id":1,"status":")"
         + std::string{status}
         + R"(","create_time":1000,"start_time":1000,"now":3000,"steps":[{"step_id":"a","status":")"
         + std::string{step_status}
         + R"(","attempt":1,"start_time":1000,"end_time":2000,"message":"boom"}]})";
}

void answer_instance(fake_server& server) {
  server.answer("GET /api/v3/workflows/wf/overview", 200,
                R"({"workflow_id":"wf","latest_instance_id":3})");
  server.answer("GET " + instance, 200,
                R"({"workflow_id":"wf","workflow_instance_id":3,"workflow_run_id":1,)"
                R"("status":"IN_PROGRESS"})");
}

void answer_run(fake_server& server, std::string_view status, std::string_view step_status) {
  server.answer("POST /api/v3/workflows", 200,
                R"({"workflow_definition":{"metadata":{"workflow_id":"wf",)"
                R"("workflow_version_id":2},"is_active":true}})");
  server.answer("POST /api/v3/workflows/wf/versions/2/actions/start", 200,
                R"({"workflow_id":"wf","workflow_version_id":2,"workflow_instance_id":3,)"
                R"("workflow_run_id":1,"status":"CREATED"})");
  server.answer("GET " + instance + "/runs/1/progress", 200, progress("IN_PROGRESS", "RUNNING"));
  server.stream(instance + "/runs/1/progress/stream",
                {{"", progress(status, step_status)}, {"end", "{}"}});
}

} // namespace

// -- the command line -----------------------------------------------------------------------------

TEST_CASE("help is a success and lists every verb") {
  shell sh;
  CHECK(sh.run({"help"}) == exit_code::ok);
  for (const auto& x : verb_table())
    CHECK(contains(sh.said(), "  " + std::string{x.name}));
  CHECK(contains(sh.said(), "130"));
  CHECK(sh.run({"--help"}) == exit_code::ok);
}

TEST_CASE("every verb has a help page, by both ways") {
  for (const auto& x : verb_table()) {
    CAPTURE(x.name);
    shell sh;
    CHECK(sh.run({"help", std::string{x.name}}) == exit_code::ok);
    const auto page = sh.said();
    CHECK(contains(page, "Usage: tutti " + std::string{x.name}));
    CHECK(sh.run({std::string{x.name}, "--help"}) == exit_code::ok);
    CHECK(sh.said() == page);
  }
}

TEST_CASE("no verb at all prints the help as a mistake") {
  shell sh;
  CHECK(sh.run({}) == exit_code::usage);
  CHECK(contains(sh.complained(), "Usage: tutti"));
}

TEST_CASE("version is one line") {
  shell sh;
  CHECK(sh.run({"version"}) == exit_code::ok);
  CHECK(contains(sh.said(), "tutti "));
  CHECK(sh.run({"--version"}) == exit_code::ok);
}

TEST_CASE("mistakes on the command line end with 2 and the help to read") {
  shell sh;
  CHECK(sh.run({"wacth", "wf"}) == exit_code::usage);
  CHECK(contains(sh.complained(), "did you mean 'watch'?"));
  for (const words& wrong :
       {words{"get"}, words{"get", "a", "1", "s", "x"}, words{"ps", "-o", "xml"},
        words{"ps", "-n", "0"}, words{"ps", "--server", "ftp://x"}, words{"logs", "wf", "3"},
        words{"kill", "wf"}, words{"get", "wf", "x"}, words{"watch", "wf", "1", "s"},
        words{"logs", "wf", "3", "a", "--attempt", "x"}, words{"push", "nowhere.yaml"},
        words{"run", "nowhere.yaml"}, words{"run", "wf", "-p", "x"},
        words{"run", "wf", "--data", "d", "--server", "http://x"},
        words{"run", "wf", "--wait", "--detach"}}) {
    CAPTURE(wrong);
    CHECK(sh.run(wrong) == exit_code::usage);
    CHECK(contains(sh.complained(), "Next: tutti help " + wrong.front()));
  }
}

TEST_CASE("a silent server ends with 3 and how to start one") {
  shell sh;
  // Port 9 is "discard"; nothing listens there in a test.
  CHECK(sh.run({"ps", "--server", "http://127.0.0.1:9"}) == exit_code::unreachable);
  CHECK(contains(sh.complained(), "127.0.0.1:9"));
  CHECK(contains(sh.complained(), "Next: tuttid --data DIR"));
}

// -- looking --------------------------------------------------------------------------------------

TEST_CASE("the server is that of the flag, else of the variable") {
  fake_server server;
  server.answer("GET /api/v3/instances", 200, R"({"elements":[]})");
  shell sh;
  sh.variables["TUTTI_SERVER"] = server.url();
  CHECK(sh.run({"ps"}) == exit_code::ok);
  sh.variables["TUTTI_SERVER"] = "http://127.0.0.1:9";
  CHECK(sh.run({"--server", server.url() + "/", "ps"}) == exit_code::ok);
}

TEST_CASE("every request carries the name of the user") {
  fake_server server;
  server.answer("GET /api/v3/instances", 200, R"({"elements":[]})");
  shell sh;
  CHECK(sh.run({"ps", "-s", server.url()}) == exit_code::ok);
  CHECK(server.last("GET /api/v3/instances").user == "ann");
  sh.variables["TUTTI_USER"] = "bob";
  CHECK(sh.run({"ps", "-s", server.url()}) == exit_code::ok);
  CHECK(server.last("GET /api/v3/instances").user == "bob");
  CHECK(sh.run({"ps", "-s", server.url(), "-u", "eve"}) == exit_code::ok);
  CHECK(server.last("GET /api/v3/instances").user == "eve");
}

TEST_CASE("ps asks for active runs, or for all workflows, and as many as wanted") {
  fake_server server;
  server.answer("GET /api/v3/instances", 200, R"({"elements":[]})");
  server.answer("GET /api/v3/workflows", 200, R"({"elements":[]})");
  shell sh;
  CHECK(sh.run({"ps", "-n", "5", "-s", server.url()}) == exit_code::ok);
  CHECK(*http::find_value(server.last("GET /api/v3/instances").query, "first") == "5");
  CHECK(sh.run({"ps", "--all", "-s", server.url()}) == exit_code::ok);
  CHECK(contains(sh.said(), "no workflow yet"));
}

TEST_CASE("output is text on a terminal, JSON elsewhere, and what -o says anywhere") {
  fake_server server;
  server.answer("GET /api/v3/node", 200, R"({"version":"1","uptime_ms":5})");
  shell sh;
  CHECK(sh.run({"node", "-s", server.url()}) == exit_code::ok);
  CHECK(contains(sh.said(), "node, version 1"));
  CHECK(sh.run({"node", "-o", "json", "-s", server.url()}) == exit_code::ok);
  CHECK(contains(sh.said(), "\"uptime_ms\": 5"));
  sh.terminal = false;
  CHECK(sh.run({"node", "-s", server.url()}) == exit_code::ok);
  CHECK(contains(sh.said(), "\"uptime_ms\": 5"));
  CHECK(sh.run({"node", "-o", "text", "-s", server.url()}) == exit_code::ok);
  CHECK(contains(sh.said(), "node, version 1"));
}

TEST_CASE("get finds the latest instance when none is named") {
  fake_server server;
  answer_instance(server);
  shell sh;
  CHECK(sh.run({"get", "wf", "-s", server.url()}) == exit_code::ok);
  CHECK(contains(sh.said(), "IN_PROGRESS  wf/3 run 1"));
}

TEST_CASE("get of a workflow that has never run shows the workflow") {
  fake_server server;
  server.answer("GET /api/v3/workflows/wf/overview", 200, R"({"workflow_id":"wf"})");
  shell sh;
  CHECK(sh.run({"get", "wf", "-s", server.url()}) == exit_code::ok);
  CHECK(contains(sh.said(), "wf has never run"));
}

TEST_CASE("get of something unknown is refused with 4") {
  fake_server server;
  shell sh;
  CHECK(sh.run({"get", "wf", "-s", server.url()}) == exit_code::refused);
  CHECK(contains(sh.complained(), "the server refused (404 NOT_FOUND): unknown"));
  CHECK(contains(sh.complained(), "Next: tutti ps --all"));
}

TEST_CASE("a fault of the server ends with 5") {
  fake_server server;
  server.answer("GET /api/v3/node", 500, R"({"status":"INTERNAL_ERROR","message":"disk"})");
  shell sh;
  CHECK(sh.run({"node", "-s", server.url()}) == exit_code::server_error);
}

TEST_CASE("get of a step asks for that step") {
  fake_server server;
  answer_instance(server);
  server.answer("GET " + instance + "/steps/a", 200,
                R"({"workflow_id":"wf","step_id":"a","runtime_state":{"status":"RUNNING"}})");
  shell sh;
  CHECK(sh.run({"get", "wf/3/a", "-s", server.url()}) == exit_code::ok);
  CHECK(contains(sh.said(), "RUNNING"));
}

TEST_CASE("why shows the reasons of the latest run") {
  fake_server server;
  answer_instance(server);
  server.answer("GET " + instance + "/runs/1/why", 200,
                R"({"workflow_id":"wf","workflow_instance_id":3,"status":"CREATED","reasons":[)"
                R"({"subject":"run","waits_for":"concurrency","message":"1 of 1 runs"}]})");
  shell sh;
  CHECK(sh.run({"why", "wf", "-s", server.url()}) == exit_code::ok);
  CHECK(contains(sh.said(), "1 of 1 runs"));
}

TEST_CASE("logs are read piece by piece and passed on unchanged") {
  fake_server server;
  answer_instance(server);
  const auto target = "GET " + instance + "/runs/1/steps/a/attempts/latest/logs";
  server.answer(target, 200, R"({"next_offset":4,"text":"one\n","complete":false})");
  server.answer(target, 200, R"({"next_offset":9,"text":"\u001btwo\n","complete":true})");
  server.answer(target, 200, R"({"next_offset":9,"text":"","complete":true,"dropped":7})");
  shell sh;
  CHECK(sh.run({"logs", "wf", "3", "a", "--stderr", "-f", "-s", server.url()}) == exit_code::ok);
  CHECK(sh.said() == "one\n\x1btwo\n");
  CHECK(contains(sh.complained(), "dropped"));
  const auto query = server.last(target).query;
  CHECK(*http::find_value(query, "stream") == "stderr");
  CHECK(*http::find_value(query, "offset") == "9");
}

// -- acting ---------------------------------------------------------------------------------------

TEST_CASE("stop, kill and restart act on the instance") {
  fake_server server;
  answer_instance(server);
  const std::string done
    = R"({"workflow_id":"wf","workflow_instance_id":3,"workflow_run_id":1,)"
      R"("workflow_instance_status":"STOPPED","info":"The action is completed."})";
  server.answer("PUT " + instance + "/actions/stop", 200, done);
  server.answer("PUT " + instance + "/actions/kill", 200, done);
  server.answer("POST " + instance + "/actions/restart", 200, done);
  shell sh;
  CHECK(sh.run({"stop", "wf", "-s", server.url()}) == exit_code::ok);
  CHECK(sh.said() == "STOPPED  wf/3 run 1  The action is completed.\n");
  CHECK(sh.run({"kill", "wf/3", "-s", server.url()}) == exit_code::ok);
  CHECK(sh.run({"restart", "wf", "3", "--from-beginning", "-s", server.url()}) == exit_code::ok);
  CHECK(server.last("POST " + instance + "/actions/restart").body
        == R"({"restart_policy":"RESTART_FROM_BEGINNING"})");
}

TEST_CASE("push sends YAML as YAML and JSON as JSON") {
  fake_server server;
  const auto made = R"({"workflow_definition":{"metadata":{"workflow_id":"wf",
    "workflow_version_id":2},"is_active":true}})";
  server.answer("POST /api/v3/workflows", 200, made);
  server.answer("POST /api/v3/workflows/yaml", 200, made);
  shell sh;
  scratch_file json{".json", definition};
  CHECK(sh.run({"push", json.name(), "-s", server.url()}) == exit_code::ok);
  CHECK(server.last("POST /api/v3/workflows").content_type == "application/json");
  scratch_file yaml{".yaml", "Workflow:\n  id: wf\n"};
  CHECK(sh.run({"push", yaml.name(), "-s", server.url()}) == exit_code::ok);
  CHECK(server.last("POST /api/v3/workflows/yaml").content_type == "application/yaml");
  CHECK(contains(sh.said(), "pushed wf version 2, active"));
}

TEST_CASE("a refused push names the file and every mistake") {
  fake_server server;
  server.answer("POST /api/v3/workflows", 400,
                R"({"status":"BAD_REQUEST","message":"no","errors":["first","second"]})");
  shell sh;
  scratch_file file{".json", definition};
  CHECK(sh.run({"push", file.name(), "-s", server.url()}) == exit_code::refused);
  CHECK(contains(sh.complained(), file.name() + ": the server refused (400 BAD_REQUEST): no"));
  CHECK(contains(sh.complained(), "  - first\n  - second\n"));
  CHECK(contains(sh.complained(), "Next: correct " + file.name() + ", then: tutti push"));
}

TEST_CASE("validate needs no server") {
  shell sh;
  scratch_file good{".json", definition};
  CHECK(sh.run({"validate", good.name()}) == exit_code::ok);
  CHECK(sh.said() == good.name() + ": valid\n");
}

TEST_CASE("validate tells the mistakes of a YAML file with their lines") {
  shell sh;
  scratch_file bad{".yaml", "Workflow:\n  id: wf\n  jobs:\n    - job: {}\n"};
  CHECK(sh.run({"validate", bad.name()}) == exit_code::refused);
  CHECK(contains(sh.complained(), bad.name() + ": line "));
}

TEST_CASE("validate can ask the server") {
  fake_server server;
  server.answer("PUT /api/v3/workflows/actions/validate", 400,
                R"({"status":"BAD_REQUEST","message":"no","errors":["bad param"]})");
  shell sh;
  scratch_file file{".json", definition};
  CHECK(sh.run({"validate", file.name(), "-s", server.url()}) == exit_code::refused);
  CHECK(contains(sh.complained(), "bad param"));
}

// -- running --------------------------------------------------------------------------------------

TEST_CASE("run pushes, starts that version with typed params, and follows to the end") {
  fake_server server;
  answer_run(server, "SUCCEEDED", "SUCCEEDED");
  shell sh;
  scratch_file file{".json", definition};
  CHECK(sh.run({"run", file.name(), "-p", "n=5", "-s", server.url()}) == exit_code::ok);
  const auto start
    = *read_json(server.last("POST /api/v3/workflows/wf/versions/2/actions/start").body);
  CHECK(text_of(member(start, "initiator"), "type") == "manual");
  CHECK(text_of(member(member(start, "run_params"), "n"), "type") == "LONG");
  CHECK(text_of(start, "request_id").size() == 36);
  CHECK(contains(sh.said(), "SUCCEEDED  wf/3 run 1 after"));
}

TEST_CASE("a failed run ends with 1, its last output and the command to try") {
  fake_server server;
  answer_run(server, "FAILED", "FATALLY_FAILED");
  server.answer("GET " + instance + "/runs/1/steps/a/attempts/latest/logs", 200,
                R"({"next_offset":9,"text":"oh\nno\n","complete":true})");
  server.answer("GET " + instance + "/runs/1/steps/a/attempts/latest/logs", 200,
                R"({"next_offset":9,"text":"","complete":true})");
  shell sh;
  scratch_file file{".json", definition};
  CHECK(sh.run({"run", file.name(), "-s", server.url()}) == exit_code::run_failed);
  CHECK(contains(sh.said(), "tutti logs wf 3 a"));
  CHECK(contains(sh.said(), "  | oh\n  | no\n"));
}

TEST_CASE("run without a terminal waits quietly and closes with one JSON object") {
  fake_server server;
  answer_run(server, "SUCCEEDED", "SUCCEEDED");
  shell sh;
  sh.terminal = false;
  scratch_file file{".json", definition};
  CHECK(sh.run({"run", file.name(), "-s", server.url()}) == exit_code::ok);
  auto closing = read_json(sh.said());
  REQUIRE(closing.has_value());
  CHECK(text_of(*closing, "status") == "SUCCEEDED");
}

TEST_CASE("run --watch without a terminal prints lines on change") {
  fake_server server;
  answer_run(server, "SUCCEEDED", "SUCCEEDED");
  shell sh;
  sh.terminal = false;
  scratch_file file{".json", definition};
  CHECK(sh.run({"run", file.name(), "--watch", "-s", server.url()}) == exit_code::ok);
  CHECK(contains(sh.said(), "RUNNING  a"));
  CHECK(contains(sh.said(), "SUCCEEDED  a"));
  CHECK_FALSE(contains(sh.said(), "\x1b"));
}

TEST_CASE("run --detach starts and returns") {
  fake_server server;
  answer_run(server, "FAILED", "FATALLY_FAILED");
  shell sh;
  scratch_file file{".json", definition};
  CHECK(sh.run({"run", file.name(), "--detach", "-s", server.url()}) == exit_code::ok);
  CHECK(contains(sh.said(), "started wf/3 run 1\nNext: tutti watch wf 3\n"));
}

TEST_CASE("run of an id starts the version that is asked for") {
  fake_server server;
  answer_run(server, "SUCCEEDED", "SUCCEEDED");
  shell sh;
  CHECK(sh.run({"run", "wf", "--version", "2", "-s", server.url()}) == exit_code::ok);
}

TEST_CASE("a start that is repeated keeps its request id and finds its run") {
  fake_server server;
  answer_run(server, "SUCCEEDED", "SUCCEEDED");
  const std::string start = "POST /api/v3/workflows/wf/versions/default/actions/start";
  server.answer(start, 503, "{}");
  server.answer(start, 200,
                R"({"workflow_id":"wf","workflow_instance_id":0,"status":"DUPLICATED"})");
  server.answer("GET /api/v3/workflows/wf/instances", 200, R"({"elements":[]})");
  shell sh;
  CHECK(sh.run({"run", "wf", "-s", server.url()}) == exit_code::refused);
  std::vector<std::string> ids;
  for (const auto& x : server.asked())
    if (x.method + " " + x.path == start)
      ids.push_back(text_of(*read_json(x.body), "request_id"));
  REQUIRE(ids.size() == 2);
  CHECK(ids[0] == ids[1]);
  CHECK(contains(sh.complained(), ids[0]));
}

TEST_CASE("watch goes on when the stream breaks off") {
  fake_server server;
  answer_instance(server);
  const auto path = instance + "/runs/1/progress";
  server.answer("GET " + path, 200, progress("IN_PROGRESS", "RUNNING"));
  server.answer("GET " + path, 503, "{}");
  server.answer("GET " + path, 200, progress("STOPPED", "STOPPED"));
  server.stream(path + "/stream", {{"", progress("IN_PROGRESS", "RUNNING")}});
  shell sh;
  CHECK(sh.run({"watch", "wf", "-s", server.url()}) == exit_code::run_failed);
  CHECK(contains(sh.said(), "STOPPED  wf/3 run 1"));
}

TEST_CASE("watch asks again and again where there is no stream") {
  fake_server server;
  answer_instance(server);
  const auto path = instance + "/runs/1/progress";
  server.answer("GET " + path, 200, progress("IN_PROGRESS", "RUNNING"));
  server.answer("GET " + path, 200, progress("SUCCEEDED", "SUCCEEDED"));
  shell sh;
  CHECK(sh.run({"watch", "wf", "-s", server.url()}) == exit_code::ok);
}

TEST_CASE("watch -o json prints every answer on a line") {
  fake_server server;
  answer_instance(server);
  const auto path = instance + "/runs/1/progress";
  server.answer("GET " + path, 200, progress("SUCCEEDED", "SUCCEEDED"));
  shell sh;
  CHECK(sh.run({"watch", "wf", "-o", "json", "-s", server.url()}) == exit_code::ok);
  auto answer = read_json(sh.said());
  REQUIRE(answer.has_value());
  CHECK(text_of(*answer, "status") == "SUCCEEDED");
}

// -- a node of one's own --------------------------------------------------------------------------

TEST_CASE("run --data starts a node, uses it and stops it") {
  fake_server server;
  answer_run(server, "SUCCEEDED", "SUCCEEDED");
  const auto here = std::filesystem::current_path() / ("ctl-node-" + std::to_string(::getpid()));
  std::filesystem::create_directories(here);
  {
    std::ofstream program{here / "tuttid"};
    program << "#!/bin/sh\n"
            << "trap 'echo stopped > \"" << (here / "stopped").string() << "\"; exit 0' TERM\n"
            << "echo \"ready http=" << server.url().substr(7) << " data=$2\"\n"
            << "while :; do sleep 0.02; done\n";
  }
  std::filesystem::permissions(here / "tuttid", std::filesystem::perms::owner_all);
  shell sh;
  sh.program_folder = here.string();
  scratch_file file{".json", definition};
  CHECK(sh.run({"run", file.name(), "--data", (here / "data").string()}) == exit_code::ok);
  CHECK(contains(sh.complained(), "started a node for this run: " + server.url() + ", data in "
                                    + (here / "data").string()));
  CHECK(std::filesystem::exists(here / "stopped"));
  CHECK(std::filesystem::exists(here / "data"));
  std::filesystem::remove_all(here);
}

TEST_CASE("a node that ends at once is a fault, with its own words") {
  const auto here = std::filesystem::current_path() / ("ctl-node-" + std::to_string(::getpid()));
  std::filesystem::create_directories(here);
  std::ofstream{here / "tuttid"} << "#!/bin/sh\necho 'folder is locked' >&2\nexit 3\n";
  std::filesystem::permissions(here / "tuttid", std::filesystem::perms::owner_all);
  shell sh;
  sh.program_folder = here.string();
  scratch_file file{".json", definition};
  CHECK(sh.run({"run", file.name(), "--data", (here / "data").string()})
        == exit_code::server_error);
  CHECK(contains(sh.complained(), "it ended before it was ready; it said: folder is locked"));
  std::filesystem::remove_all(here);
}
