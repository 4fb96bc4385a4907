#include "actors/link/session.hpp"

#include "actors/link/openssl.hpp"
#include "actors/link/trust.hpp"
#include "runtime/model/stored.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>

namespace tutti::link {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::size_t write_bytes = 128 * 1024;
/// Until a peer has said who it is, it gets little room.
constexpr std::size_t first_frame_max = 64 * 1024;

std::string range_of(const hello& x) {
  return x.protocol_min == x.protocol_max
           ? std::to_string(x.protocol_min)
           : std::to_string(x.protocol_min) + " to " + std::to_string(x.protocol_max);
}

} // namespace

session::session(asio::ip::tcp::socket socket, asio::ssl::context* tls, role as, const hello& own,
                 node_no expected, const session_limits& limits, session_owner& owner)
  : socket_(std::move(socket)),
    role_(as),
    own_(own),
    expected_(expected),
    limits_(limits),
    owner_(owner),
    watch_(socket_.get_executor()),
    splitter_(first_frame_max),
    in_(read_bytes),
    began_(clock::now()),
    heard_(began_),
    out_(limits.queue_bytes_max) {
  if (tls)
    tls_.emplace(socket_, *tls);
}

void session::start() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  watch();
  if (tls_)
    handshake();
  else
    on_secure();
}

void session::handshake() {
  const auto side = role_ == role::dials ? asio::ssl::stream_base::client
                                         : asio::ssl::stream_base::server;
  tls_->async_handshake(side, [self = shared_from_this()](error_code why) {
    if (why)
      return self->close("the TLS handshake failed: " + why.message());
    self->on_secure();
  });
}

void session::on_secure() {
  if (tls_) {
    const x509_ptr shown{SSL_get1_peer_certificate(tls_->native_handle())};
    if (shown) {
      auto who = subject_of(shown.get());
      if (!who)
        return close(who.error().message);
      certified_.emplace();
      certified_->cluster = who->cluster;
      certified_->node = who->node;
    }
  }
  if (role_ == role::dials)
    greet();
  read();
}

void session::greet() {
  send(lane::urgent, static_cast<frame_kind>(word::hello), model::encode(own_));
}

bool session::send(lane on, frame_kind kind, std::string_view payload) {
  const std::lock_guard guard{mutex_};
  if (closed_ || !out_.push(on, make_frame(on, kind, payload)))
    return false;
  if (!flushing_) {
    flushing_ = true;
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->flush(); });
  }
  return true;
}

void session::flush() {
  {
    const std::lock_guard guard{mutex_};
    if (closed_)
      return;
    being_written_ = out_.take(write_bytes);
    flushing_ = !being_written_.empty();
  }
  if (being_written_.empty()) {
    if (!closing_.empty())
      close(closing_);
    return;
  }
  with_stream([this](auto& stream) {
    asio::async_write(stream, asio::buffer(being_written_),
                      [self = shared_from_this()](error_code why, std::size_t) {
                        if (why)
                          return self->close("writing failed: " + why.message());
                        self->flush();
                      });
  });
}

void session::close_after_sending(const std::string& why) {
  closing_ = why;
  const std::lock_guard guard{mutex_};
  if (!flushing_ && !closed_) {
    flushing_ = true;
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->flush(); });
  }
}

void session::close(const std::string& why, bool quiet) {
  {
    const std::lock_guard guard{mutex_};
    if (closed_)
      return;
    closed_ = true;
  }
  error_code ignored;
  socket_.close(ignored);
  watch_.cancel();
  // The library keeps errors of a thread; the next session must not see those of this one.
  ERR_clear_error();
  if (!quiet)
    owner_.on_closed(*this, why);
}

void session::read() {
  with_stream([this](auto& stream) {
    stream.async_read_some(asio::buffer(in_),
                           [self = shared_from_this()](error_code why, std::size_t size) {
                             if (why)
                               return self->close("the other end is gone: " + why.message());
                             self->on_read(size);
                           });
  });
}

void session::on_read(std::size_t size) {
  heard_ = clock::now();
  auto ok = splitter_.feed({in_.data(), size}, [this](frame_kind kind, std::string_view payload) {
    // A frame behind the one that ended the session is not looked at.
    if (socket_.is_open() && closing_.empty())
      take(kind, payload);
  });
  if (!ok)
    return refuse(ok.error().message);
  if (socket_.is_open())
    read();
}

