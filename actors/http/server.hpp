#pragma once

#include "actors/http/message.hpp"
#include "runtime/base/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tutti::http {

class reply_token;
class stream_handle;

/// A server-sent-event stream to one client. Copies share it; dropping all closes it. Any
/// thread may use it, also after the client or the server has gone.
class stream {
public:
  explicit stream(std::shared_ptr<stream_handle> to) : to_(std::move(to)) {}

  /// Sends one event; `name` may be empty, line breaks in `data` are kept. False if the
  /// client is gone. A client that reads so slowly that its buffer is full is dropped.
  bool send_event(std::string_view name, std::string_view data) const;

  /// Ends the stream in order. Further events are not sent.
  void close() const;

  bool client_gone() const;

private:
  std::shared_ptr<stream_handle> to_;
};

/// Answers one request, once, from any thread; a second answer is ignored, and so is one to
/// a client that has gone. Copies share the request; dropping all of them unanswered
/// answers 500.
class responder {
public:
  explicit responder(std::shared_ptr<reply_token> to) : to_(std::move(to)) {}

  void operator()(response answer) const;

  /// Answers with an endless stream of events instead.
  stream open_stream() const;

  /// The connection broke, or the client closed its side. A hint: an answer may be dropped.
  bool client_gone() const;

private:
  std::shared_ptr<reply_token> to_;
};

/// Called on a thread of the server, so it must not wait. Requests of one connection come
/// one after another, each after the answer to the one before.
using handler = std::function<void(request, responder)>;

struct server_options {
  /// A name or an address of this host.
  std::string address = "127.0.0.1";
  /// 0: any free port.
  std::uint16_t port = 8080;
  unsigned threads = 1;
  std::size_t body_max = std::size_t{1} << 20U;
  std::size_t header_max = std::size_t{16} << 10U;
  std::size_t connections_max = 1000;
  /// Requests given to the handler and not answered yet. Streams do not count.
  std::size_t in_flight_max = 10'000;
  /// Bytes of events that wait for one client.
  std::size_t stream_buffer_max = std::size_t{1} << 20U;
  /// From the first byte of a header, or from the start of a connection, to its end.
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  /// Between two requests.
  std::chrono::milliseconds idle_timeout{60'000};
  /// Without any byte taken by the client.
  std::chrono::milliseconds write_timeout{30'000};
};

/// Counts since the start, except the first three, which are of now.
struct server_stats {
  std::uint64_t connections = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t streams = 0;
  std::uint64_t connections_total = 0;
  std::uint64_t requests_total = 0;
  /// Connections over `connections_max` and requests over `in_flight_max`.
  std::uint64_t refused_total = 0;
  /// Connections ended by a timeout, idle ones not counted.
  std::uint64_t timeouts_total = 0;
  /// Requests that were not HTTP, or over a limit.
  std::uint64_t broken_total = 0;
  /// Streams dropped because their client read too slowly.
  std::uint64_t slow_streams_total = 0;
  /// Handlers that threw, and requests whose responder was dropped.
  std::uint64_t unanswered_total = 0;
};

/// An HTTP/1.1 server with its own threads. Refuses what is over a limit in the shape of
/// the API's errors.
class server {
public:
  /// Binds and starts. `ec::unavailable` if the port is taken.
  static result<std::unique_ptr<server>> start(server_options options, handler on_request);

  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Stops at once: open connections are cut. Not from a handler.
  ~server();

  std::uint16_t port() const;

  /// Stops listening, ends streams and idle connections, waits until running requests are
  /// answered, and cuts what is left after the patience. Not from a handler.
  void drain(std::chrono::milliseconds patience);

  server_stats stats() const;

private:
  class impl;

  explicit server(std::unique_ptr<impl> content);

  std::unique_ptr<impl> impl_;
};

} // namespace tutti::http
