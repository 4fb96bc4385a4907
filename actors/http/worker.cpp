#include "actors/http/worker.hpp"

#include "actors/http/errors.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <csignal>

namespace tutti::http {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {

/// Timeouts are met to an eighth, and no finer than a quarter of a second.
milliseconds sweep_interval(const server_options& options) {
  const auto shortest = std::min(
    {options.header_timeout, options.body_timeout, options.idle_timeout, options.write_timeout});
  return std::clamp(shortest / 8, milliseconds{5}, milliseconds{250});
}

/// A thread of a library leaves the signals of the process to `main`.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

} // namespace

worker::worker(const server_options& with, const handler& serve, std::shared_ptr<counters> counts,
               end_of_connections& end)
  : stay_(context_.get_executor()),
    sweeper_(context_),
    sweep_every_(sweep_interval(with)),
    end_(end) {
  options = &with;
  on_request = &serve;
  count = std::move(counts);
  box = std::make_shared<mailbox>(
    [this] { asio::post(context_, [this, mail = box.get()] { mail->run(); }); });
}

worker::~worker() {
  stop();
}

void worker::start() {
  thread_ = std::thread{[this] {
    block_signals();
    box->adopt_thread();
    context_.run();
  }};
}

void worker::stop() {
  if (thread_.joinable()) {
    box->post([this] {
      close_all();
      context_.stop();
    });
    thread_.join();
  }
  box->close();
}

void worker::adopt(asio::ip::tcp::socket socket, bool refuse) {
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
  socket.set_option(asio::socket_base::keep_alive{true}, ignored);
  auto one = std::make_shared<session>(std::move(socket), *this);
  one->slot = sessions_.size();
  sessions_.push_back(one);
  sweep_later();
  if (refuse)
    one->refuse(
      to_response({ec::unavailable, "the server has " + std::to_string(options->connections_max)
                                      + " connections and takes no more, try again later"}));
  else
    one->start();
  if (draining)
    one->drain();
}

void worker::drain() {
  draining = true;
  // Sessions that end change the list.
  const auto all = sessions_;
  for (const auto& one : all)
    one->drain();
}

void worker::close_all() {
  const auto all = sessions_;
  for (const auto& one : all)
    one->close();
}

void worker::ended(session& one) {
  auto last = std::move(sessions_.back());
  sessions_.pop_back();
  if (last.get() != &one) {
    last->slot = one.slot;
    sessions_[one.slot] = std::move(last);
  }
  const std::lock_guard guard{end_.mutex};
  --count->connections;
  end_.changed.notify_all();
}

void worker::sweep_later() {
  if (sweeping_)
    return;
  sweeping_ = true;
  sweeper_.expires_after(sweep_every_);
  sweeper_.async_wait([this](error_code ec) {
    sweeping_ = false;
    if (!ec)
      sweep();
  });
}

void worker::sweep() {
  const auto now = session::clock::now();
  // From the back: a session that ends is replaced by one that was seen already.
  for (auto i = sessions_.size(); i-- > 0;) {
    if (i >= sessions_.size())
      continue;
    const auto one = sessions_[i];
    one->tick(now);
  }
  if (!sessions_.empty())
    sweep_later();
}

} // namespace tutti::http
