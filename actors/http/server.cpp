#include "actors/http/server.hpp"

#include "actors/http/worker.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace tutti::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Refused connections get an answer too, but not without limit.
constexpr std::size_t refusals_max = 100;
/// Without file descriptors accepting fails at once, again and again.
constexpr std::chrono::milliseconds accept_pause{50};

/// A socket on its way between two threads.
struct moving_socket {
  explicit moving_socket(int fd) : descriptor(fd) {}

  moving_socket(const moving_socket&) = delete;
  moving_socket& operator=(const moving_socket&) = delete;

  ~moving_socket() {
    if (descriptor >= 0)
      ::close(descriptor);
  }

  int release() { return std::exchange(descriptor, -1); }

  int descriptor;
};

error listen_error(const server_options& options, const error_code& why) {
  const auto place = options.address + ":" + std::to_string(options.port);
  if (why == asio::error::address_in_use)
    return {ec::unavailable, "cannot listen on " + place
                               + ": the port is in use; stop the program that listens there, or "
                                 "choose another port for this one"};
  if (why == asio::error::access_denied)
    return {ec::unavailable, "cannot listen on " + place
                               + ": not permitted; choose a port above 1023, or run with the "
                                 "right to bind low ports"};
  if (why.value() == EADDRNOTAVAIL)
    return {ec::bad_request, "cannot listen on " + place
                               + ": this host does not have that address; choose one of its own, "
                                 "or 0.0.0.0 for all"};
  return {ec::unavailable, "cannot listen on " + place + ": " + why.message()};
}

result<tcp::endpoint> resolve(asio::io_context& context, const server_options& options) {
  error_code ec;
  const auto literal = asio::ip::make_address(options.address, ec);
  if (!ec)
    return tcp::endpoint{literal, options.port};
  tcp::resolver resolver{context};
  const auto found = resolver.resolve(options.address, std::to_string(options.port), ec);
  if (ec || found.empty())
    return error{tutti::ec::bad_request, "cannot listen on '" + options.address
                                           + "': it is neither an IP address nor a known host "
                                             "name ("
                                           + ec.message() + ")"};
  return found.begin()->endpoint();
}

} // namespace

class server::impl {
public:
  impl(server_options with, handler serve)
    : options_(std::move(with)),
      on_request_(std::move(serve)),
      count_(std::make_shared<counters>()) {
    for (unsigned i = 0; i < std::max(1U, options_.threads); ++i)
      workers_.push_back(std::make_unique<worker>(options_, on_request_, count_, end_));
    acceptor_.emplace(workers_.front()->context());
    pause_.emplace(workers_.front()->context());
  }

  ~impl() {
    // The other threads may still get sockets from the first, so that one ends first.
    for (auto& one : workers_)
      one->stop();
  }

  status start();
  void drain(std::chrono::milliseconds patience);

  std::uint16_t port() const { return port_; }

  const counters& count() const { return *count_; }

private:
  status listen();
  void accept();
  void on_accept(tcp::socket socket);
  void hand_over(worker& to, tcp::socket socket, bool refuse);
  bool wait_for_end(std::chrono::steady_clock::time_point until);

  server_options options_;
  handler on_request_;
  std::shared_ptr<counters> count_;
  end_of_connections end_;
  std::vector<std::unique_ptr<worker>> workers_;
  std::optional<tcp::acceptor> acceptor_;
  std::optional<asio::steady_timer> pause_;
  tcp protocol_ = tcp::v4();
  std::uint16_t port_ = 0;
  std::size_t next_worker_ = 0;
};

status server::impl::listen() {
  auto place = resolve(workers_.front()->context(), options_);
  if (!place)
    return place.error();
  protocol_ = place->protocol();
  error_code ec;
  acceptor_->open(protocol_, ec);
  if (!ec)
    acceptor_->set_option(tcp::acceptor::reuse_address{true}, ec);
  if (!ec)
    acceptor_->bind(*place, ec);
  if (!ec)
    acceptor_->listen(asio::socket_base::max_listen_connections, ec);
  if (ec)
    return listen_error(options_, ec);
  const auto bound = acceptor_->local_endpoint(ec);
  if (ec)
    return listen_error(options_, ec);
  port_ = bound.port();
  return unit{};
}

