#pragma once

#include "runtime/base/error.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::client {

using headers = std::vector<std::pair<std::string, std::string>>;

struct client_response {
  unsigned status = 0;
  std::string content_type;
  std::string body;
  std::optional<unsigned> retry_after_s;
};

/// A blocking HTTP/1.1 client of one server, for programs of one thread. Keeps its
/// connection between calls. Answers of any status are results; errors mean that there is
/// no answer: `unavailable` (not reached, or the connection broke), `timeout`, `bad_request`
/// (an address that cannot be used) and `too_large`.
class http_client {
public:
  /// `base_url` is `http://host[:port][/prefix]`.
  static result<http_client> to(std::string_view base_url);

  http_client(http_client&&) noexcept;
  http_client& operator=(http_client&&) noexcept;
  ~http_client();

  /// `path` begins with `/` and is sent as it is: its segments are already encoded. The
  /// timeout covers the whole call. A call that may have reached the server is never
  /// repeated, unless its method is safe to repeat.
  result<client_response> call(std::string_view method, std::string_view path, const headers& extra,
                               std::string_view body, std::chrono::milliseconds timeout);

  /// Takes one event; false ends the reading.
  using on_event = std::function<bool(std::string_view event, std::string_view data)>;

  /// Called about once a second while no event comes.
  using on_idle = std::function<void()>;

  /// Reads server-sent events until the stream ends, `take` has enough, or nothing came for
  /// the time of `silence_max`. An answer that is no stream is returned as a response with
  /// its body; else the response has none.
  result<client_response> read_events(std::string_view path, const headers& extra,
                                      const on_event& take, std::chrono::milliseconds silence_max,
                                      const on_idle& idle = {});

private:
  class impl;

  explicit http_client(std::unique_ptr<impl> content);

  std::unique_ptr<impl> impl_;
};

/// The text with everything but letters, digits and `-._~` percent-encoded: fit for a path
/// segment or a query value.
std::string percent_encode(std::string_view text);

} // namespace tutti::client
