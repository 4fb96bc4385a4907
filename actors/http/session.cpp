#include "actors/http/session.hpp"

#include "actors/http/answer_text.hpp"
#include "actors/http/errors.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <exception>

namespace tutti::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t read_ahead_max = std::size_t{64} << 10U;
/// With more output than this waiting, no further request is begun.
constexpr std::size_t output_mark = std::size_t{256} << 10U;
constexpr std::chrono::milliseconds linger_time{2000};
/// A comment is sent to a silent stream this often, so that a broken one is noticed.
constexpr std::chrono::seconds stream_beat{15};

} // namespace

// -- life ----

session::session(asio::ip::tcp::socket socket, session_host& host)
  : socket_(std::move(socket)),
    host_(host),
    parser_(host.options->header_max, host.options->body_max),
    in_(host.options->header_max + read_ahead_max),
    deadline_(clock::now() + host.options->header_timeout) {}

void session::start() {
  read_on();
}

void session::refuse(response with) {
  reject(with);
  settle();
}

void session::close() {
  if (phase_ == phase::closed)
    return;
  const auto self = shared_from_this();
  phase_ = phase::closed;
  error_code ignored;
  socket_.close(ignored);
  if (auto token = token_.lock())
    token->set_gone();
  leave_stream();
  host_.ended(*this);
}

void session::drain() {
  error_code ignored;
  if (phase_ == phase::streaming)
    finish_stream();
  else if (phase_ == phase::idle && in_.empty() && out_.empty()
           && socket_.available(ignored) == 0) {
    enter(phase::leaving);
    settle();
  }
  // Else a request is on its way: its answer will be the last.
}

void session::tick(clock::time_point now) {
  if (waits_writable_ && now >= write_deadline_) {
    ++host_.count->timeouts_total;
    close();
    return;
  }
  if (now < deadline_)
    return;
  switch (phase_) {
    case phase::header:
    case phase::body: {
      ++host_.count->timeouts_total;
      const bool header = phase_ == phase::header;
      reject(to_response(
        {ec::timeout,
         std::string{"the request "} + (header ? "header" : "body") + " was not complete after "
           + std::to_string(
             (header ? host_.options->header_timeout : host_.options->body_timeout).count())
           + " ms"}));
      return settle();
    }
    case phase::idle:
    case phase::lingering:
      return close();
    case phase::streaming:
      append_events(":\n\n");
      return process();
    case phase::running:
    case phase::leaving:
    case phase::closed:
      return;
  }
}

bool session::between_answers() const {
  return phase_ == phase::idle || phase_ == phase::header || phase_ == phase::body;
}

void session::enter(phase next) {
  phase_ = next;
  const auto until = [&]() -> clock::duration {
    switch (next) {
      case phase::idle:
        return host_.options->idle_timeout;
      case phase::header:
        return host_.options->header_timeout;
      case phase::body:
        return host_.options->body_timeout;
      case phase::streaming:
        return stream_beat;
      case phase::lingering:
        return linger_time;
      case phase::running:
      case phase::leaving:
      case phase::closed:
        break;
    }
    return clock::duration::max();
  }();
  deadline_ = until == clock::duration::max() ? clock::time_point::max() : clock::now() + until;
}

// -- requests ----

/// Takes requests out of the input for as long as their answers come at once.
void session::process() {
  if (processing_)
    return;
  processing_ = true;
  for (;;) {
    while (out_.size() < output_mark && read_request()) {
    }
    const bool stalled = out_.size() >= output_mark;
    flush();
    if (!stalled || !out_.empty())
      break;
  }
  processing_ = false;
  settle();
}

