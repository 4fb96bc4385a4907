#include "actors/worker/job_order.hpp"
#include "actors/worker/process_runner.hpp"
#include "actors/worker/run_folder.hpp"
#include "test/support/places.hpp"
#include "test/unit/worker/temp_folder.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>

using namespace tutti;
using namespace tutti::worker;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 20s;

/// Waits for a condition that no event announces.
template <class F>
bool eventually(F condition) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

std::string content(const std::string& path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool alive(pid_t pid) {
  const auto stat = content("/proc/" + std::to_string(pid) + "/stat");
  const auto state = stat.rfind(") ");
  return state != std::string::npos && stat[state + 2] != 'Z';
}

/// What a runner reported about its jobs.
class event_log {
public:
  void add(const std::string& step_uuid, job_event event) {
    const std::scoped_lock guard{mutex_};
    events_[step_uuid].push_back(std::move(event));
    changed_.notify_all();
  }

  template <class Event>
  std::optional<Event> wait(const std::string& step_uuid, std::size_t number = 1) {
    std::unique_lock guard{mutex_};
    std::optional<Event> found;
    changed_.wait_for(guard, patience, [&] {
      std::size_t seen = 0;
      for (const auto& event : events_[step_uuid])
        if (const auto* one = std::get_if<Event>(&event); one && ++seen == number)
          found = *one;
      return found.has_value();
    });
    return found;
  }

  std::size_t count_started(const std::string& step_uuid) {
    const std::scoped_lock guard{mutex_};
    std::size_t count = 0;
    for (const auto& event : events_[step_uuid])
      count += std::holds_alternative<job_started>(event) ? 1 : 0;
    return count;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::vector<job_event>> events_;
};

struct runner_fixture {
  worker::test::temp_folder temp;
  event_log events;
  std::unique_ptr<process_runner> runner;
  std::size_t running_max = 64;

  runner_fixture() { start_runner(); }

  ~runner_fixture() {
    // Whatever a failed test left running must not outlive it.
    for (const auto& entry : std::filesystem::directory_iterator{runs()})
      if (runner->attach(entry.path().filename().string()))
        (void)runner->terminate(entry.path().filename().string(), 0);
    eventually([&] { return runner->running() == 0; });
  }

  std::string runs() const { return temp.path() + "/runs"; }

  std::string file(const std::string& name) const { return temp.path() + "/" + name; }

  std::string in_run(const std::string& uuid, const std::string& name) const {
    return runs() + "/" + uuid + "/" + name;
  }

  void start_runner() {
    runner_options options;
    options.runs_dir = runs();
    options.step_binary = tutti::test::step_program();
    options.running_max = running_max;
    auto opened = process_runner::open(options, [this](const std::string& uuid, job_event event) {
      events.add(uuid, std::move(event));
    });
    REQUIRE_MESSAGE(opened.has_value(), opened.error().message);
    runner = std::move(*opened);
  }

  /// As if the daemon died: jobs stay.
  void restart_runner() {
    runner.reset();
    start_runner();
  }

  static job_spec script(const std::string& uuid, const std::string& text) {
    job_spec spec;
    spec.step_uuid = uuid;
    spec.script = text;
    spec.grace_ms = 5000;
    return spec;
  }

  void launch(const job_spec& spec) {
    const auto launched = runner->launch(spec);
    REQUIRE_MESSAGE(launched.has_value(), launched.error().message);
  }

  job_result ended(const std::string& uuid, std::size_t number = 1) {
    const auto event = events.wait<job_ended>(uuid, number);
    REQUIRE_MESSAGE(event.has_value(), "no end of ", uuid);
    return event->result;
  }

  job_result run(const job_spec& spec) {
    launch(spec);
    return ended(spec.step_uuid);
  }

  std::string log(const std::string& uuid, const std::string& stream) {
    const auto chunk = runner->read_log(uuid, stream, 0, 1 << 20);
    REQUIRE_MESSAGE(chunk.has_value(), chunk.error().message);
    return chunk->data;
  }

  /// Waits until the job has written a whole line with a process id into the file.
  pid_t pid_in(const std::string& name) {
    REQUIRE(eventually([&] { return content(file(name)).ends_with('\n'); }));
    return static_cast<pid_t>(std::stol(content(file(name))));
  }

  pid_t supervisor_of(const std::string& uuid) {
    const auto started = events.wait<job_started>(uuid);
    REQUIRE(started.has_value());
    const auto stat = content("/proc/" + std::to_string(started->pid) + "/stat");
    return static_cast<pid_t>(std::stol(stat.substr(stat.rfind(") ") + 4)));
  }
};

using outcome = job_result::outcome;

} // namespace

// -- the plain life of a job ----------------------------------------------------------------------

TEST_CASE_FIXTURE(runner_fixture, "a program that ends reports its exit code") {
  job_spec spec;
  spec.step_uuid = "u1";
  spec.argv = {"true"};
  const auto good = run(spec);
  CHECK(good.how == outcome::exited);
  CHECK(good.exit_code == 0);
  CHECK_FALSE(good.terminated);
  CHECK(good.start_time > 0);
  CHECK(good.end_time >= good.start_time);
  CHECK(good.max_rss_bytes > 0);
  const auto bad = run(script("u2", "exit 42"));
  CHECK(bad.how == outcome::exited);
  CHECK(bad.exit_code == 42);
}

TEST_CASE_FIXTURE(runner_fixture, "a program that dies by a signal reports the signal") {
  const auto got = run(script("u", "kill -ABRT $$"));
  CHECK(got.how == outcome::signalled);
  CHECK(got.signal == SIGABRT);
  CHECK_FALSE(got.terminated);
}

TEST_CASE_FIXTURE(runner_fixture, "a program that does not exist is refused with the reason") {
  job_spec spec;
  spec.step_uuid = "u";
  spec.argv = {"no-such-program"};
  const auto got = run(spec);
  CHECK(got.how == outcome::refused_to_start);
  CHECK(got.message.find("no-such-program") != std::string::npos);
  CHECK(got.message.find("No such file") != std::string::npos);
}

TEST_CASE_FIXTURE(runner_fixture, "stdout and stderr are kept apart and can be read") {
  const auto got = run(script("u", "echo to out; echo to err >&2"));
  CHECK(log("u", "stdout") == "to out\n");
  CHECK(log("u", "stderr") == "to err\n");
  CHECK(got.stdout_bytes == 7);
  CHECK(got.stderr_bytes == 7);
}

TEST_CASE_FIXTURE(runner_fixture, "a script runs under the interpreter it names") {
  auto spec = script("u", "not a shell script");
  spec.interpreter = "/bin/cat";
  run(spec);
  CHECK(log("u", "stdout") == spec.script);
}

TEST_CASE_FIXTURE(runner_fixture, "arguments, environment and parameters arrive as given") {
  auto spec = script("u", "echo \"$1|$A|$LANG\"; cat $TUTTI_PARAMS");
  spec.argv = {"x y"};
  spec.env = {{"A", "\xff'"}, {"LANG", "de"}, {"TUTTI_PARAMS", "spoilt"}};
  spec.params_json = R"({"p":1})";
  run(spec);
  CHECK(log("u", "stdout") == "x y|\xff'|de\n{\"p\":1}");
}

TEST_CASE_FIXTURE(runner_fixture, "a job sees only the environment it was given") {
  ::setenv("TUTTI_TEST_SECRET", "secret", 1);
  job_spec spec;
  spec.step_uuid = "u";
  spec.argv = {"/usr/bin/env"};
  spec.env = {{"A", "1"}};
  run(spec);
  std::istringstream lines{log("u", "stdout")};
  std::string names;
  for (std::string line; std::getline(lines, line);)
    names += line.substr(0, line.find('=')) + " ";
  CHECK(names
        == "A HOME LANG MAESTRO_OUTPUT_END MAESTRO_OUTPUT_START PATH TUTTI_OUTPUT TUTTI_PARAMS "
           "TUTTI_STEP_UUID TZ ");
}

TEST_CASE_FIXTURE(runner_fixture, "a job works in a private folder, or where it was told") {
  run(script("u1", "pwd -P; umask; touch made; stat -c %a made ."));
  const auto work = std::filesystem::canonical(in_run("u1", "work")).string();
  CHECK(log("u1", "stdout") == work + "\n0077\n600\n700\n");
  auto spec = script("u2", "pwd -P");
  spec.working_dir = "/";
  run(spec);
  CHECK(log("u2", "stdout") == "/\n");
}

TEST_CASE_FIXTURE(runner_fixture, "a job inherits no descriptor") {
  // One that is open for everybody who is not careful.
  const auto leak = ::open("/dev/null", O_RDONLY);
  REQUIRE(::dup2(leak, 77) == 77);
  job_spec spec;
  spec.step_uuid = "u";
  spec.argv = {"ls", "/proc/self/fd"};
  run(spec);
  ::close(77);
  ::close(leak);
  // The third is the folder that ls reads.
  CHECK(log("u", "stdout") == "0\n1\n2\n3\n");
}

TEST_CASE_FIXTURE(runner_fixture, "limits on resources hold for the job") {
  auto spec = script("u", "ulimit -n; ulimit -t; ulimit -c");
  spec.limits.open_file_max = 33;
  spec.limits.cpu_max_seconds = 44;
  run(spec);
  CHECK(log("u", "stdout") == "33\n44\n0\n");
}

TEST_CASE_FIXTURE(runner_fixture, "a job that failed tells its last line on stderr") {
  CHECK(run(script("u", "echo out; echo one >&2; echo 'disk full' >&2; exit 3")).message
        == "disk full");
  CHECK(run(script("v", "echo out; exit 3")).message.empty());
  CHECK(run(script("w", "echo noise >&2")).message.empty());
}

TEST_CASE_FIXTURE(runner_fixture, "to read the log of an unknown job tells no path") {
  const auto got = runner->read_log("nobody", "stdout", 0, 100);
  REQUIRE_FALSE(got.has_value());
  CHECK(got.error().code == ec::not_found);
  CHECK(got.error().message.find('/') == std::string::npos);
}

TEST_CASE_FIXTURE(runner_fixture, "the growth of the logs is reported while the job runs") {
  launch(script("u", "echo hello; exec sleep 60"));
  const auto grown = events.wait<job_logged>("u");
  REQUIRE(grown.has_value());
  CHECK(grown->stdout_bytes == 6);
  CHECK(log("u", "stdout") == "hello\n");
  REQUIRE(runner->terminate("u", 0).has_value());
  ended("u");
}

TEST_CASE_FIXTURE(runner_fixture, "a long log is capped and says what was dropped") {
  auto spec = script("u", "i=0; while [ $i -lt 1000 ]; do echo 123456789; i=$((i+1)); done");
  spec.limits.segment_bytes = 1000;
  spec.limits.log_max_bytes = 3000;
  const auto got = run(spec);
  CHECK(got.stdout_bytes == 10'000);
  CHECK(got.stdout_dropped == 7000);
  const auto tail = runner->read_log("u", "stdout", 1000, 1 << 20);
  REQUIRE(tail.has_value());
  CHECK(tail->skipped == 7000);
  CHECK(tail->offset == 8000);
  CHECK(tail->data.size() == 2000);
}

// -- outputs --------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(runner_fixture, "outputs come through the file") {
  CHECK(run(script("u", "echo '{\"params\":{}}' > $TUTTI_OUTPUT")).outputs_json
        == "{\"params\":{}}");
}

TEST_CASE_FIXTURE(runner_fixture, "outputs come through the tokens on stdout") {
  const auto got
    = run(script("u", "echo a${MAESTRO_OUTPUT_START}'{\"params\":{\"x\":1}}'$MAESTRO_OUTPUT_END"));
  CHECK(got.outputs_json == "{\"params\":{\"x\":1}}");
  CHECK(got.outputs_error.empty());
}

TEST_CASE_FIXTURE(runner_fixture, "outputs of file and tokens are joined, and the file wins") {
  const auto got = run(script("u", "echo $MAESTRO_OUTPUT_START'{\"a\":1,\"b\":1}'"
                                   "$MAESTRO_OUTPUT_END; echo '{\"b\":2}' > $TUTTI_OUTPUT"));
  CHECK(got.outputs_json == R"({"a":1,"b":2})");
}

TEST_CASE_FIXTURE(runner_fixture, "malformed outputs are an error beside the exit code") {
  const auto got = run(script("u", "echo '{' > $TUTTI_OUTPUT"));
  CHECK(got.exit_code == 0);
  CHECK(got.outputs_json.empty());
  CHECK_FALSE(got.outputs_error.empty());
}

TEST_CASE_FIXTURE(runner_fixture, "an output file that is a link to elsewhere is not read") {
  const auto got = run(script("u", "ln -s /etc/passwd $TUTTI_OUTPUT"));
  CHECK(got.outputs_json.empty());
  CHECK_FALSE(got.outputs_error.empty());
}

// -- ending a job ---------------------------------------------------------------------------------

TEST_CASE_FIXTURE(runner_fixture, "a job that heeds SIGTERM ends within its grace") {
  launch(script("u", "trap 'echo cleaned; exit 3' TERM; echo ready; "
                     "while :; do sleep 0.05; done"));
  REQUIRE(events.wait<job_logged>("u").has_value());
  REQUIRE(runner->terminate("u", -1).has_value());
  const auto got = ended("u");
  CHECK(got.terminated);
  CHECK(got.how == outcome::exited);
  CHECK(got.exit_code == 3);
  CHECK(log("u", "stdout") == "ready\ncleaned\n");
}

TEST_CASE_FIXTURE(runner_fixture, "a job that ignores SIGTERM is killed after the grace") {
  launch(script("u", "trap '' TERM; echo ready; while :; do sleep 0.05; done"));
  REQUIRE(events.wait<job_logged>("u").has_value());
  REQUIRE(runner->terminate("u", 100).has_value());
  const auto got = ended("u");
  CHECK(got.terminated);
  CHECK(got.how == outcome::signalled);
  CHECK(got.signal == SIGKILL);
}

TEST_CASE_FIXTURE(runner_fixture, "a stopped job can be terminated") {
  launch(script("u", "kill -STOP $$"));
  REQUIRE(events.wait<job_started>("u").has_value());
  REQUIRE(runner->terminate("u", -1).has_value());
  CHECK(ended("u").terminated);
}

TEST_CASE_FIXTURE(runner_fixture, "the grace holds for all processes, not only the first") {
  launch(script("u", "sh -c 'trap \"sleep 0.2; echo child cleaned; exit\" TERM; echo ready; "
                     "while :; do sleep 0.05; done' & wait"));
  REQUIRE(events.wait<job_logged>("u").has_value());
  REQUIRE(runner->terminate("u", -1).has_value());
  CHECK(ended("u").signal == SIGTERM);
  CHECK(log("u", "stdout") == "ready\nchild cleaned\n");
}

TEST_CASE_FIXTURE(runner_fixture, "a daemonised child hears SIGTERM too") {
  launch(script("u", "setsid sh -c 'trap \"echo child cleaned; exit\" TERM; echo ready; "
                     "while :; do sleep 0.05; done' & exec sleep 1000"));
  REQUIRE(events.wait<job_logged>("u").has_value());
  REQUIRE(runner->terminate("u", -1).has_value());
  CHECK(ended("u").signal == SIGTERM);
  CHECK(log("u", "stdout") == "ready\nchild cleaned\n");
}

TEST_CASE_FIXTURE(runner_fixture, "a daemon's daemon hears SIGTERM, though its parent is gone") {
  launch(script("u", "inner='trap \"echo inner cleaned; exit\" TERM; echo ready; "
                     "while :; do sleep 0.05; done'\nexport inner\n"
                     "setsid sh -c 'setsid sh -c \"$inner\" & exec sleep 1000' & "
                     "exec sleep 1000"));
  REQUIRE(events.wait<job_logged>("u").has_value());
  REQUIRE(runner->terminate("u", -1).has_value());
  CHECK(ended("u").signal == SIGTERM);
  CHECK(log("u", "stdout") == "ready\ninner cleaned\n");
}

TEST_CASE_FIXTURE(runner_fixture, "nothing of a terminated job is left, not even a daemon") {
  launch(script("u", "setsid sh -c '(trap \"\" TERM; echo $$ > " + file("a")
                       + "; sh -c \"echo \\$\\$ > " + file("b")
                       + "; exec sleep 1000\") </dev/null >/dev/null 2>&1 &'; exec sleep 1000"));
  const auto first = pid_in("a");
  const auto second = pid_in("b");
  REQUIRE(alive(second));
  REQUIRE(runner->terminate("u", 0).has_value());
  CHECK(ended("u").terminated);
  CHECK_FALSE(alive(first));
  CHECK_FALSE(alive(second));
}

TEST_CASE_FIXTURE(runner_fixture, "nothing of a job that ended by itself is left") {
  const auto got
    = run(script("u", "setsid sh -c 'echo $$ > " + file("a") + "; exec sleep 1000' & while [ ! -s "
                        + file("a") + " ]; do :; done; sleep 1000 & echo $! > " + file("b")));
  CHECK(got.exit_code == 0);
  CHECK_FALSE(got.terminated);
  CHECK_FALSE(alive(pid_in("a")));
  CHECK_FALSE(alive(pid_in("b")));
}

TEST_CASE_FIXTURE(runner_fixture, "to terminate an unknown job is refused") {
  CHECK(runner->terminate("nobody", 0).error().code == ec::not_found);
}

// -- once and only once ---------------------------------------------------------------------------

TEST_CASE_FIXTURE(runner_fixture, "a second launch of a running job finds the first") {
  const auto spec = script("u", "echo x >> " + file("runs") + "; exec sleep 1000");
  launch(spec);
  const auto first = events.wait<job_started>("u");
  launch(spec);
  const auto second = events.wait<job_started>("u", 2);
  REQUIRE(second.has_value());
  CHECK(first->pid == second->pid);
  REQUIRE(runner->terminate("u", 0).has_value());
  ended("u");
}

TEST_CASE_FIXTURE(runner_fixture, "a second launch of an ended job reports the result again") {
  const auto spec = script("u", "echo x >> " + file("count") + "; exit 5");
  run(spec);
  launch(spec);
  CHECK(ended("u", 2).exit_code == 5);
  CHECK(content(file("count")) == "x\n");
  restart_runner();
  launch(spec);
  CHECK(ended("u", 3).exit_code == 5);
  CHECK(content(file("count")) == "x\n");
}

TEST_CASE_FIXTURE(runner_fixture, "a job that outlived the daemon is found and not started twice") {
  const auto spec = script("u", "echo x >> " + file("count") + "; while [ ! -e " + file("go")
                                  + " ]; do sleep 0.02; done; echo done; exit 6");
  launch(spec);
  const auto first = events.wait<job_started>("u");
  REQUIRE(first.has_value());
  SUBCASE("by attach") {
    restart_runner();
    REQUIRE(runner->attach("u").has_value());
  }
  SUBCASE("by a repeated launch") {
    restart_runner();
    launch(spec);
  }
  const auto second = events.wait<job_started>("u", 2);
  REQUIRE(second.has_value());
  CHECK(second->pid == first->pid);
  std::ofstream{file("go")} << "now";
  CHECK(ended("u").exit_code == 6);
  CHECK(content(file("count")) == "x\n");
  CHECK(log("u", "stdout") == "done\n");
}

TEST_CASE_FIXTURE(runner_fixture, "a job that outlived the daemon can be terminated") {
  launch(script("u", "exec sleep 1000"));
  REQUIRE(events.wait<job_started>("u").has_value());
  restart_runner();
  REQUIRE(runner->attach("u").has_value());
  REQUIRE(runner->terminate("u", -1).has_value());
  const auto got = ended("u");
  CHECK(got.terminated);
  CHECK(got.signal == SIGTERM);
}

TEST_CASE_FIXTURE(runner_fixture, "the end of a job while no daemon lived is found") {
  launch(script("u", "echo '{\"a\":1}' > $TUTTI_OUTPUT; while [ ! -e " + file("go")
                       + " ]; do sleep 0.02; done; exit 7"));
  REQUIRE(events.wait<job_started>("u").has_value());
  runner.reset();
  std::ofstream{file("go")} << "now";
  REQUIRE(eventually([&] { return std::filesystem::exists(in_run("u", "result.json")); }));
  start_runner();
  REQUIRE(runner->attach("u").has_value());
  const auto got = ended("u");
  CHECK(got.exit_code == 7);
  CHECK(got.outputs_json == "{\"a\":1}");
}

TEST_CASE_FIXTURE(runner_fixture, "a job whose daemon died before it was started is started once") {
  const auto spec = script("u", "echo x >> " + file("count"));
  runner_options options;
  options.runs_dir = runs();
  auto folder = run_folder::create(in_run("u", ""));
  REQUIRE(folder.has_value());
  REQUIRE(write_job(spec, options, *folder).has_value());
  SUBCASE("by the launch that is repeated") {
    CHECK(run(spec).how == outcome::exited);
    CHECK(content(file("count")) == "x\n");
  }
  SUBCASE("but not by attach, which calls it lost for ever") {
    REQUIRE(runner->attach("u").has_value());
    const auto got = ended("u");
    CHECK(got.how == outcome::lost);
    CHECK(got.start_time == 0);
    launch(spec);
    CHECK(ended("u", 2).how == outcome::lost);
    CHECK_FALSE(std::filesystem::exists(file("count")));
  }
}

TEST_CASE_FIXTURE(runner_fixture, "a second supervisor of a run folder leaves at once") {
  launch(script("u", "echo x >> " + file("count") + "; exec sleep 1000"));
  REQUIRE(events.wait<job_started>("u").has_value());
  const auto command = tutti::test::step_program() + " " + runs() + "/u 2> " + file("words");
  CHECK(std::system(command.c_str()) != 0);
  CHECK(content(file("words")).find("living supervisor") != std::string::npos);
  REQUIRE(runner->terminate("u", 0).has_value());
  ended("u");
  CHECK(std::system(command.c_str()) != 0);
  CHECK(content(file("count")) == "x\n");
}

TEST_CASE_FIXTURE(runner_fixture, "a job nobody knows is lost") {
  REQUIRE(runner->attach("u").has_value());
  CHECK(ended("u").how == outcome::lost);
}

// -- faults ---------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(runner_fixture, "if the supervisor is killed the whole job dies and is lost") {
  launch(
    script("u", "setsid sh -c 'echo $$ > " + file("a") + "; exec sleep 1000' & exec sleep 1000"));
  const auto started = events.wait<job_started>("u");
  REQUIRE(started.has_value());
  const auto stray = pid_in("a");
  SUBCASE("while the daemon lives") {
    ::kill(supervisor_of("u"), SIGKILL);
  }
  SUBCASE("while no daemon lives") {
    runner.reset();
    ::kill(supervisor_of("u"), SIGKILL);
    start_runner();
    REQUIRE(runner->attach("u").has_value());
  }
  const auto got = ended("u");
  CHECK(got.how == outcome::lost);
  CHECK(got.start_time > 0);
  CHECK(eventually([&] { return !alive(static_cast<pid_t>(started->pid)); }));
  CHECK(eventually([&] { return !alive(stray); }));
  launch(script("u", "exit 0"));
  CHECK(ended("u", 2).how == outcome::lost);
}

