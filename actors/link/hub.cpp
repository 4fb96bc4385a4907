#include "actors/link/hub.hpp"

#include "actors/link/session.hpp"
#include "actors/link/tls.hpp"
#include "runtime/base/log.hpp"
#include "runtime/model/stored.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <thread>

namespace tutti::link {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds accept_pause{50};

/// `host:port`, the host in brackets if it is an IPv6 address.
std::pair<std::string, std::string> split_address(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos)
    return {address, ""};
  auto host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return {host, address.substr(colon + 1)};
}

status check(const hub_options& x) {
  error_code why;
  const auto at = asio::ip::make_address(x.address, why);
  if (why)
    return error{ec::bad_request, "cannot listen for links on '" + x.address
                                    + "': expected an IP address of this host"};
  if (!x.identity && !at.is_loopback())
    return error{ec::bad_request, "links without certificates are for one machine only: '"
                                    + x.address + "' can be reached by others"};
  return unit{};
}

} // namespace

class hub::impl final : public session_owner {
public:
  impl(hub_options options, hub_handlers handlers)
    : options_(std::move(options)),
      handlers_(std::move(handlers)),
      limits_{options_.queue_bytes_max, options_.frame_max, options_.ping_every,
              options_.silence_max, options_.handshake_max},
      acceptor_(context_),
      accept_pause_(context_),
      work_(asio::make_work_guard(context_)) {
    door_->context = &context_;
  }

  ~impl() override {
    {
      const std::lock_guard guard{door_->mutex};
      door_->context = nullptr;
    }
    asio::post(context_, [this] { close_all(); });
    work_.reset();
    if (thread_.joinable())
      thread_.join();
  }

  status start();

  std::uint16_t port() const { return port_; }

  void set_peers(std::vector<member_address> peers) {
    asio::post(context_, [this, wanted = std::move(peers)] { change_peers(wanted); });
  }

  status renew(const node_identity& fresh);
  bool send(node_no to, lane on, frame_kind kind, std::string_view payload);
  std::vector<peer_state> peers() const;

  bool on_ready(session& of, std::string& why) override;
  void on_frame(session& of, frame_kind kind, std::string_view payload) override;
  void on_closed(session& of, const std::string& why) override;
  void on_join(session& of, const join_request& asked) override;

private:
  struct peer {
    explicit peer(asio::io_context& context) : resolver(context), socket(context), pause(context) {}

    std::string address;
    tcp::resolver resolver;
    tcp::socket socket; ///< while it connects
    asio::steady_timer pause;
    std::chrono::milliseconds next_pause{0};
    std::shared_ptr<session> out;
    std::uint64_t generation = 0; ///< callbacks of an earlier try are stale
  };

  /// Late answers find it closed instead of a hub that is gone.
  struct door {
    std::mutex mutex;
    asio::io_context* context = nullptr;
  };

  /// What other threads see of a peer.
  struct shown {
    std::shared_ptr<session> up;
    peer_state state;
    std::chrono::steady_clock::time_point down_since = std::chrono::steady_clock::now();
  };

  void accept();
  void on_accept(tcp::socket socket);
  void change_peers(const std::vector<member_address>& wanted);
  void dial(node_no to);
  void connect(node_no to, std::uint64_t generation, const tcp::resolver::results_type& found);
  void dialled(node_no to);
  void redial(node_no to, const std::string& why);
  void close_all();
  void say_down(node_no to, const std::string& why);

  /// The peer, if the try that asks is still the newest.
  peer* find(node_no to, std::uint64_t generation) {
    auto at = peers_.find(to);
    return at == peers_.end() || at->second.generation != generation ? nullptr : &at->second;
  }

  hub_options options_;
  hub_handlers handlers_;
  session_limits limits_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer accept_pause_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::uint16_t port_ = 0;
  bool closing_ = false;
  std::shared_ptr<door> door_ = std::make_shared<door>();

  // Of the hub's thread.
  tls_context tls_;
  std::map<node_no, peer> peers_;
  std::set<std::shared_ptr<session>> accepted_;

  mutable std::mutex mutex_; ///< guards what follows
  std::map<node_no, shown> shown_;

  std::thread thread_;
};

status hub::impl::start() {
  if (auto ok = check(options_); !ok)
    return ok.error();
  if (options_.identity) {
    auto made = member_tls(*options_.identity);
    if (!made)
      return made.error();
    tls_ = *made;
  }
  error_code why;
  const tcp::endpoint place{asio::ip::make_address(options_.address), options_.port};
  acceptor_.open(place.protocol(), why);
  if (!why)
    acceptor_.set_option(tcp::acceptor::reuse_address{true}, why);
  if (!why)
    acceptor_.bind(place, why);
  if (!why)
    acceptor_.listen(asio::socket_base::max_listen_connections, why);
  if (why)
    return error{ec::unavailable, "cannot listen for links on " + options_.address + ":"
                                    + std::to_string(options_.port) + ": " + why.message()
                                    + "; stop the program that listens there, or choose another "
                                      "address with --link"};
  port_ = acceptor_.local_endpoint(why).port();
  accept();
  thread_ = std::thread{[this] { context_.run(); }};
  return unit{};
}

