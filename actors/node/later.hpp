#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace tutti::actors {

/// Calls functions after a pause, on a thread of its own. For the edges of a node that wait for
/// clients; what the engine waits for are rows (see shard_clock).
class later {
public:
  later();
  later(const later&) = delete;
  later& operator=(const later&) = delete;
  ~later();

  /// `call` must not throw and not wait. Dropped without a call when the object ends first.
  void operator()(std::chrono::milliseconds pause, std::function<void()> call);

private:
  void run();

  using clock = std::chrono::steady_clock;

  std::mutex lock_;
  std::condition_variable changed_;
  std::multimap<clock::time_point, std::function<void()>> calls_;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace tutti::actors
