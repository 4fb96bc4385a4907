#include "tools/ctl/follow.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace tutti;
using namespace tutti::ctl;
using namespace std::chrono_literals;

namespace {

run_progress running() {
  run_progress run;
  run.workflow_id = "wf";
  run.instance_id = 3;
  run.run_id = 1;
  run.status = "IN_PROGRESS";
  run.start_ms = 1000;
  run.now_ms = 3000;
  return run;
}

const error gone{ec::unavailable, "nothing listens there", {}};

/// What a view wrote since the last look.
struct screen {
  explicit screen(bool terminal) : view(out, look{terminal, false, terminal ? 80U : 0U, 24}) {}

  std::string take() {
    auto text = out.str();
    out.str("");
    return text;
  }

  std::ostringstream out;
  live_view view;
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("the clock of a picture goes on while no answer comes") {
  screen tty{true};
  tty.view.show(running());
  CHECK(contains(tty.take(), "wf/3 run 1  2.0s"));
  tty.view.tick(1500ms);
  CHECK(contains(tty.take(), "wf/3 run 1  3.5s"));
}

TEST_CASE("nothing ticks before the first answer, after the end, and in a pipe") {
  screen tty{true};
  tty.view.tick(1s);
  CHECK(tty.take().empty());
  auto ended = running();
  ended.status = "SUCCEEDED";
  tty.view.show(ended);
  tty.take();
  tty.view.tick(1s);
  CHECK(tty.take().empty());
  screen pipe{false};
  pipe.view.show(running());
  pipe.take();
  pipe.view.tick(1s);
  CHECK(pipe.take().empty());
}

TEST_CASE("a picture tells that the server is missed until it answers again") {
  screen tty{true};
  tty.view.show(running());
  tty.view.miss(gone);
  tty.take();
  tty.view.tick(2s);
  CHECK(contains(tty.take(), "the server does not answer, it is asked again: nothing listens"));
  tty.view.show(running());
  CHECK_FALSE(contains(tty.take(), "does not answer"));
}

TEST_CASE("in a pipe a missed server is one line") {
  screen pipe{false};
  pipe.view.show(running());
  pipe.take();
  pipe.view.miss(gone);
  CHECK(pipe.take() == "the server does not answer, it is asked again: nothing listens there\n");
  pipe.view.miss(gone);
  CHECK(pipe.take().empty());
}