TEST_CASE_FIXTURE(runner_fixture, "a supervisor that is told to stop ends its job") {
  launch(script("u", "exec sleep 1000"));
  ::kill(supervisor_of("u"), SIGTERM);
  const auto got = ended("u");
  CHECK(got.terminated);
  CHECK(got.message.find("told to stop") != std::string::npos);
}

TEST_CASE_FIXTURE(runner_fixture, "a job that no daemon cares for ends after the orphan grace") {
  auto spec = script("u", "exec sleep 1000");
  SUBCASE("at once") {
    spec.limits.orphan_grace_ms = 0;
  }
  SUBCASE("after a while") {
    spec.limits.orphan_grace_ms = 200;
  }
  launch(spec);
  const auto started = events.wait<job_started>("u");
  REQUIRE(started.has_value());
  runner.reset();
  CHECK(eventually([&] { return std::filesystem::exists(in_run("u", "result.json")); }));
  CHECK_FALSE(alive(static_cast<pid_t>(started->pid)));
  start_runner();
  REQUIRE(runner->attach("u").has_value());
  const auto got = ended("u");
  CHECK(got.terminated);
  CHECK(got.message.find("no daemon") != std::string::npos);
}

TEST_CASE_FIXTURE(runner_fixture, "a job that its daemon does not keep alive is lost") {
  auto spec = script("u", "exec sleep 1000");
  spec.limits.lease_ms = 300;
  launch(spec);
  const auto started = events.wait<job_started>("u");
  REQUIRE(started.has_value());
  const auto got = ended("u");
  CHECK(got.how == outcome::lost);
  CHECK(got.terminated);
  CHECK(got.message.find("out of touch") != std::string::npos);
  CHECK_FALSE(alive(static_cast<pid_t>(started->pid)));
}