status hub::impl::renew(const node_identity& fresh) {
  auto made = member_tls(fresh);
  if (!made)
    return made.error();
  asio::post(context_, [this, next = *made] { tls_ = next; });
  return unit{};
}

bool hub::impl::send(node_no to, lane on, frame_kind kind, std::string_view payload) {
  std::shared_ptr<session> by;
  {
    const std::lock_guard guard{mutex_};
    auto at = shown_.find(to);
    if (at == shown_.end())
      return false;
    by = at->second.up;
  }
  const auto sent = by && by->send(on, kind, payload);
  const std::lock_guard guard{mutex_};
  if (auto at = shown_.find(to); at != shown_.end())
    ++(sent ? at->second.state.frames_sent : at->second.state.frames_refused);
  return sent;
}

std::vector<peer_state> hub::impl::peers() const {
  const std::lock_guard guard{mutex_};
  std::vector<peer_state> all;
  for (auto& [node, x] : shown_) {
    all.push_back(x.state);
    all.back().up = x.up != nullptr;
    const auto now = std::chrono::steady_clock::now();
    const auto since = [&](auto then) {
      return std::chrono::duration_cast<std::chrono::milliseconds>(now - then).count();
    };
    // Never 0: that means that it is up.
    all.back().silent_ms = x.up ? 0 : std::max<std::int64_t>(1, since(x.down_since));
    all.back().unheard_ms = since(x.up ? x.up->heard() : x.down_since);
  }
  return all;
}

// -- accepting ---------------------------------------------------------------------

void hub::impl::accept() {
  acceptor_.async_accept([this](error_code why, tcp::socket socket) {
    if (!acceptor_.is_open())
      return;
    if (!why) {
      on_accept(std::move(socket));
      return accept();
    }
    accept_pause_.expires_after(accept_pause);
    accept_pause_.async_wait([this](error_code stopped) {
      if (!stopped && acceptor_.is_open())
        accept();
    });
  });
}

void hub::impl::on_accept(tcp::socket socket) {
  if (accepted_.size() >= options_.connections_max)
    return;
  auto made = std::make_shared<session>(std::move(socket), tls_.get(), session::role::accepts,
                                        options_.self, node_no{0}, limits_, *this);
  accepted_.insert(made);
  made->start();
}

bool hub::impl::on_ready(session& of, std::string& why) {
  const auto node = of.peer().node;
  auto at = peers_.find(node);
  if (at == peers_.end()) {
    why = "node " + std::to_string(node) + " is no member of this cluster";
    return false;
  }
  if (of.as() == session::role::accepts)
    return true;
  at->second.next_pause = options_.redial_min;
  {
    const std::lock_guard guard{mutex_};
    auto& seen = shown_[node];
    seen.up = of.shared_from_this();
    seen.state.incarnation = of.peer().incarnation;
    seen.state.last_error.clear();
  }
  log::info("link_up", {{"node", std::to_string(node)}, {"address", at->second.address}});
  if (handlers_.on_up)
    handlers_.on_up(of.peer(), of.protocol());
  return true;
}

void hub::impl::on_frame(session& of, frame_kind kind, std::string_view payload) {
  if (of.as() == session::role::accepts && handlers_.on_frame)
    handlers_.on_frame(of.peer().node, kind, payload);
}

void hub::impl::on_closed(session& of, const std::string& why) {
  const auto keep = of.shared_from_this();
  if (of.as() == session::role::accepts) {
    accepted_.erase(keep);
    log::debug("link_ended", {{"node", std::to_string(of.peer().node)}, {"reason", why}});
    return;
  }
  auto at = peers_.find(of.expected());
  if (at == peers_.end() || at->second.out != keep)
    return;
  at->second.out.reset();
  if (of.ready())
    say_down(of.expected(), why);
  redial(of.expected(), why);
}

void hub::impl::on_join(session& of, const join_request& asked) {
  auto reply = [weak = of.weak_from_this(), through = door_](join_answer answer) {
    const std::lock_guard guard{through->mutex};
    if (!through->context)
      return;
    asio::post(*through->context, [weak, said = std::move(answer)] {
      if (auto to = weak.lock()) {
        to->send(lane::urgent, static_cast<frame_kind>(word::join_answer), model::encode(said));
        to->close_after_sending("a newcomer was answered");
      }
    });
  };
  if (handlers_.on_join)
    return handlers_.on_join(asked, reply);
  join_answer no;
  no.refused = "nobody can join at this node";
  reply(no);
}

// -- dialling ----------------------------------------------------------------------

