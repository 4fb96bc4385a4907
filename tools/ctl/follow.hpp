#pragma once

#include "tools/ctl/locate.hpp"
#include "tools/ctl/progress_view.hpp"

#include <chrono>
#include <functional>
#include <ostream>

namespace tutti::ctl {

/// Takes an answer, read and as it came.
using see_progress = std::function<void(const run_progress&, const json_value&)>;

/// Calls `see` with every answer about a run until it has ended, and gives the last one. A
/// server that goes away is waited for, up to the patience.
result<run_progress> follow(const server_link& link, const run_name& run, const see_progress& see,
                            std::chrono::milliseconds patience = std::chrono::seconds{60});

/// Shows answers one after another: in place on a terminal, else as lines on change.
class live_view {
public:
  live_view(std::ostream& out, const look& how) : out_(out), how_(how) {}

  void show(const run_progress& now);

  /// Leaves the steps of the picture, and takes its head line away: the closing words follow.
  void close();

private:
  std::ostream& out_;
  look how_;
  rate_meters meters_;
  run_progress before_;
  std::size_t lines_drawn_ = 0;
};

} // namespace tutti::ctl
