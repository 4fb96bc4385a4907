#include "actors/client/http_client.hpp"

#include "actors/client/event_reader.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <charconv>

namespace tutti::client {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

namespace {

constexpr std::uint64_t answer_max = std::uint64_t{256} << 20U;
constexpr std::size_t event_max = std::size_t{16} << 20U;
constexpr std::chrono::milliseconds idle_interval{1000};

using wire_request = beast::http::request<beast::http::string_body>;
using wire_parser = beast::http::response_parser<beast::http::string_body>;

struct base {
  std::string host;
  std::string port;
  std::string prefix;
};

error bad_base(std::string_view url, std::string_view why) {
  return {ec::bad_request, "server address '" + std::string{url} + "': " + std::string{why}
                             + "; expected http://host:port"};
}

result<base> parse_base(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme))
    return bad_base(url, url.starts_with("https://") ? "TLS is not supported"
                                                     : "it does not begin with http://");
  base parts;
  auto rest = url.substr(scheme.size());
  const auto slash = std::min(rest.find('/'), rest.size());
  parts.prefix = rest.substr(slash);
  while (parts.prefix.ends_with('/'))
    parts.prefix.pop_back();
  auto authority = rest.substr(0, slash);
  parts.port = "80";
  // An IPv6 address has its own colons, within brackets.
  const auto bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos)
    return bad_base(url, "the bracket of the IPv6 address is not closed");
  if (const auto colon = authority.find(':', bracket); colon != std::string_view::npos) {
    parts.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  unsigned port = 0;
  const auto [end, failure] = std::from_chars(parts.port.data(),
                                              parts.port.data() + parts.port.size(), port);
  if (failure != std::errc{} || end != parts.port.data() + parts.port.size() || port == 0
      || port > 65535)
    return bad_base(url, "'" + parts.port + "' is not a port");
  if (bracket != 0)
    authority = authority.substr(1, bracket - 1);
  if (authority.empty())
    return bad_base(url, "the host is missing");
  parts.host = authority;
  return parts;
}

bool is_repeatable(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
}

bool is_one_line(std::string_view text) {
  return text.find_first_of("\r\n") == std::string_view::npos;
}

client_response to_response(wire_parser& parser) {
  auto& message = parser.get();
  client_response answer;
  answer.status = message.result_int();
  answer.content_type = std::string{message[beast::http::field::content_type]};
  const auto retry = message[beast::http::field::retry_after];
  unsigned seconds = 0;
  if (!retry.empty()
      && std::from_chars(retry.data(), retry.data() + retry.size(), seconds).ec == std::errc{})
    answer.retry_after_s = seconds;
  answer.body = std::move(message.body());
  return answer;
}

} // namespace

class http_client::impl {
public:
  explicit impl(base to) : base_(std::move(to)), stream_(context_) {}

  result<client_response> call(const wire_request& asked, clock::time_point until);
  result<client_response> read_events(const wire_request& asked, const on_event& take,
                                      std::chrono::milliseconds silence_max, const on_idle& idle);

  result<wire_request> make_request(std::string_view method, std::string_view path,
                                    const headers& extra, std::string_view body) const;

private:
  /// One try. `sent` tells if the server may have seen the request.
  result<client_response> exchange(const wire_request& asked, clock::time_point until, bool& sent);
  status connect(clock::time_point until);
  error_code send(const wire_request& asked, clock::time_point until);
  status take_events(wire_parser& parser, const on_event& take,
                     std::chrono::milliseconds silence_max, const on_idle& idle);
  bool is_stale();
  void disconnect();

  template <class Start>
  error_code run(clock::time_point until, Start start, const on_idle& idle = {});

  error why(const error_code& failure, std::string_view doing) const;

  std::string place() const {
    const bool v6 = base_.host.find(':') != std::string::npos;
    return (v6 ? "[" + base_.host + "]" : base_.host) + ":" + base_.port;
  }

  base base_;
  asio::io_context context_{1};
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  bool connected_ = false;
};

/// Starts an operation of the stream and waits for its end or for the deadline.
template <class Start>
error_code http_client::impl::run(clock::time_point until, Start start, const on_idle& idle) {
  error_code outcome = asio::error::operation_aborted;
  stream_.expires_at(until);
  start([&outcome](error_code ec, auto&&...) { outcome = ec; });
  context_.restart();
  // The context stops when nothing is left to wait for.
  while (idle) {
    context_.run_for(idle_interval);
    if (context_.stopped())
      return outcome;
    idle();
  }
  context_.run();
  return outcome;
}