TEST_CASE_FIXTURE(runner_fixture, "a job that is kept alive outlives its lease") {
  auto spec = script("u", "while [ ! -e " + file("go") + " ]; do sleep 0.01; done");
  spec.limits.lease_ms = 2500;
  launch(spec);
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(eventually([&] {
    runner->keep_alive();
    return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds{4000};
  }));
  std::ofstream{file("go")} << "go";
  CHECK(ended("u").how == outcome::exited);
}

TEST_CASE_FIXTURE(runner_fixture, "a damaged result is a lost job, not a crash") {
  run(script("u", "exit 0"));
  std::ofstream{in_run("u", "result.json")} << "{\"outc";
  REQUIRE(runner->attach("u").has_value());
  const auto got = ended("u", 2);
  CHECK(got.how == outcome::lost);
  CHECK(got.message.find("not JSON") != std::string::npos);
}

TEST_CASE_FIXTURE(runner_fixture, "a result the disk refuses is handed to the daemon") {
  // A folder in the way of the file stands for a full disk.
  const auto got = run(script("u", "mkdir ../result.json.new; echo $MAESTRO_OUTPUT_START'{\"a\":1}'"
                                   "$MAESTRO_OUTPUT_END; exit 8"));
  CHECK(got.how == outcome::exited);
  CHECK(got.exit_code == 8);
  CHECK(got.outputs_json == "{\"a\":1}");
}