void session::take(frame_kind kind, std::string_view payload) {
  if (!ready_)
    return take_first(kind, payload);
  switch (static_cast<word>(kind)) {
    case word::ping:
      send(lane::urgent, static_cast<frame_kind>(word::pong), {});
      return;
    case word::bye:
      return close("the other end closed: " + std::string{payload});
    default:
      if (kind >= first_user_kind)
        owner_.on_frame(*this, kind, payload);
  }
}

void session::take_first(frame_kind kind, std::string_view payload) {
  switch (static_cast<word>(kind)) {
    case word::hello:
      return take_hello(payload);
    case word::join_request:
      return take_join(payload);
    case word::bye:
      return close("the other end refused: " + std::string{payload});
    default:
      return refuse("expected a hello first, found a frame of kind " + std::to_string(kind));
  }
}

void session::take_hello(std::string_view payload) {
  auto said = model::decode<hello>(payload);
  if (!said)
    return refuse("the hello cannot be read: " + said.error().message);
  peer_ = std::move(*said);
  if (auto ok = check_peer(); !ok)
    return refuse(ok.error().message);
  std::string why;
  if (!owner_.on_ready(*this, why))
    return refuse(why);
  if (role_ == role::accepts)
    greet();
  splitter_.allow(limits_.frame_max);
  ready_ = true;
}

status session::check_peer() {
  if (tls_ && !certified_)
    return error{ec::bad_request, "a node needs a certificate of this cluster"};
  if (certified_ && (certified_->cluster != peer_.cluster || certified_->node != peer_.node))
    return error{ec::bad_request, "the certificate speaks for node "
                                    + std::to_string(certified_->node) + " of "
                                    + certified_->cluster + ", the hello for node "
                                    + std::to_string(peer_.node) + " of " + peer_.cluster};
  if (peer_.cluster != own_.cluster)
    return error{ec::bad_request, "this is the cluster '" + own_.cluster
                                    + "', the other end belongs to '" + peer_.cluster + "'"};
  if (peer_.node == own_.node)
    return error{ec::bad_request, "both ends are node " + std::to_string(own_.node)
                                    + ": a data folder must not be used twice"};
  if (expected_ != 0 && peer_.node != expected_)
    return error{ec::bad_request, "expected node " + std::to_string(expected_)
                                    + " at this address, found node " + std::to_string(peer_.node)};
  protocol_ = std::min(own_.protocol_max, peer_.protocol_max);
  if (protocol_ < std::max(own_.protocol_min, peer_.protocol_min))
    return error{ec::bad_request, "the other end speaks the protocol " + range_of(peer_)
                                    + ", this one " + range_of(own_)
                                    + "; upgrade one release at a time"};
  return unit{};
}

void session::take_join(std::string_view payload) {
  if (role_ != role::accepts || asked_to_join_)
    return refuse("nobody may ask to join here");
  auto asked = model::decode<join_request>(payload);
  if (!asked)
    return refuse("the request to join cannot be read: " + asked.error().message);
  asked_to_join_ = true;
  owner_.on_join(*this, *asked);
}

void session::refuse(const std::string& why) {
  send(lane::urgent, static_cast<frame_kind>(word::bye), why);
  close_after_sending(why);
}

void session::watch() {
  watch_.expires_after(ready_ ? limits_.ping_every
                              : std::min(limits_.handshake_max, limits_.ping_every));
  watch_.async_wait([self = shared_from_this()](error_code stopped) {
    if (stopped)
      return;
    // A stranger who sends a byte now and then does not stay longer.
    const auto silent = clock::now() - (self->ready_ ? self->heard() : self->began_);
    const auto most = self->ready_ ? self->limits_.silence_max : self->limits_.handshake_max;
    if (silent > most)
      return self->close(self->ready_ ? "nothing was heard from it for too long"
                                      : "it did not say who it is in time");
    if (self->ready_ && self->role_ == role::dials)
      self->send(lane::urgent, static_cast<frame_kind>(word::ping), {});
    self->watch();
  });
}

} // namespace tutti::link
