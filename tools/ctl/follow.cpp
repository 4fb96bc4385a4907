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
  follower(const server_link& link, const run_name& run, const see_progress& see)
    : link_(link),
      path_(run.path() + "/progress"),
      see_(see) {}

  /// Asks once, then reads the stream as long as it lasts. A stream that breaks, or that the
  /// server does not have, is no error: then asking again and again has to do.
  status ask_and_read() {
    auto answer = link_.get(path_);
    if (!answer)
      return answer.error();
    take(*answer);
    if (!ended())
      (void)link_.events(path_ + "/stream", [this](std::string_view name, std::string_view data) {
        if (auto event = read_json(data); name != "end" && event && event->is_object())
          take(*event);
        return name != "end";
      });
    return unit{};
  }

  bool ended() const { return last_ && run_ended(last_->status); }

  /// @pre `ended()`
  const run_progress& last() const { return *last_; }

private:
  void take(const json_value& answer) {
    last_ = read_progress(answer);
    see_(*last_, answer);
  }

  const server_link& link_;
  std::string path_;
  const see_progress& see_;
  std::optional<run_progress> last_;
};

} // namespace

result<run_progress> follow(const server_link& link, const run_name& run, const see_progress& see,
                            std::chrono::milliseconds patience) {
  follower reader{link, run, see};
  auto deadline = steady::now() + patience;
  auto pause = pause_min;
  while (true) {
    auto ok = reader.ask_and_read();
    if (reader.ended())
      return reader.last();
    if (!ok && (!may_come_back(ok.error()) || steady::now() >= deadline))
      return ok.error();
    if (ok) {
      deadline = steady::now() + patience;
      pause = pause_min;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, pause_max);
  }
}

void live_view::show(const run_progress& now) {
  if (how_.terminal) {
    measure(meters_, now);
    const auto lines = progress_lines(now, meters_, how_);
    out_ << redraw(lines_drawn_, lines) << std::flush;
    lines_drawn_ = lines.size();
  } else {
    for (const auto& x : change_lines(before_, now))
      out_ << x << "\n";
    out_ << std::flush;
  }
  before_ = now;
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
