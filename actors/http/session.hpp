#pragma once

#include "actors/http/input_buffer.hpp"
#include "actors/http/reply.hpp"
#include "actors/http/request_parser.hpp"
#include "actors/http/server.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tutti::http {

class session;

/// What the sessions of one thread share. Outlives them.
struct session_host {
  virtual ~session_host() = default;

  /// Forgets a session that has ended.
  virtual void ended(session& one) = 0;

  const server_options* options = nullptr;
  const handler* on_request = nullptr;
  std::shared_ptr<mailbox> box;
  std::shared_ptr<counters> count;
  /// Set once: every answer from now on is the last of its connection.
  bool draining = false;
};

/// One connection: reads a request, gives it to the handler, writes the answer, and takes
/// the next. Lives in one thread. While a request runs it reads on, within its buffer, to
/// notice that the client has gone. Timeouts are checked by `tick`, not by timers.
class session final : public connection, public std::enable_shared_from_this<session> {
public:
  using clock = std::chrono::steady_clock;

  session(boost::asio::ip::tcp::socket socket, session_host& host);

  void start();
  /// Answers without having read a request, and ends.
  void refuse(response with);
  void tick(clock::time_point now);
  /// Ends now, if idle or a stream, else after the running request.
  void drain();
  /// Ends at once.
  void close();

  void answer(std::uint64_t request_number, response with) override;
  void start_stream(std::uint64_t request_number, std::shared_ptr<stream_state> state) override;
  void send_events(std::string_view events) override;
  void finish_stream() override;
  void drop_slow_stream() override;

  /// The place in the host's list; the host's own.
  std::size_t slot = 0;

private:
  enum class phase {
    /// Between two requests.
    idle,
    header,
    body,
    /// The handler has the request.
    running,
    streaming,
    /// No more requests are read; ends when the output is written.
    leaving,
    /// All is written; waits a little for the client to close, so that it reads the answer.
    lingering,
    closed,
  };

  bool between_answers() const;
  void enter(phase next);
  void process();
  bool read_request();
  void run_request();
  void call_handler(request&& message);
  void reject(const response& with);
  void append_response(const response& with);
  void end_answer();
  void append_events(std::string_view events);
  void flush();
  void wait_writable();
  void taken_by_client(std::size_t bytes);
  void settle();
  void linger();
  void read_on();
  void on_read(std::size_t bytes, bool failed, bool ended);
  void leave_stream();

  boost::asio::ip::tcp::socket socket_;
  session_host& host_;
  request_parser parser_;
  input_buffer in_;
  std::string out_;
  std::size_t out_written_ = 0;
  /// A new connection is idle too, with less patience.
  phase phase_ = phase::idle;
  clock::time_point deadline_;
  clock::time_point write_deadline_;
  std::uint64_t request_number_ = 0;
  std::weak_ptr<reply_token> token_;
  std::shared_ptr<stream_state> stream_;
  /// Bytes of events within the output.
  std::size_t stream_pending_ = 0;
  bool chunked_ = false;
  bool keep_alive_ = true;
  /// The client may still be sending what is not read any more.
  bool refused_ = false;
  bool is_head_ = false;
  bool is_http_1_0_ = false;
  bool processing_ = false;
  bool reading_ = false;
  bool waits_writable_ = false;
  bool peer_ended_ = false;
};

} // namespace tutti::http