/// True if a request was begun.
bool session::read_request() {
  if (!between_answers())
    return false;
  if (phase_ == phase::idle) {
    const auto text = in_.bytes();
    in_.consume(std::min(text.find_first_not_of("\r\n"), text.size()));
  }
  if (in_.empty())
    return false;
  if (phase_ == phase::idle)
    enter(phase::header);
  std::size_t used = 0;
  const auto state = parser_.feed(in_.bytes(), used);
  in_.consume(used);
  if (state == request_parser::state::done) {
    run_request();
    return true;
  }
  const bool stuck = in_.full();
  if (state == request_parser::state::failed || stuck) {
    ++host_.count->broken_total;
    reject(stuck ? to_response({ec::bad_request, "the request is not HTTP/1.1: bad chunk"})
                 : parser_.refusal());
    return false;
  }
  if (state == request_parser::state::in_body && phase_ == phase::header) {
    enter(phase::body);
    if (parser_.wants_continue())
      out_ += "HTTP/1.1 100 Continue\r\n\r\n";
  }
  return false;
}

void session::run_request() {
  enter(phase::running);
  keep_alive_ = parser_.keep_alive();
  is_http_1_0_ = parser_.is_http_1_0();
  auto message = parser_.take();
  parser_.restart();
  is_head_ = message.method == "HEAD";
  ++request_number_;
  ++host_.count->requests_total;
  if (++host_.count->in_flight > host_.options->in_flight_max) {
    --host_.count->in_flight;
    ++host_.count->refused_total;
    answer(request_number_,
           to_response({ec::unavailable, "the server is busy with "
                                           + std::to_string(host_.options->in_flight_max)
                                           + " requests, try again later"}));
    return;
  }
  call_handler(std::move(message));
}

void session::call_handler(request&& message) {
  auto token = std::make_shared<reply_token>(host_.box, host_.count, weak_from_this(),
                                             request_number_, host_.options->stream_buffer_max);
  token_ = token;
  token->set_in_handler(true);
  // A handler that throws is a bug in it; its client gets to know, the server goes on.
  try {
    (*host_.on_request)(std::move(message), responder{token});
  } catch (const std::exception& why) {
    ++host_.count->unanswered_total;
    token->answer(to_response({ec::internal, std::string{"the handler failed: "} + why.what()}));
  } catch (...) {
    ++host_.count->unanswered_total;
    token->answer(to_response({ec::internal, "the handler failed"}));
  }
  token->set_in_handler(false);
}

// -- answers ----

void session::answer(std::uint64_t request_number, response with) {
  if (phase_ != phase::running || request_number != request_number_)
    return;
  append_response(with);
  end_answer();
}

void session::end_answer() {
  enter(keep_alive_ && !host_.draining ? phase::idle : phase::leaving);
  process();
}

void session::reject(const response& with) {
  keep_alive_ = false;
  is_head_ = false;
  is_http_1_0_ = false;
  refused_ = true;
  append_response(with);
  enter(phase::leaving);
}

void session::append_response(const response& with) {
  const bool goes_on = keep_alive_ && !host_.draining;
  const auto then = !goes_on       ? after_answer::close
                    : is_http_1_0_ ? after_answer::keep_alive
                                   : after_answer::goes_on;
  append_answer(out_, with, then, is_head_);
}

// -- streams ----

void session::start_stream(std::uint64_t request_number, std::shared_ptr<stream_state> state) {
  if (phase_ != phase::running || request_number != request_number_ || peer_ended_) {
    state->gone = true;
    if (phase_ == phase::running && request_number == request_number_)
      close();
    return;
  }
  chunked_ = !is_http_1_0_;
  response head;
  head.content_type = "text/event-stream";
  head.headers = {{"Cache-Control", "no-cache"}};
  append_stream_head(out_, head, chunked_);
  stream_ = std::move(state);
  ++host_.count->streams;
  enter(phase::streaming);
  if (is_head_ || host_.draining)
    return finish_stream();
  process();
}

void session::send_events(std::string_view events) {
  if (phase_ != phase::streaming)
    return;
  append_events(events);
  stream_pending_ += events.size();
  process();
}

void session::append_events(std::string_view events) {
  if (chunked_)
    append_chunk(out_, events);
  else
    out_ += events;
  // The beat is for silent streams.
  enter(phase::streaming);
}