void hub::impl::change_peers(const std::vector<member_address>& wanted) {
  if (closing_)
    return;
  auto named = [&](node_no node) {
    return std::find_if(wanted.begin(), wanted.end(), [&](auto& x) { return x.node == node; });
  };
  for (auto at = peers_.begin(); at != peers_.end();) {
    auto found = named(at->first);
    if (found != wanted.end() && found->address == at->second.address) {
      ++at;
      continue;
    }
    const auto node = at->first;
    const auto out = std::move(at->second.out);
    at = peers_.erase(at);
    if (out)
      out->close("not a member any more", true);
    if (out && out->ready())
      say_down(node, "its address is another one, or it is no member any more");
    const std::lock_guard guard{mutex_};
    shown_.erase(node);
  }
  for (auto& x : wanted) {
    if (x.node == options_.self.node || peers_.contains(x.node))
      continue;
    auto& made = peers_.emplace(x.node, context_).first->second;
    made.address = x.address;
    made.next_pause = options_.redial_min;
    {
      const std::lock_guard guard{mutex_};
      shown_[x.node].state.node = x.node;
      shown_[x.node].state.address = x.address;
    }
    dial(x.node);
  }
  std::vector<std::shared_ptr<session>> strangers;
  for (auto& x : accepted_)
    if (x->ready() && !peers_.contains(x->peer().node))
      strangers.push_back(x);
  for (auto& x : strangers)
    x->close("no member any more");
}

void hub::impl::dial(node_no to) {
  auto& x = peers_.at(to);
  const auto generation = ++x.generation;
  auto [host, port] = split_address(x.address);
  x.resolver.async_resolve(
    host, port, [this, to, generation](error_code why, tcp::resolver::results_type found) {
      if (!find(to, generation))
        return;
      if (why)
        return redial(to, "its address is unknown: " + why.message());
      connect(to, generation, found);
    });
}

void hub::impl::connect(node_no to, std::uint64_t generation,
                        const tcp::resolver::results_type& found) {
  auto& x = peers_.at(to);
  x.socket = tcp::socket{context_};
  // The system's own patience with a silent address is minutes.
  x.pause.expires_after(options_.handshake_max);
  x.pause.async_wait([this, to, generation](error_code stopped) {
    if (auto* late = stopped ? nullptr : find(to, generation); late && !late->out) {
      error_code ignored;
      late->socket.close(ignored);
    }
  });
  auto place = found.begin()->endpoint();
  x.socket.async_connect(place, [this, to, generation](error_code why) {
    auto* here = find(to, generation);
    if (!here)
      return;
    here->pause.cancel();
    if (why == asio::error::operation_aborted)
      return redial(to, "it does not answer");
    if (why)
      return redial(to, "it cannot be reached: " + why.message());
    dialled(to);
  });
}

void hub::impl::dialled(node_no to) {
  auto& x = peers_.at(to);
  x.out = std::make_shared<session>(std::move(x.socket), tls_.get(), session::role::dials,
                                    options_.self, to, limits_, *this);
  const auto started = x.out;
  started->start();
}

void hub::impl::redial(node_no to, const std::string& why) {
  if (closing_)
    return;
  auto& x = peers_.at(to);
  {
    const std::lock_guard guard{mutex_};
    shown_[to].state.last_error = why;
  }
  const auto generation = ++x.generation;
  x.pause.expires_after(x.next_pause);
  x.next_pause = std::min(x.next_pause * 2, options_.redial_max);
  x.pause.async_wait([this, to, generation](error_code stopped) {
    if (!stopped && find(to, generation))
      dial(to);
  });
}

void hub::impl::say_down(node_no to, const std::string& why) {
  {
    const std::lock_guard guard{mutex_};
    shown_[to].up.reset();
    shown_[to].down_since = std::chrono::steady_clock::now();
    shown_[to].state.last_error = why;
  }
  log::warning("link_down", {{"node", std::to_string(to)}, {"reason", why}});
  if (handlers_.on_down)
    handlers_.on_down(to, why);
}

void hub::impl::close_all() {
  closing_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  {
    const std::lock_guard guard{mutex_};
    shown_.clear();
  }
  for (auto& [node, x] : peers_) {
    if (x.out)
      x.out->close("this node ends", true);
    x.socket.close(ignored);
  }
  // Their callbacks find nobody and end; a resolver that is gone gives up.
  peers_.clear();
  for (auto& x : accepted_)
    x->close("this node ends", true);
  accepted_.clear();
}

// -- hub ---------------------------------------------------------------------------

hub::hub(std::unique_ptr<impl> content) : impl_(std::move(content)) {}

hub::~hub() = default;

result<std::unique_ptr<hub>> hub::start(hub_options options, hub_handlers handlers) {
  // Threads and contexts may fail to come to be; nothing of that leaves as an exception.
  try {
    auto content = std::make_unique<impl>(std::move(options), std::move(handlers));
    if (auto ok = content->start(); !ok)
      return ok.error();
    return std::unique_ptr<hub>{new hub{std::move(content)}};
  } catch (const std::exception& why) {
    return error{ec::unavailable, std::string{"cannot start the links: "} + why.what()};
  }
}

std::uint16_t hub::port() const {
  return impl_->port();
}

void hub::set_peers(std::vector<member_address> peers) {
  impl_->set_peers(std::move(peers));
}

status hub::renew(const node_identity& fresh) {
  return impl_->renew(fresh);
}

bool hub::send(node_no to, lane on, frame_kind kind, std::string_view payload) {
  return impl_->send(to, on, kind, payload);
}

std::vector<peer_state> hub::peers() const {
  return impl_->peers();
}

} // namespace tutti::link
