#include "actors/worker/ended_runs.hpp"
#include "actors/worker/process_runner.hpp"
#include "actors/worker/run_cleaner.hpp"
#include "test/support/places.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

using namespace tutti;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct folder {
  folder() {
    char name[] = "/tmp/tutti-ended-XXXXXX";
    path = ::mkdtemp(name);
  }

  ~folder() { fs::remove_all(path); }

  fs::path make(const std::string& name) const {
    fs::create_directories(path / name);
    std::ofstream{path / name / "stdout.0"} << "text";
    return path / name;
  }

  fs::path path;
};

std::shared_ptr<worker::process_runner> runner_in(const folder& at, std::promise<void>& ended) {
  worker::runner_options options;
  options.runs_dir = (at.path / "runs").string();
  options.step_binary = tutti::test::step_program();
  auto made = worker::process_runner::open(options,
                                           [&](const std::string&, const worker::job_event& event) {
                                             if (std::holds_alternative<worker::job_ended>(event))
                                               ended.set_value();
                                           });
  REQUIRE(made);
  return std::move(*made);
}

bool eventually(const std::function<bool()>& so) {
  auto until = std::chrono::steady_clock::now() + 10s;
  while (!so() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(5ms);
  return so();
}

} // namespace

TEST_CASE("an ended run is found whatever its day") {
  folder at;
  worker::ended_runs ended{(at.path / "ended").string()};
  REQUIRE(ended.take(at.make("a").string(), "a", 100));
  REQUIRE(ended.take(at.make("b").string(), "b", 103));
  CHECK(ended.find("a") == (at.path / "ended/100/a").string());
  CHECK(ended.find("b") == (at.path / "ended/103/b").string());
  CHECK_FALSE(ended.find("c"));
  CHECK_FALSE(fs::exists(at.path / "a"));
}

TEST_CASE("taking a run again changes nothing") {
  folder at;
  worker::ended_runs ended{(at.path / "ended").string()};
  auto run = at.make("a").string();
  REQUIRE(ended.take(run, "a", 100));
  REQUIRE(ended.take(run, "a", 101));
  CHECK(ended.find("a") == (at.path / "ended/100/a").string());
}

TEST_CASE("old days are removed in bounded portions, and younger ones stay") {
  folder at;
  worker::ended_runs ended{(at.path / "ended").string()};
  for (auto i = 0; i < 5; ++i)
    REQUIRE(ended.take(at.make("old" + std::to_string(i)).string(), "old" + std::to_string(i), 9));
  REQUIRE(ended.take(at.make("new").string(), "new", 10));
  auto first = ended.remove_before(10, 3);
  REQUIRE(first);
  CHECK(*first);
  auto second = ended.remove_before(10, 3);
  REQUIRE(second);
  CHECK_FALSE(*second);
  CHECK_FALSE(fs::exists(at.path / "ended/9"));
  CHECK(ended.find("new"));
}

TEST_CASE("a run that was put away keeps its logs until it is too old") {
  folder at;
  std::promise<void> ended;
  auto runner = runner_in(at, ended);
  worker::job_spec spec;
  spec.step_uuid = "u";
  spec.argv = {"/bin/echo", "hello"};
  REQUIRE(runner->launch(spec));
  REQUIRE(ended.get_future().wait_for(10s) == std::future_status::ready);
  constexpr std::int64_t day = 24LL * 3600 * 1000;
  std::atomic<std::int64_t> now = 1000 * day;
  {
    worker::run_cleaner cleaner{runner, {2 * day, [&] { return now.load(); }}};
    cleaner.forget("u");
    CHECK(eventually([&] { return fs::exists(at.path / "ended/1000/u"); }));
    auto log = runner->read_log("u", "stdout", 0, 100);
    REQUIRE(log);
    CHECK(log->data == "hello\n");
  }
  now = 1002 * day;
  fs::create_directories(at.path / "ended/999/older");
  {
    worker::run_cleaner cleaner{runner, {2 * day, [&] { return now.load(); }}};
    // Newest days are looked at first, so this one was passed over when the older one is gone.
    CHECK(eventually([&] { return !fs::exists(at.path / "ended/999"); }));
    CHECK(fs::exists(at.path / "ended/1000/u"));
  }
  now = 1003 * day;
  worker::run_cleaner cleaner{runner, {2 * day, [&] { return now.load(); }}};
  CHECK(eventually([&] { return !fs::exists(at.path / "ended/1000"); }));
  CHECK_FALSE(runner->read_log("u", "stdout", 0, 100));
}
