#pragma once

#include "actors/worker/unique_fd.hpp"
#include "runtime/base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::step {

/// What the daemon has said.
struct daemon_words {
  /// `{"op":"terminate","grace_ms":N}`; negative is the grace of the spec.
  std::optional<std::int64_t> terminate{};
  /// `{"op":"alive"}`: the job may go on for its lease.
  bool alive = false;
};

/// The supervisor's end of the talk with the daemon: JSON lines both ways. At most one daemon
/// is connected; a new one takes the place of the old one. Never waits, except in `flush`.
class daemon_link {
public:
  /// `inherited` is a connection the daemon handed over, or -1.
  explicit daemon_link(int inherited) : peer_(inherited) {}

  /// Listens on the socket `ctl` in the working directory.
  status listen();

  int listener() const { return listener_.get(); }

  int peer() const { return peer_.get(); }

  bool connected() const { return static_cast<bool>(peer_); }

  /// Takes the newest daemon that knocks. @returns whether there is one
  bool accept_daemon();

  /// Takes in what the daemon sent; drops the connection if it ended or talks nonsense.
  daemon_words receive();

  /// Sends a line. One that does not fit at once is kept for `flush`, unless it may be lost.
  enum class loss : bool {
    allowed,
    forbidden
  };
  void send(std::string_view line, loss may_be);

  /// Sends what is kept, waiting for at most `timeout_ms`.
  void flush(int timeout_ms);

  /// No daemon can connect from now on.
  void close_listener();

private:
  bool push();

  worker::unique_fd listener_;
  worker::unique_fd peer_;
  std::string received_;
  std::string unsent_;
};

} // namespace tutti::step
