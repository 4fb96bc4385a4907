#include "actors/worker/run_folder.hpp"
#include "actors/worker/step_files.hpp"
#include "test/unit/worker/temp_folder.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <filesystem>

using namespace tutti;
using namespace tutti::worker;

TEST_CASE("an order survives its file, whatever bytes it holds") {
  step_order order{.step_uuid = "u",
                   .argv = {"/bin/echo", "\xff\"\n"},
                   .env = {"A=\x01\xfe"},
                   .working_dir = "/w",
                   .grace_ms = 7,
                   .limits = {}};
  order.limits.segment_bytes = 99;
  const auto back = decode_order(encode(order));
  REQUIRE(back.has_value());
  CHECK(back->argv == order.argv);
  CHECK(back->env == order.env);
  CHECK(back->working_dir == "/w");
  CHECK(back->grace_ms == 7);
  CHECK(back->limits.segment_bytes == 99);
}

TEST_CASE("a report survives its file") {
  job_report report;
  report.result.how = job_result::outcome::signalled;
  report.result.signal = 9;
  report.result.terminated = true;
  report.result.message = "because \xff";
  report.result.start_time = 1;
  report.result.end_time = 2;
  report.result.stdout_dropped = 3;
  report.token_text = "{}";
  report.output_max_chars = 5;
  const auto back = decode_report(encode(report));
  REQUIRE(back.has_value());
  CHECK(back->result == report.result);
  CHECK(back->token_text == report.token_text);
  CHECK(back->output_max_chars == 5);
}

TEST_CASE("results from the past still decode") {
  // Golden records: never edit a line, only add lines.
  const auto exited = decode_report(
    R"({"outcome":"exited","exit_code":3,"signal":0,"terminated":false,"message":"",)"
    R"("start_time":10,"end_time":20,"cpu_ms":1,"max_rss_bytes":4096,"stdout_bytes":5,)"
    R"("stdout_dropped":0,"stderr_bytes":6,"stderr_dropped":0,"token_text":"{}",)"
    R"("token_text_too_large":false,"output_max_chars":750000})");
  REQUIRE(exited.has_value());
  CHECK(exited->result.exit_code == 3);
  CHECK(exited->result.end_time == 20);
  CHECK(decode_report(R"({"outcome":"lost"})")->result.how == job_result::outcome::lost);
  CHECK(decode_report(R"({"outcome":"refused_to_start"})")->result.how
        == job_result::outcome::refused_to_start);
}

TEST_CASE("a broken report is told from a good one") {
  CHECK(decode_report("").error().code == ec::corrupt);
  CHECK(decode_report("[]").error().code == ec::corrupt);
  CHECK(decode_report(R"({"outcome":"won"})").error().code == ec::corrupt);
}

TEST_CASE("only one at a time has the lock of a run folder") {
  const test::temp_folder temp;
  const auto folder = run_folder::open(temp.path());
  REQUIRE(folder.has_value());
  {
    const auto first = folder->lock();
    REQUIRE(first.has_value());
    CHECK(folder->lock().error().code == ec::conflict);
  }
  CHECK(folder->lock().has_value());
}

TEST_CASE("links and pipes in a run folder are not read") {
  const test::temp_folder temp;
  const auto folder = run_folder::open(temp.path());
  REQUIRE(folder.has_value());
  std::filesystem::create_symlink("/etc/passwd", temp.path() + "/link");
  REQUIRE(::mkfifo((temp.path() + "/pipe").c_str(), 0600) == 0);
  CHECK_FALSE(folder->read("link", 1 << 20).has_value());
  CHECK(folder->read("pipe", 1 << 20).error().code == ec::bad_request);
  REQUIRE(folder->write("file", "12345", run_folder::durable::yes).has_value());
  CHECK(folder->read("file", 5).value() == "12345");
  CHECK(folder->read("file", 4).error().code == ec::too_large);
  CHECK(folder->read("none", 4).error().code == ec::not_found);
}