TEST_CASE("a missing supervisor program refuses every job with the reason") {
  const worker::test::temp_folder temp;
  event_log events;
  runner_options options;
  options.runs_dir = temp.path();
  options.step_binary = temp.path() + "/absent";
  auto runner = process_runner::open(options, [&](const std::string& uuid, job_event event) {
    events.add(uuid, std::move(event));
  });
  REQUIRE(runner.has_value());
  REQUIRE((*runner)->launch(runner_fixture::script("u", "exit 0")).has_value());
  const auto got = events.wait<job_ended>("u");
  REQUIRE(got.has_value());
  CHECK(got->result.how == outcome::refused_to_start);
  CHECK(got->result.message.find("absent") != std::string::npos);
}

// -- bounds and housekeeping ----------------------------------------------------------------------

TEST_CASE_FIXTURE(runner_fixture, "over the bound of running jobs a launch is refused") {
  running_max = 2;
  restart_runner();
  launch(script("u1", "exec sleep 1000"));
  launch(script("u2", "exec sleep 1000"));
  CHECK(runner->launch(script("u3", "exit 0")).error().code == ec::overloaded);
  CHECK(runner->launch(script("u1", "exit 0")).has_value());
  REQUIRE(runner->terminate("u1", 0).has_value());
  ended("u1");
  CHECK(run(script("u3", "exit 0")).exit_code == 0);
  REQUIRE(runner->terminate("u2", 0).has_value());
  ended("u2");
}

