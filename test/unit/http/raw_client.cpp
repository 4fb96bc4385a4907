#include "test/unit/http/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

namespace tutti::test {

raw_client::raw_client(std::uint16_t port, int receive_buffer) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0)
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

raw_client::~raw_client() {
  if (fd_ >= 0)
    ::close(fd_);
}

bool raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void raw_client::half_close() {
  ::shutdown(fd_, SHUT_WR);
}

void raw_client::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(fd_);
  fd_ = -1;
}

bool raw_client::readable_within(std::chrono::milliseconds time) {
  pollfd waiting{fd_, POLLIN, 0};
  return ::poll(&waiting, 1, static_cast<int>(time.count())) == 1;
}

bool raw_client::read_more() {
  if (!readable_within(patience))
    return false;
  std::array<char, 65536> bytes{};
  const auto n = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (n <= 0)
    return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(n));
  return true;
}

std::string raw_client::read_until(std::string_view text) {
  for (;;) {
    if (const auto at = buffer_.find(text); at != std::string::npos) {
      auto found = buffer_.substr(0, at + text.size());
      buffer_.erase(0, found.size());
      return found;
    }
    if (!read_more())
      return {};
  }
}

std::string raw_client::read_response(bool without_body) {
  auto answer = read_until("\r\n\r\n");
  constexpr std::string_view name = "Content-Length: ";
  const auto at = answer.find(name);
  if (without_body || at == std::string::npos)
    return answer;
  const auto size = std::strtoull(answer.c_str() + at + name.size(), nullptr, 10);
  while (buffer_.size() < size)
    if (!read_more())
      return {};
  answer += buffer_.substr(0, size);
  buffer_.erase(0, size);
  return answer;
}

std::string raw_client::read_to_end(bool* ended) {
  const bool end = ends();
  if (ended)
    *ended = end;
  return std::exchange(buffer_, {});
}

bool raw_client::ends() {
  while (read_more()) {
  }
  // Told apart from a deadline by the state of the socket.
  char one = 0;
  const auto n = ::recv(fd_, &one, 1, MSG_DONTWAIT | MSG_PEEK);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    std::this_thread::yield();
  }
  return true;
}

int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::atoi(answer.c_str() + 9) : 0;
}

std::string body_of(const std::string& answer) {
  const auto at = answer.find("\r\n\r\n");
  return at == std::string::npos ? "" : answer.substr(at + 4);
}

} // namespace tutti::test
