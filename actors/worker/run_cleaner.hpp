#pragma once

#include "actors/worker/process_runner.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace tutti::worker {

struct cleaner_options {
  /// Logs and results of ended attempts stay for this long; whole days count.
  std::int64_t keep_ms = 30LL * 24 * 3600 * 1000;
  std::function<std::int64_t()> now_ms;
};

/// Puts away the run folders of attempts whose end is recorded, and removes them when they are too
/// old. Owns one thread, which sleeps unless there is work; once an hour it looks at the list of
/// kept days. All functions may be called from any thread.
class run_cleaner {
public:
  run_cleaner(std::shared_ptr<process_runner> runner, cleaner_options options);
  run_cleaner(const run_cleaner&) = delete;
  run_cleaner& operator=(const run_cleaner&) = delete;

  /// Stops. Work that waits is left: the folders stay where they are.
  ~run_cleaner();

  /// The end of the attempt is durable: its files go, its logs are put away. Over `waiting_max`
  /// attempts the folder stays as it is, and is put away when the node starts again.
  void forget(std::string step_uuid);

  /// The attempt is deleted: all of its folder goes. Over `waiting_max` attempts it stays until it
  /// is too old.
  void erase(std::string step_uuid);

  /// Ends the thread. May be repeated.
  void stop();

  static constexpr std::size_t waiting_max = 100'000;

private:
  struct task {
    std::string step_uuid;
    bool erase = false;
  };

  void add(task what);
  void perform(const task& what);
  void run();
  bool sweep();
  std::int64_t today() const;

  std::shared_ptr<process_runner> runner_;
  cleaner_options options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<task> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace tutti::worker
