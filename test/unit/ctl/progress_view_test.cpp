#include "tools/ctl/progress_view.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::ctl;

namespace {

constexpr std::int64_t begin_ms = 1'760'000'000'000;

step_progress step(std::string id, std::string status, std::int64_t start_s = -1,
                   std::int64_t end_s = -1) {
  step_progress made;
  made.id = std::move(id);
  made.status = std::move(status);
  made.attempt = 1;
  made.start_ms = start_s < 0 ? 0 : begin_ms + start_s * 1000;
  made.end_ms = end_s < 0 ? 0 : begin_ms + end_s * 1000;
  return made;
}

step_progress loop(std::string id, std::int64_t total, status_counts counts) {
  auto made = step(std::move(id), "RUNNING", 2);
  made.loop = loop_progress{"inline", total, total, std::move(counts)};
  return made;
}

run_progress run_of(std::vector<step_progress> steps, std::int64_t now_s = 12) {
  run_progress run;
  run.workflow_id = "wf";
  run.instance_id = 3;
  run.run_id = 1;
  run.status = "IN_PROGRESS";
  run.create_ms = run.start_ms = begin_ms;
  run.now_ms = begin_ms + now_s * 1000;
  run.steps = std::move(steps);
  return run;
}

std::string joined(const text_lines& lines) {
  std::string text;
  for (const auto& x : lines)
    text += x + "\n";
  return text;
}

const look narrow{true, false, 60, 24};

} // namespace

TEST_CASE("an answer is read whatever is missing in it") {
  auto run = read_progress(*read_json(R"({"workflow_id":"wf","workflow_instance_id":3,
    "workflow_run_id":1,"status":"IN_PROGRESS","now":5,"steps":[{"step_id":"a","status":"RUNNING",
    "foreach":{"total":4,"launched":2,"counts":{"SUCCEEDED":1,"IN_PROGRESS":1}}},7]})"));
  CHECK(run.workflow_id == "wf");
  CHECK(run.instance_id == 3);
  REQUIRE(run.steps.size() == 2);
  REQUIRE(run.steps[0].loop.has_value());
  CHECK(run.steps[0].loop->total == 4);
  CHECK(ended_count(*run.steps[0].loop) == 1);
  CHECK(run.steps[1].id.empty());
  CHECK(read_progress(json_value{}).steps.empty());
}

TEST_CASE("the live picture has one line a step, aligned") {
  const auto run = run_of(
    {step("first", "SUCCEEDED", 0, 2), step("second", "RUNNING", 2), step("third", "NOT_CREATED")});
  CHECK(joined(progress_lines(run, {}, narrow))
        == "IN_PROGRESS  wf/3 run 1  12.0s\n"
           "  SUCCEEDED    first      2.0s\n"
           "  RUNNING      second    10.0s\n"
           "  NOT_CREATED  third\n");
}

TEST_CASE("a failed step shows its message on a line of its own") {
  auto failed = step("first", "FATALLY_FAILED", 0, 2);
  failed.attempt = 3;
  failed.message = "exit status 1:\nno such file";
  CHECK(joined(progress_lines(run_of({failed}), {}, narrow))
        == "IN_PROGRESS  wf/3 run 1  12.0s\n"
           "  FATALLY_FAILED  first     2.0s  attempt 3\n"
           "    exit status 1: no such file\n");
}

