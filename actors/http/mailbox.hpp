#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace tutti::http {

/// What the server counts; read by any thread.
struct counters {
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> in_flight{0};
  std::atomic<std::uint64_t> streams{0};
  std::atomic<std::uint64_t> connections_total{0};
  std::atomic<std::uint64_t> requests_total{0};
  std::atomic<std::uint64_t> refused_total{0};
  std::atomic<std::uint64_t> timeouts_total{0};
  std::atomic<std::uint64_t> broken_total{0};
  std::atomic<std::uint64_t> slow_streams_total{0};
  std::atomic<std::uint64_t> unanswered_total{0};
};

/// The way into one server thread from any other. Responders keep it alive, so it may
/// outlive its thread; then posts do nothing. Tasks of one poster run in their order.
class mailbox {
public:
  using task = std::function<void()>;

  /// `wake` makes the thread call `run`; called under a lock and never after `close`.
  explicit mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// False, and nothing happens, once it is closed.
  bool post(task work);

  /// Runs what was posted. Only in the thread that adopted the mailbox.
  void run();

  void close();

  /// Makes the calling thread the one that this mailbox leads to.
  void adopt_thread();

  bool in_its_thread() const;

private:
  std::mutex mutex_;
  std::vector<task> tasks_;
  std::function<void()> wake_;
  bool closed_ = false;
};

} // namespace tutti::http
