#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tutti::test {

constexpr std::chrono::seconds patience{10};

/// A bare socket to a server on this host, for tests that need to send anything. Reading
/// gives up after `patience`.
class raw_client {
public:
  /// `receive_buffer` in bytes; 0 leaves it to the system.
  explicit raw_client(std::uint16_t port, int receive_buffer = 0);
  ~raw_client();

  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  bool send(std::string_view bytes);
  void half_close();
  /// Sends a reset instead of an orderly end.
  void reset();

  /// One answer: header and a body of the declared length. Empty if there is none.
  std::string read_response(bool without_body = false);
  /// Reads until the text has come; gives all up to and with it, or empty.
  std::string read_until(std::string_view text);
  /// Everything up to the end of the connection. `ended` is false if it did not end.
  std::string read_to_end(bool* ended = nullptr);
  /// True if the server ends the connection, in order or by a reset.
  bool ends();
  bool readable_within(std::chrono::milliseconds time);

private:
  bool read_more();

  int fd_ = -1;
  std::string buffer_;
};

/// Waits for a condition that another thread brings about.
bool eventually(const std::function<bool()>& condition);

/// Status code of an answer, 0 if it is none.
int status_of(const std::string& answer);
std::string body_of(const std::string& answer);

} // namespace tutti::test