error http_client::impl::why(const error_code& failure, std::string_view doing) const {
  if (failure == beast::error::timeout || failure == asio::error::operation_aborted)
    return {ec::timeout, place() + ": no answer within the time limit (" + std::string{doing}
                           + "); what was asked may still happen"};
  if (failure == asio::error::connection_refused)
    return {ec::unavailable, "cannot reach " + place()
                               + ": nothing listens there; start the server, or give the address "
                                 "of one that runs"};
  if (failure == beast::http::error::body_limit)
    return {ec::too_large,
            place() + ": the answer is longer than " + std::to_string(answer_max) + " bytes"};
  return {ec::unavailable, place() + ": " + std::string{doing} + ": " + failure.message()};
}

void http_client::impl::disconnect() {
  error_code ignored;
  stream_.socket().close(ignored);
  buffer_.clear();
  connected_ = false;
}

status http_client::impl::connect(clock::time_point until) {
  tcp::resolver resolver{context_};
  error_code ec;
  // The system's resolver has time limits of its own.
  const auto found = resolver.resolve(base_.host, base_.port, ec);
  if (ec)
    return error{tutti::ec::unavailable, "cannot find the host '" + base_.host
                                           + "': " + ec.message() + "; check the server address"};
  ec = run(until, [&](auto done) { stream_.async_connect(found, done); });
  if (ec) {
    disconnect();
    return why(ec, "connecting");
  }
  stream_.socket().set_option(tcp::no_delay{true}, ec);
  connected_ = true;
  return unit{};
}

/// A kept connection on which something came unasked, most likely its end.
bool http_client::impl::is_stale() {
  error_code ec;
  char one = 0;
  stream_.socket().non_blocking(true, ec);
  stream_.socket().receive(asio::buffer(&one, 1), tcp::socket::message_peek, ec);
  return ec != asio::error::would_block;
}

error_code http_client::impl::send(const wire_request& asked, clock::time_point until) {
  return run(until, [&](auto done) { beast::http::async_write(stream_, asked, done); });
}

result<client_response> http_client::impl::exchange(const wire_request& asked,
                                                    clock::time_point until, bool& sent) {
  if (connected_ && is_stale())
    disconnect();
  if (!connected_)
    if (auto connected = connect(until); !connected)
      return connected.error();
  sent = true;
  wire_parser parser;
  parser.body_limit(answer_max);
  parser.skip(asked.method() == beast::http::verb::head);
  // A server that refuses early may close before all is sent; its answer still counts.
  const auto unsent = send(asked, until);
  auto ec = unsent == beast::error::timeout ? unsent : run(until, [&](auto done) {
    beast::http::async_read(stream_, buffer_, parser, done);
  });
  if (ec) {
    disconnect();
    return why(unsent ? unsent : ec, unsent ? "sending the request" : "waiting for the answer");
  }
  if (!parser.keep_alive() || unsent)
    disconnect();
  return to_response(parser);
}

result<client_response> http_client::impl::call(const wire_request& asked,
                                                clock::time_point until) {
  const bool kept = connected_;
  bool sent = false;
  auto answer = exchange(asked, until, sent);
  const std::string_view method{asked.method_string().data(), asked.method_string().size()};
  // The server may have ended the kept connection just as it was used again.
  if (!answer && kept && sent && answer.error().code == ec::unavailable && is_repeatable(method))
    return exchange(asked, until, sent);
  return answer;
}

result<client_response> http_client::impl::read_events(const wire_request& asked,
                                                       const on_event& take,
                                                       std::chrono::milliseconds silence_max,
                                                       const on_idle& idle) {
  disconnect();
  if (auto connected = connect(clock::now() + silence_max); !connected)
    return connected.error();
  if (const auto ec = send(asked, clock::now() + silence_max)) {
    disconnect();
    return why(ec, "sending the request");
  }
  wire_parser parser;
  parser.body_limit(boost::none);
  auto ec = run(clock::now() + silence_max,
                [&](auto done) { beast::http::async_read_header(stream_, buffer_, parser, done); });
  if (!ec
      && !beast::iequals(parser.get()[beast::http::field::content_type].substr(0, 17),
                         "text/event-stream")) {
    parser.body_limit(answer_max);
    ec = run(clock::now() + silence_max,
             [&](auto done) { beast::http::async_read(stream_, buffer_, parser, done); });
  } else if (!ec) {
    if (auto read = take_events(parser, take, silence_max, idle); !read) {
      disconnect();
      return read.error();
    }
    parser.get().body().clear();
  }
  disconnect();
  if (ec)
    return why(ec, "waiting for the answer");
  return to_response(parser);
}