void session::finish_stream() {
  if (phase_ != phase::streaming)
    return;
  if (chunked_ && !is_head_)
    out_ += last_chunk;
  leave_stream();
  enter(phase::leaving);
  process();
}

void session::drop_slow_stream() {
  if (phase_ != phase::streaming)
    return;
  // A reset throws away what the kernel still holds for this client.
  error_code ignored;
  socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
  close();
}

void session::leave_stream() {
  if (!stream_)
    return;
  --host_.count->streams;
  stream_->gone = true;
  stream_.reset();
  stream_pending_ = 0;
}

// -- output ----

/// Writes what the socket takes now; the rest goes when it is writable again.
void session::flush() {
  while (out_written_ < out_.size() && !waits_writable_ && phase_ != phase::closed) {
    error_code ec;
    const auto n = socket_.write_some(
      asio::buffer(out_.data() + out_written_, out_.size() - out_written_), ec);
    if (ec == asio::error::would_block || ec == asio::error::try_again)
      return wait_writable();
    if (ec && ec != asio::error::interrupted)
      return close();
    taken_by_client(n);
  }
}

void session::taken_by_client(std::size_t bytes) {
  out_written_ += bytes;
  if (stream_) {
    const auto events = std::min(bytes, stream_pending_);
    stream_pending_ -= events;
    stream_->buffered -= events;
  }
  if (out_written_ < out_.size()) {
    // A stream may never catch up wholly; what is written must still be given back.
    if (out_written_ > output_mark) {
      out_.erase(0, out_written_);
      out_written_ = 0;
    }
    return;
  }
  out_written_ = 0;
  out_.clear();
  if (out_.capacity() > output_mark)
    out_.shrink_to_fit();
}

void session::wait_writable() {
  waits_writable_ = true;
  write_deadline_ = clock::now() + host_.options->write_timeout;
  socket_.async_wait(asio::ip::tcp::socket::wait_write, [self = shared_from_this()](error_code ec) {
    self->waits_writable_ = false;
    if (ec)
      return self->close();
    self->flush();
    self->process();
  });
}

// -- after every change ----

void session::settle() {
  flush();
  if (phase_ == phase::closed)
    return;
  if (out_.empty()) {
    if (phase_ == phase::leaving)
      linger();
    else if (peer_ended_ && between_answers())
      close();
  }
  read_on();
}

void session::linger() {
  error_code ec;
  // Unread input would make the end a reset, which may overtake the answer. Without any, and
  // none to come, there is nothing to wait for.
  if (peer_ended_ || (!refused_ && in_.empty() && socket_.available(ec) == 0))
    return close();
  enter(phase::lingering);
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ec);
  if (ec)
    close();
}

// -- input ----

void session::read_on() {
  if (reading_ || peer_ended_ || phase_ == phase::closed)
    return;
  // Nothing is read any more, but unread bytes would turn the end into a reset.
  if (phase_ == phase::leaving || phase_ == phase::lingering || phase_ == phase::streaming)
    in_.consume(in_.bytes().size());
  if (in_.full())
    return;
  reading_ = true;
  const auto room = in_.prepare();
  socket_.async_read_some(asio::buffer(room.data(), room.size()),
                          [self = shared_from_this()](error_code ec, std::size_t n) {
                            self->reading_ = false;
                            self->on_read(n, ec && ec != asio::error::eof, ec == asio::error::eof);
                          });
}

void session::on_read(std::size_t bytes, bool failed, bool ended) {
  if (phase_ == phase::closed)
    return;
  if (failed)
    return close();
  if (ended) {
    peer_ended_ = true;
    if (auto token = token_.lock())
      token->set_gone();
    if (phase_ == phase::streaming || phase_ == phase::lingering)
      return close();
    return settle();
  }
  in_.commit(bytes);
  process();
}

} // namespace tutti::http