TEST_CASE_FIXTURE(runner_fixture, "specs that no supervisor could run are refused") {
  const auto code = [&](auto change) {
    auto spec = script("u", "exit 0");
    change(spec);
    return runner->launch(spec).error().code;
  };
  CHECK(code([](job_spec& s) { s.step_uuid = "../u"; }) == ec::bad_request);
  CHECK(code([](job_spec& s) { s.step_uuid = ""; }) == ec::bad_request);
  CHECK(code([](job_spec& s) { s.script = ""; }) == ec::bad_request);
  CHECK(code([](job_spec& s) { s.env = {{"A=B", "1"}}; }) == ec::bad_request);
  CHECK(code([](job_spec& s) { s.argv = {std::string(2, '\0')}; }) == ec::bad_request);
  CHECK(code([](job_spec& s) { s.working_dir = "there"; }) == ec::bad_request);
  CHECK(code([](job_spec& s) { s.limits.segment_bytes = 0; }) == ec::bad_request);
  CHECK(code([](job_spec& s) { s.script.assign(2 << 20, ' '); }) == ec::too_large);
}

TEST_CASE_FIXTURE(runner_fixture, "a forgotten job keeps its logs and its result") {
  const auto spec = script("u", "echo hello; touch file");
  run(spec);
  REQUIRE(runner->forget("u").has_value());
  CHECK_FALSE(std::filesystem::exists(in_run("u", "spec.json")));
  CHECK_FALSE(std::filesystem::exists(in_run("u", "work")));
  CHECK(log("u", "stdout") == "hello\n");
  launch(spec);
  CHECK(ended("u", 2).how == outcome::exited);
  CHECK_FALSE(std::filesystem::exists(in_run("u", "work")));
  REQUIRE(runner->erase("u").has_value());
  CHECK_FALSE(std::filesystem::exists(runs() + "/u"));
  CHECK(runner->read_log("u", "stdout", 0, 1).error().code == ec::not_found);
}

TEST_CASE_FIXTURE(runner_fixture, "a running job cannot be forgotten") {
  launch(script("u", "exec sleep 1000"));
  REQUIRE(events.wait<job_started>("u").has_value());
  CHECK(runner->forget("u").error().code == ec::conflict);
  CHECK(runner->erase("u").error().code == ec::conflict);
  REQUIRE(runner->terminate("u", 0).has_value());
  ended("u");
}

TEST_CASE_FIXTURE(runner_fixture, "many jobs at once all end well") {
  constexpr int jobs = 60;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < jobs; ++i) {
    job_spec spec;
    spec.step_uuid = "u" + std::to_string(i);
    spec.argv = {"true"};
    launch(spec);
  }
  for (int i = 0; i < jobs; ++i)
    CHECK(ended("u" + std::to_string(i)).exit_code == 0);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const auto rate = jobs / took.count();
  MESSAGE(rate, " jobs a second");
  // The least that is promised, on a loaded machine.
  CHECK(rate > 10);
}
