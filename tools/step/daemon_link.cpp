#include "tools/step/daemon_link.hpp"

#include "actors/worker/run_folder.hpp"

#include <boost/json/parse.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace tutti::step {

using worker::io_error;
using worker::unique_fd;

namespace {

constexpr std::size_t line_max_bytes = 64 << 10;

/// What it does not know, it does not hear: the daemon may be newer.
void take_line(std::string_view line, daemon_words& said) {
  namespace json = boost::json;
  boost::system::error_code failure;
  const auto value = json::parse({line.data(), line.size()}, failure);
  if (failure || !value.is_object())
    return;
  const auto* op = value.get_object().if_contains("op");
  if (!op || !op->is_string())
    return;
  if (op->get_string() == "alive")
    said.alive = true;
  if (op->get_string() != "terminate")
    return;
  const auto* grace = value.get_object().if_contains("grace_ms");
  said.terminate = grace && grace->is_int64() ? grace->get_int64() : -1;
}

} // namespace

status daemon_link::listen() {
  // The path is relative, since a socket's path must be short.
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, worker::file_name::ctl, sizeof address.sun_path - 1);
  ::unlink(worker::file_name::ctl);
  listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener_)
    return io_error("cannot make a socket", errno);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(listener_.get(), generic, sizeof address) != 0)
    return io_error("cannot bind the socket ctl", errno);
  if (::listen(listener_.get(), 8) != 0)
    return io_error("cannot listen on the socket ctl", errno);
  return unit{};
}

bool daemon_link::accept_daemon() {
  unique_fd fresh{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (!fresh)
    return false;
  peer_ = std::move(fresh);
  received_.clear();
  unsent_.clear();
  return true;
}

daemon_words daemon_link::receive() {
  daemon_words said;
  char piece[4096];
  for (;;) {
    const auto n = ::recv(peer_.get(), piece, sizeof piece, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      break;
    if (n <= 0) {
      peer_.reset();
      break;
    }
    received_.append(piece, static_cast<std::size_t>(n));
    for (auto end = received_.find('\n'); end != std::string::npos; end = received_.find('\n')) {
      take_line(std::string_view{received_}.substr(0, end), said);
      received_.erase(0, end + 1);
    }
    if (received_.size() > line_max_bytes) {
      peer_.reset();
      break;
    }
  }
  return said;
}

void daemon_link::send(std::string_view line, loss may_be) {
  if (!connected() || (may_be == loss::allowed && !unsent_.empty()))
    return;
  unsent_ += line;
  unsent_ += '\n';
  push();
}

void daemon_link::flush(int timeout_ms) {
  while (connected() && !push()) {
    pollfd ready{peer_.get(), POLLOUT, 0};
    const auto n = ::poll(&ready, 1, timeout_ms);
    if (n == 0 || (n < 0 && errno != EINTR))
      return;
  }
}

void daemon_link::close_listener() {
  listener_.reset();
  ::unlink(worker::file_name::ctl);
}

bool daemon_link::push() {
  while (!unsent_.empty()) {
    const auto n = ::send(peer_.get(), unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return false;
    if (n < 0) {
      peer_.reset();
      unsent_.clear();
      return true;
    }
    unsent_.erase(0, static_cast<std::size_t>(n));
  }
  return true;
}

} // namespace tutti::step