TEST_CASE("a loop has a bar, its count, rate, time to go and counts by status, failures first") {
  auto run = run_of({loop("days", 366, {{"SUCCEEDED", 120}, {"IN_PROGRESS", 10}, {"FAILED", 3}})});
  rate_meters meters;
  meters["days"].add(run.now_ms - 10'000, 23);
  measure(meters, run);
  CHECK(joined(progress_lines(run, meters, look{true, false, 120, 24}))
        == "IN_PROGRESS  wf/3 run 1  12.0s\n"
           "  RUNNING  days    10.0s  [######..............] 123/366  10.0/s  ETA 24.3s"
           "  3 FAILED, 120 SUCCEEDED, 10 IN_PROGRESS\n");
}

TEST_CASE("a loop that has ended has no time to go, and its average rate") {
  auto run = run_of({loop("days", 100, {{"SUCCEEDED", 100}})});
  run.steps[0].status = "SUCCEEDED";
  run.steps[0].end_ms = begin_ms + 12'000;
  CHECK(
    joined(progress_lines(run, {}, look{}))
    == "IN_PROGRESS  wf/3 run 1  12.0s\n"
       "  SUCCEEDED  days    10.0s  [########################] 100/100  10.0/s  100 SUCCEEDED\n");
}

TEST_CASE("no line is wider than the terminal, whatever is in it") {
  auto failed = step(std::string(80, 'x'), "FATALLY_FAILED", 0, 2);
  failed.message = std::string(500, 'y');
  auto run = run_of({failed, loop("days", 1'000'000, {{"SUCCEEDED", 1}, {"FAILED", 2}})});
  for (std::size_t width : {20U, 40U, 80U, 200U}) {
    CAPTURE(width);
    for (const auto& x : progress_lines(run, {}, look{true, false, width, 24}))
      CHECK(width_of(x) <= width);
  }
}

TEST_CASE("colours do not change what is cut") {
  const auto run = run_of({step("first", "SUCCEEDED", 0, 2)});
  CHECK(joined(progress_lines(run, {}, look{true, true, 18, 24}))
        == "\x1b[36mIN_PROGRESS\x1b[0m  wf/3~\n"
           "\x1b[32m  SUCCEEDED\x1b[0m  firs~\n");
}

TEST_CASE("on a low terminal failures and running steps stay, the others are summed up") {
  std::vector<step_progress> steps;
  for (int i = 0; i < 50; ++i)
    steps.push_back(step("done" + std::to_string(i), "SUCCEEDED", 0, 1));
  steps.push_back(step("busy", "RUNNING", 1));
  auto failed = step("broken", "FATALLY_FAILED", 0, 1);
  failed.message = "why";
  steps.push_back(failed);
  const auto lines = progress_lines(run_of(steps), {}, look{true, false, 80, 10});
  CHECK(lines.size() <= 9);
  const auto text = joined(lines);
  CHECK(text.find("busy") != std::string::npos);
  CHECK(text.find("broken") != std::string::npos);
  CHECK(text.find("and 46 steps: 46 SUCCEEDED") != std::string::npos);
}

TEST_CASE("a terminal of any height gets at most its lines") {
  std::vector<step_progress> steps;
  for (int i = 0; i < 9; ++i)
    steps.push_back(step("s" + std::to_string(i), "RUNNING", 0));
  for (std::size_t height = 3; height < 20; ++height) {
    CAPTURE(height);
    CHECK(progress_lines(run_of(steps), {}, look{true, false, 80, height}).size() < height);
  }
}

TEST_CASE("lines on change say only what is new") {
  const auto before = run_of({step("first", "RUNNING", 0), step("second", "NOT_CREATED")});
  auto now = run_of({step("first", "SUCCEEDED", 0, 2), step("second", "NOT_CREATED")});
  CHECK(joined(change_lines(before, now)) == "2025-10-09 08:53:32    SUCCEEDED  first  2.0s\n");
  CHECK(change_lines(now, now).empty());
  CHECK(joined(change_lines({}, now))
        == "2025-10-09 08:53:32  IN_PROGRESS  wf/3 run 1\n"
           "2025-10-09 08:53:32    SUCCEEDED  first  2.0s\n");
}

TEST_CASE("a loop speaks at every tenth of its way") {
  const auto at = [](std::int64_t n) { return run_of({loop("days", 1000, {{"SUCCEEDED", n}})}); };
  CHECK(change_lines(at(101), at(199)).empty());
  CHECK(joined(change_lines(at(199), at(200)))
        == "2025-10-09 08:53:32    RUNNING  days  200/1000  200 SUCCEEDED\n");
}

TEST_CASE("the closing words of a success have no next command") {
  auto run = run_of({step("first", "SUCCEEDED", 0, 2), loop("days", 5, {{"SUCCEEDED", 5}})});
  run.status = run.steps[1].status = "SUCCEEDED";
  run.end_ms = run.steps[1].end_ms = begin_ms + 12'000;
  CHECK(joined(summary_lines(run, look{}))
        == "SUCCEEDED  wf/3 run 1 after 12.0s\n"
           "  steps      2: 2 SUCCEEDED\n"
           "  iterations 5: 5 SUCCEEDED\n"
           "  slowest    days, 10.0s\n");
}

TEST_CASE("the closing words of a failure name the step, its message and the command to try") {
  auto failed = step("second", "FATALLY_FAILED", 2, 12);
  failed.attempt = 3;
  failed.message = "exit status 1";
  auto run = run_of({step("first", "SUCCEEDED", 0, 2), failed});
  run.status = "FAILED";
  run.end_ms = begin_ms + 12'000;
  CHECK(joined(summary_lines(run, look{}))
        == "FAILED  wf/3 run 1 after 12.0s\n"
           "  steps      2: 1 FATALLY_FAILED, 1 SUCCEEDED\n"
           "  slowest    second, 10.0s\n"
           "  failed     second FATALLY_FAILED, attempt 3: exit status 1\n"
           "  next       tutti logs wf 3 second\n"
           "             tutti restart wf 3\n");
  CHECK(boost::json::serialize(summary_json(run))
        == R"({"workflow_id":"wf","workflow_instance_id":3,"workflow_run_id":1,"status":"FAILED",)"
           R"("duration_ms":12000,"steps":{"SUCCEEDED":1,"FATALLY_FAILED":1},)"
           R"("slowest_step":{"step_id":"second","duration_ms":10000},)"
           R"("failed_steps":[{"step_id":"second","status":"FATALLY_FAILED","attempt":3,)"
           R"("message":"exit status 1"}]})");
}

TEST_CASE("drawing again goes up, overwrites every line and clears what is below") {
  CHECK(redraw(0, {"a"}) == "\ra\x1b[K\n\x1b[J");
  CHECK(redraw(2, {"a", "b"}) == "\x1b[2A\ra\x1b[K\n\rb\x1b[K\n\x1b[J");
  CHECK(redraw(1, {}) == "\x1b[1A\x1b[J");
}

TEST_CASE("the rate is that of the last seconds, not of the whole way") {
  rate_meter meter;
  CHECK_FALSE(meter.per_second().has_value());
  meter.add(0, 0);
  CHECK_FALSE(meter.per_second().has_value());
  for (std::int64_t s = 1; s <= 100; ++s)
    meter.add(s * 1000, s < 60 ? 0 : (s - 60) * 5);
  CHECK(*meter.per_second() == doctest::Approx(5.0));
}

TEST_CASE("a count that goes back begins a new measurement") {
  rate_meter meter;
  meter.add(0, 0);
  meter.add(1000, 100);
  meter.add(2000, 10);
  CHECK_FALSE(meter.per_second().has_value());
  meter.add(3000, 30);
  CHECK(*meter.per_second() == doctest::Approx(20.0));
}

TEST_CASE("the time to go follows the rate, and is unknown without one") {
  CHECK(*eta_ms(50, 100, 10.0) == 5000);
  CHECK(*eta_ms(100, 100, 0.0) == 0);
  CHECK_FALSE(eta_ms(50, 100, std::nullopt).has_value());
  CHECK_FALSE(eta_ms(50, 100, 0.0).has_value());
  CHECK_FALSE(eta_ms(0, INT64_MAX, 0.001).has_value());
}

TEST_CASE("rates have as many digits as are worth reading") {
  CHECK(rate_text(0.051) == "0.05");
  CHECK(rate_text(1.24) == "1.2");
  CHECK(rate_text(1234.6) == "1235");
}