status server::impl::start() {
  if (auto listening = listen(); !listening)
    return listening;
  try {
    for (auto& one : workers_)
      one->start();
  } catch (const std::system_error& why) {
    return error{ec::unavailable,
                 std::string{"cannot start the threads of the HTTP server: "} + why.what()};
  }
  workers_.front()->box->post([this] { accept(); });
  return unit{};
}

void server::impl::accept() {
  acceptor_->async_accept([this](error_code ec, tcp::socket socket) {
    if (!acceptor_->is_open())
      return;
    if (!ec) {
      on_accept(std::move(socket));
      return accept();
    }
    pause_->expires_after(accept_pause);
    pause_->async_wait([this](error_code stopped) {
      if (!stopped && acceptor_->is_open())
        accept();
    });
  });
}

void server::impl::on_accept(tcp::socket socket) {
  const auto open = ++count_->connections;
  ++count_->connections_total;
  const bool refuse = open > options_.connections_max;
  if (refuse)
    ++count_->refused_total;
  if (open > options_.connections_max + refusals_max) {
    --count_->connections;
    return;
  }
  hand_over(*workers_[next_worker_++ % workers_.size()], std::move(socket), refuse);
}

void server::impl::hand_over(worker& to, tcp::socket socket, bool refuse) {
  if (&to == workers_.front().get())
    return to.adopt(std::move(socket), refuse);
  error_code ec;
  const auto moving = std::make_shared<moving_socket>(socket.release(ec));
  if (ec) {
    --count_->connections;
    return;
  }
  to.box->post([this, &to, moving, refuse] {
    tcp::socket here{to.context()};
    error_code refused;
    here.assign(protocol_, moving->descriptor, refused);
    if (refused) {
      --count_->connections;
      return;
    }
    moving->release();
    to.adopt(std::move(here), refuse);
  });
}

void server::impl::drain(std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (auto& one : workers_)
    one->box->post([this, &one] {
      if (one == workers_.front()) {
        error_code ignored;
        acceptor_->close(ignored);
        const std::lock_guard guard{end_.mutex};
        end_.accepting = false;
        end_.changed.notify_all();
      }
      one->drain();
    });
  if (wait_for_end(until))
    return;
  for (auto& one : workers_)
    one->box->post([&one] { one->close_all(); });
  wait_for_end(std::chrono::steady_clock::now() + std::chrono::seconds{1});
}

bool server::impl::wait_for_end(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock{end_.mutex};
  return end_.changed.wait_until(lock, until,
                                 [&] { return !end_.accepting && count_->connections == 0; });
}

// -- server ----

server::server(std::unique_ptr<impl> content) : impl_(std::move(content)) {}

server::~server() = default;

result<std::unique_ptr<server>> server::start(server_options options, handler on_request) {
  // Threads and contexts may fail to come to be; nothing of that leaves as an exception.
  try {
    auto content = std::make_unique<impl>(std::move(options), std::move(on_request));
    if (auto started = content->start(); !started)
      return started.error();
    return std::unique_ptr<server>{new server{std::move(content)}};
  } catch (const std::exception& why) {
    return error{ec::unavailable, std::string{"cannot start the HTTP server: "} + why.what()};
  }
}

std::uint16_t server::port() const {
  return impl_->port();
}

void server::drain(std::chrono::milliseconds patience) {
  impl_->drain(patience);
}

server_stats server::stats() const {
  const auto& now = impl_->count();
  return {now.connections,        now.in_flight,       now.streams,        now.connections_total,
          now.requests_total,     now.refused_total,   now.timeouts_total, now.broken_total,
          now.slow_streams_total, now.unanswered_total};
}

} // namespace tutti::http