status http_client::impl::take_events(wire_parser& parser, const on_event& take,
                                      std::chrono::milliseconds silence_max, const on_idle& idle) {
  event_reader events;
  for (;;) {
    auto& body = parser.get().body();
    const auto complete = events.feed(body);
    body.clear();
    for (const auto& one : complete)
      if (!take(one.name, one.data))
        return unit{};
    if (parser.is_done())
      return unit{};
    if (events.pending() > event_max)
      return error{tutti::ec::too_large,
                   place() + ": an event is longer than " + std::to_string(event_max) + " bytes"};
    const auto ec = run(
      clock::now() + silence_max,
      [&](auto done) { beast::http::async_read_some(stream_, buffer_, parser, done); }, idle);
    if (ec)
      return why(ec, "reading events");
  }
}

result<wire_request> http_client::impl::make_request(std::string_view method, std::string_view path,
                                                     const headers& extra,
                                                     std::string_view body) const {
  const auto bad = [&](std::string_view what) {
    return error{ec::bad_request, "request " + std::string{method} + " " + std::string{path} + ": "
                                    + std::string{what}};
  };
  if (!path.starts_with('/') || path.find_first_of(" \r\n") != std::string_view::npos)
    return bad("the path must begin with '/' and be percent-encoded");
  if (method.empty() || method.find_first_of(" \r\n") != std::string_view::npos)
    return bad("the method must be one word");
  wire_request asked;
  asked.version(11);
  asked.method_string({method.data(), method.size()});
  asked.target(base_.prefix + std::string{path});
  asked.set(beast::http::field::host, place());
  for (const auto& [name, value] : extra) {
    if (name.empty() || !is_one_line(name) || !is_one_line(value))
      return bad("header '" + name + "' must be one line");
    asked.insert(name, value);
  }
  asked.body() = body;
  asked.prepare_payload();
  return asked;
}

// -- http_client ----

namespace {

/// Beast throws on headers without memory or bounds; that too is an answer.
template <class Do>
result<client_response> guarded(Do work) {
  try {
    return work();
  } catch (const std::exception& failure) {
    return error{ec::internal, std::string{"HTTP client: "} + failure.what()};
  }
}

} // namespace

http_client::http_client(std::unique_ptr<impl> content) : impl_(std::move(content)) {}

http_client::http_client(http_client&&) noexcept = default;

http_client& http_client::operator=(http_client&&) noexcept = default;

http_client::~http_client() = default;

result<http_client> http_client::to(std::string_view base_url) {
  auto parts = parse_base(base_url);
  if (!parts)
    return parts.error();
  return http_client{std::make_unique<impl>(std::move(*parts))};
}

result<client_response> http_client::call(std::string_view method, std::string_view path,
                                          const headers& extra, std::string_view body,
                                          std::chrono::milliseconds timeout) {
  return guarded([&]() -> result<client_response> {
    auto asked = impl_->make_request(method, path, extra, body);
    if (!asked)
      return asked.error();
    return impl_->call(*asked, clock::now() + timeout);
  });
}

result<client_response> http_client::read_events(std::string_view path, const headers& extra,
                                                 const on_event& take,
                                                 std::chrono::milliseconds silence_max,
                                                 const on_idle& idle) {
  return guarded([&]() -> result<client_response> {
    auto asked = impl_->make_request("GET", path, extra, {});
    if (!asked)
      return asked.error();
    if (asked->find(beast::http::field::accept) == asked->end())
      asked->set(beast::http::field::accept, "text/event-stream");
    return impl_->read_events(*asked, take, silence_max, idle);
  });
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "-._~";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || plain.find(c) != std::string_view::npos)
      encoded += c;
    else
      (encoded += '%') += {digits[byte >> 4U], digits[byte & 15U]};
  }
  return encoded;
}

} // namespace tutti::client
