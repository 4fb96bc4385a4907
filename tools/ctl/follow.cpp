#include "tools/ctl/follow.hpp"

#include "tools/ctl/exit_code.hpp"
#include "tools/ctl/statuses.hpp"

#include <algorithm>
#include <optional>
#include <thread>

namespace tutti::ctl {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause_min{250};
constexpr std::chrono::milliseconds pause_max{2000};

bool may_come_back(const error& why) {
  return exit_code_of_error(why.code) != exit_code::refused;
}

/// Takes the answers about a run, from wherever they come.
class follower {
public:
  follower(const server_link& link, const run_name& run, const audience& tell)
    : link_(link),
      path_(run.path() + "/progress"),
      tell_(tell) {}

  /// Asks once, then reads the stream as long as it lasts. A stream that breaks, or that the
  /// server does not have, is no error: then asking again and again has to do.
  status ask_and_read() {
    auto answer = link_.get(path_);
    if (!answer)
      return answer.error();
    take(*answer);
    if (!ended())
      (void)link_.events(
        path_ + "/stream",
        [this](std::string_view name, std::string_view data) {
          if (auto event = read_json(data); name != "end" && event && event->is_object())
            take(*event);
          return name != "end";
        },
        [this] { tick(); });
    return unit{};
  }

  /// Waits, and keeps the clocks going.
  void pause(std::chrono::milliseconds time) {
    std::this_thread::sleep_for(time);
    tick();
  }

  bool ended() const { return last_ && run_ended(last_->status); }

  /// @pre `ended()`
  const run_progress& last() const { return *last_; }

private:
  void take(const json_value& answer) {
    last_ = read_progress(answer);
    last_at_ = steady::now();
    tell_.see(*last_, answer);
  }

  void tick() {
    if (last_ && tell_.tick)
      tell_.tick(std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - last_at_));
  }

  const server_link& link_;
  std::string path_;
  const audience& tell_;
  std::optional<run_progress> last_;
  steady::time_point last_at_;
};

} // namespace

result<run_progress> follow(const server_link& link, const run_name& run, const audience& tell,
                            std::chrono::milliseconds patience) {
  follower reader{link, run, tell};
  auto deadline = steady::now() + patience;
  auto pause = pause_min;
  while (true) {
    auto ok = reader.ask_and_read();
    if (reader.ended())
      return reader.last();
    if (!ok && (!may_come_back(ok.error()) || steady::now() >= deadline))
      return ok.error();
    if (!ok && tell.miss)
      tell.miss(ok.error());
    if (ok) {
      deadline = steady::now() + patience;
      pause = pause_min;
    }
    reader.pause(pause);
    pause = std::min(pause * 2, pause_max);
  }
}

void live_view::show(const run_progress& now) {
  missed_.clear();
  if (how_.terminal) {
    measure(meters_, now);
    draw(now);
  } else {
    for (const auto& x : change_lines(before_, now))
      out_ << x << "\n";
    out_ << std::flush;
  }
  before_ = now;
}

void live_view::tick(std::chrono::milliseconds since) {
  if (lines_drawn_ == 0 || run_ended(before_.status))
    return;
  auto later = before_;
  later.now_ms += since.count();
  draw(later);
}

void live_view::miss(const error& why) {
  const bool known = !missed_.empty();
  missed_ = "the server does not answer, it is asked again: " + one_line(why.message);
  // A picture says it at its next tick, with the clocks of that moment.
  if (!how_.terminal && !known)
    out_ << missed_ << "\n" << std::flush;
}

void live_view::draw(const run_progress& now) {
  auto lines = progress_lines(now, meters_, how_);
  if (!missed_.empty())
    lines.push_back(cut("  " + missed_, how_.width));
  out_ << redraw(lines_drawn_, lines) << std::flush;
  lines_drawn_ = lines.size();
}

void live_view::close() {
  if (lines_drawn_ == 0)
    return;
  auto lines = progress_lines(before_, meters_, how_);
  lines.erase(lines.begin());
  out_ << redraw(lines_drawn_, lines) << std::flush;
  lines_drawn_ = 0;
}

} // namespace tutti::ctl
