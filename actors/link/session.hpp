#pragma once

#include "actors/link/frame.hpp"
#include "actors/link/words.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tutti::link {

struct session_limits {
  std::array<std::size_t, lane_count> queue_bytes_max{};
  std::size_t frame_max = 0;
  std::chrono::milliseconds ping_every{0};
  std::chrono::milliseconds silence_max{0};
  std::chrono::milliseconds handshake_max{0};
};

class session;

/// Who makes sessions. Called on the thread of the link only.
class session_owner {
public:
  virtual ~session_owner() = default;

  /// Both ends have said who they are. False: not wanted, the sentence goes to the peer.
  virtual bool on_ready(session& of, std::string& why) = 0;
  virtual void on_frame(session& of, frame_kind kind, std::string_view payload) = 0;
  /// Exactly once, unless the owner closed the session itself.
  virtual void on_closed(session& of, const std::string& why) = 0;
  /// Only where a newcomer may ask, that is on accepted connections.
  virtual void on_join(session& of, const join_request& asked) = 0;
};

/// One connection to another node, from the handshake to its end. Whoever dials sends frames on it,
/// whoever accepts answers pings only; two nodes have one in each direction. All members except
/// `send` and `heard` belong to the thread of the link.
class session : public std::enable_shared_from_this<session> {
public:
  using clock = std::chrono::steady_clock;

  enum class role : std::uint8_t {
    dials,
    accepts
  };

  /// Without `tls` the link is in the clear. `expected` is the node that was dialled, or 0.
  session(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls, role as,
          const hello& own, node_no expected, const session_limits& limits, session_owner& owner);

  void start();

  /// When something came of the other end, last. Any thread.
  clock::time_point heard() const { return heard_; }

  /// From any thread. False: the lane is full or the session has ended; nothing was queued.
  bool send(lane on, frame_kind kind, std::string_view payload);

  /// Closes once what is queued is written, at most `handshake_max` later.
  void close_after_sending(const std::string& why);

  /// Closes now; the owner hears of it unless `quiet`.
  void close(const std::string& why, bool quiet = false);

  const hello& peer() const { return peer_; }

  /// The version that both ends speak.
  std::uint64_t protocol() const { return protocol_; }

  bool ready() const { return ready_; }

  role as() const { return role_; }

  /// Of the dialled node, before it has said its name.
  node_no expected() const { return expected_; }

private:
  void handshake();
  void on_secure();
  void greet();
  void read();
  void on_read(std::size_t size);
  void take(frame_kind kind, std::string_view payload);
  void take_first(frame_kind kind, std::string_view payload);
  void take_hello(std::string_view payload);
  void take_join(std::string_view payload);
  status check_peer();
  void refuse(const std::string& why);
  void flush();
  void watch();

  template <class Use>
  void with_stream(Use use) {
    if (tls_)
      use(*tls_);
    else
      use(socket_);
  }

  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  role role_;
  hello own_;
  node_no expected_;
  session_limits limits_;
  session_owner& owner_;

  boost::asio::steady_timer watch_;
  frame_splitter splitter_;
  std::vector<char> in_;
  clock::time_point began_;
  std::atomic<clock::time_point> heard_; ///< any thread reads it
  /// Whom the certificate speaks for; absent without one.
  std::optional<hello> certified_;
  hello peer_;
  std::uint64_t protocol_ = 0;
  bool ready_ = false;
  bool asked_to_join_ = false;
  std::string closing_; ///< why it closes once all is written

  std::mutex mutex_; ///< guards what follows
  frame_queue out_;
  bool flushing_ = false;
  bool closed_ = false;

  std::string being_written_;
};

} // namespace tutti::link
