#pragma once

#include "tools/ctl/locate.hpp"
#include "tools/ctl/progress_view.hpp"

#include <chrono>
#include <functional>
#include <ostream>

namespace tutti::ctl {

/// Who wants to know about a run that is followed.
struct audience {
  /// Takes an answer, read and as it came.
  std::function<void(const run_progress&, const json_value&)> see;
  /// Called about once a second while nothing comes, with the time since the last answer.
  std::function<void(std::chrono::milliseconds)> tick{};
  /// Called when the server is found not to answer, again and again until it does.
  std::function<void(const error&)> miss{};
};

/// Tells every answer about a run until it has ended, and gives the last one. A server that goes
/// away is waited for, up to the patience.
result<run_progress> follow(const server_link& link, const run_name& run, const audience& tell,
                            std::chrono::milliseconds patience = std::chrono::seconds{60});

/// Shows answers one after another: in place on a terminal, else as lines on change.
class live_view {
public:
  live_view(std::ostream& out, const look& how) : out_(out), how_(how) {}

  void show(const run_progress& now);

  /// Lets the clocks of a picture go on, that long after the last answer.
  void tick(std::chrono::milliseconds since);

  /// Says that the server does not answer; until it does again.
  void miss(const error& why);

  /// Leaves the steps of the picture, and takes its head line away: the closing words follow.
  void close();

private:
  void draw(const run_progress& now);

  std::ostream& out_;
  look how_;
  rate_meters meters_;
  run_progress before_;
  std::size_t lines_drawn_ = 0;
  /// What the server is missed for; empty while it answers.
  std::string missed_;
};

} // namespace tutti::ctl
