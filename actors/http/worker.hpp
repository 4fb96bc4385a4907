#pragma once

#include "actors/http/session.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace tutti::http {

/// Tells a thread that waits when the last connection has ended and no more can come.
struct end_of_connections {
  std::mutex mutex;
  std::condition_variable changed;
  bool accepting = true;
};

/// One thread with its own sessions; a session never leaves it. Everything but the
/// constructor, `start` and `stop` runs in that thread.
class worker final : public session_host {
public:
  worker(const server_options& with, const handler& serve, std::shared_ptr<counters> counts,
         end_of_connections& end);
  ~worker() override;

  /// @throws std::system_error if there is no thread to have
  void start();
  /// Cuts all connections and ends the thread. No task runs afterwards.
  void stop();

  void adopt(boost::asio::ip::tcp::socket socket, bool refuse);
  void drain();
  void close_all();

  void ended(session& one) override;

  boost::asio::io_context& context() { return context_; }

private:
  void sweep();
  void sweep_later();

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_;
  boost::asio::steady_timer sweeper_;
  std::chrono::milliseconds sweep_every_;
  bool sweeping_ = false;
  std::vector<std::shared_ptr<session>> sessions_;
  end_of_connections& end_;
  std::thread thread_;
};

} // namespace tutti::http
