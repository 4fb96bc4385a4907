#pragma once

#include "actors/http/mailbox.hpp"
#include "actors/http/message.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tutti::http {

class stream_handle;

/// What a stream's sender and its connection share.
struct stream_state {
  explicit stream_state(std::size_t bound) : buffer_max(bound) {}

  const std::size_t buffer_max;
  /// Bytes sent and not yet taken by the client's socket.
  std::atomic<std::size_t> buffered{0};
  std::atomic<bool> gone{false};
};

/// The side of a connection that answers turn to. Called in the connection's thread only.
class connection {
public:
  virtual ~connection() = default;

  /// Calls for another request than the running one do nothing.
  virtual void answer(std::uint64_t request_number, response with) = 0;
  virtual void start_stream(std::uint64_t request_number, std::shared_ptr<stream_state> state) = 0;
  virtual void send_events(std::string_view events) = 0;
  virtual void finish_stream() = 0;
  virtual void drop_slow_stream() = 0;
};

/// The duty to answer one request. Its end without an answer is an answer too.
class reply_token {
public:
  reply_token(std::shared_ptr<mailbox> box, std::shared_ptr<counters> count,
              std::weak_ptr<connection> to, std::uint64_t request_number,
              std::size_t stream_buffer_max);

  reply_token(const reply_token&) = delete;
  reply_token& operator=(const reply_token&) = delete;

  ~reply_token();

  void answer(response with);

  std::shared_ptr<stream_handle> open_stream();

  void set_gone() { gone_ = true; }

  /// While the handler is called, its answer goes straight to the connection, which waits
  /// for it. In the connection's thread only.
  void set_in_handler(bool now) { in_handler_ = now; }

  bool gone() const { return gone_; }

private:
  /// True for the first caller only.
  bool take_duty();

  std::shared_ptr<mailbox> box_;
  std::shared_ptr<counters> count_;
  std::weak_ptr<connection> to_;
  std::uint64_t request_number_;
  std::size_t stream_buffer_max_;
  std::atomic<bool> answered_{false};
  std::atomic<bool> gone_{false};
  bool in_handler_ = false;
};

/// The sending end of a stream.
class stream_handle {
public:
  stream_handle(std::shared_ptr<mailbox> box, std::shared_ptr<counters> count,
                std::weak_ptr<connection> to, std::shared_ptr<stream_state> state);

  stream_handle(const stream_handle&) = delete;
  stream_handle& operator=(const stream_handle&) = delete;

  ~stream_handle();

  bool send_event(std::string_view name, std::string_view data);

  void close();

  bool gone() const { return state_->gone; }

private:
  std::shared_ptr<mailbox> box_;
  std::shared_ptr<counters> count_;
  std::weak_ptr<connection> to_;
  std::shared_ptr<stream_state> state_;
  std::atomic<bool> closed_{false};
};

/// The bytes of one event.
std::string encode_event(std::string_view name, std::string_view data);

} // namespace tutti::http
