#pragma once

#include "actors/http/message.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tutti::http {

/// Reads the requests of one connection, one after another, from bytes as they come.
class request_parser {
public:
  enum class state {
    in_header,
    in_body,
    done,
    /// The connection cannot go on: nothing tells where the next request starts.
    failed,
  };

  request_parser(std::size_t header_max, std::size_t body_max);
  ~request_parser();

  request_parser(const request_parser&) = delete;
  request_parser& operator=(const request_parser&) = delete;

  /// Consumes a prefix of the bytes and tells its length in `used`. The rest, with what
  /// follows, has to be fed again. @pre not `done` or `failed` since the last `restart`
  state feed(std::string_view bytes, std::size_t& used);

  /// The request, once. @pre `done`
  request take();

  /// The answer to give. @pre `failed`
  response refusal() const;

  /// @pre `in_body` or `done`
  bool keep_alive() const;
  bool is_http_1_0() const;
  /// The client waits for `100 Continue` before it sends the body.
  bool wants_continue() const;

  /// Gets ready for the next request.
  void restart();

private:
  class grammar;

  std::size_t header_max_;
  std::size_t body_max_;
  std::unique_ptr<grammar> grammar_;
};

} // namespace tutti::http
