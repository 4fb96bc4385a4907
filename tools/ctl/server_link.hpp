#pragma once

#include "actors/client/http_client.hpp"
#include "runtime/base/error.hpp"
#include "tools/ctl/json_view.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::ctl {

/// Requests to one server, with the caller's name in each. `ec::unavailable` when nothing
/// answers; answers from 400 on are errors as `refusal_of` makes them. Copies share the
/// connection; for one thread.
class server_link {
public:
  using patience = std::chrono::milliseconds;
  using on_event = client::http_client::on_event;
  using on_idle = client::http_client::on_idle;

  static constexpr patience default_timeout{30'000};

  server_link(std::string url, std::string user);

  /// An answer that is no JSON is given as a JSON text; an empty one as null.
  result<json_value> get(const std::string& target, patience timeout = default_timeout) const;

  result<json_value> send(std::string_view method, const std::string& target,
                          const std::string& body = {}, std::string_view content_type = {}) const;

  /// Repeats while nothing answers or the server is busy. Only for requests that are the same
  /// when they come twice.
  result<json_value> send_again(std::string_view method, const std::string& target,
                                const std::string& body, std::string_view content_type) const;

  /// Whether anything answers at all. Quick.
  bool answers() const;

  status wait_until_ready(patience timeout) const;

  /// Reads events until the stream ends, or `take` gives false. `idle` is called about once a
  /// second while none comes.
  status events(const std::string& target, const on_event& take, const on_idle& idle = {}) const;

  const std::string& url() const { return url_; }

private:
  struct request {
    std::string_view method;
    const std::string& target;
    std::string_view body{};
    std::string_view content_type{};
    patience timeout = default_timeout;
  };

  result<client::client_response> call(const request& what) const;
  result<client::http_client*> connection() const;
  client::headers headers_for(std::string_view content_type) const;
  error unreachable(const error& why) const;

  std::string url_;
  std::string user_;
  std::shared_ptr<std::optional<client::http_client>> client_;
};

} // namespace tutti::ctl
