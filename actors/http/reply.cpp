#include "actors/http/reply.hpp"

#include "actors/http/errors.hpp"
#include "actors/http/server.hpp"

namespace tutti::http {

// -- reply_token ----

reply_token::reply_token(std::shared_ptr<mailbox> box, std::shared_ptr<counters> count,
                         std::weak_ptr<connection> to, std::uint64_t request_number,
                         std::size_t stream_buffer_max)
  : box_(std::move(box)),
    count_(std::move(count)),
    to_(std::move(to)),
    request_number_(request_number),
    stream_buffer_max_(stream_buffer_max) {}

reply_token::~reply_token() {
  if (answered_)
    return;
  ++count_->unanswered_total;
  answer(to_response({ec::internal, "the request was dropped before it was answered"}));
}

bool reply_token::take_duty() {
  if (answered_.exchange(true))
    return false;
  --count_->in_flight;
  return true;
}

void reply_token::answer(response with) {
  if (!take_duty())
    return;
  if (box_->in_its_thread() && in_handler_) {
    if (auto peer = to_.lock())
      peer->answer(request_number_, std::move(with));
    return;
  }
  box_->post([to = to_, number = request_number_, with = std::move(with)]() mutable {
    if (auto peer = to.lock())
      peer->answer(number, std::move(with));
  });
}

std::shared_ptr<stream_handle> reply_token::open_stream() {
  auto state = std::make_shared<stream_state>(stream_buffer_max_);
  if (take_duty()) {
    // Always by mail, also from the connection's own thread: events must not overtake.
    box_->post([to = to_, number = request_number_, state] {
      if (auto peer = to.lock())
        peer->start_stream(number, state);
      else
        state->gone = true;
    });
  } else {
    state->gone = true;
  }
  return std::make_shared<stream_handle>(box_, count_, to_, std::move(state));
}

// -- stream_handle ----

stream_handle::stream_handle(std::shared_ptr<mailbox> box, std::shared_ptr<counters> count,
                             std::weak_ptr<connection> to, std::shared_ptr<stream_state> state)
  : box_(std::move(box)),
    count_(std::move(count)),
    to_(std::move(to)),
    state_(std::move(state)) {}

stream_handle::~stream_handle() {
  close();
}

bool stream_handle::send_event(std::string_view name, std::string_view data) {
  if (closed_ || state_->gone)
    return false;
  auto events = encode_event(name, data);
  if (state_->buffered.fetch_add(events.size()) + events.size() > state_->buffer_max) {
    if (!state_->gone.exchange(true)) {
      ++count_->slow_streams_total;
      box_->post([to = to_] {
        if (auto peer = to.lock())
          peer->drop_slow_stream();
      });
    }
    return false;
  }
  const bool posted = box_->post([to = to_, events = std::move(events)] {
    if (auto peer = to.lock())
      peer->send_events(events);
  });
  if (!posted)
    state_->gone = true;
  return posted;
}

void stream_handle::close() {
  if (closed_.exchange(true) || state_->gone)
    return;
  box_->post([to = to_] {
    if (auto peer = to.lock())
      peer->finish_stream();
  });
}

std::string encode_event(std::string_view name, std::string_view data) {
  std::string bytes;
  bytes.reserve(name.size() + data.size() + 24);
  if (!name.empty()) {
    bytes += "event: ";
    for (const char c : name)
      bytes += c == '\n' || c == '\r' ? ' ' : c;
    bytes += '\n';
  }
  for (;;) {
    const auto end = data.find_first_of("\r\n");
    bytes += "data: ";
    bytes += data.substr(0, end);
    bytes += '\n';
    if (end == std::string_view::npos)
      break;
    const bool pair = data.substr(end, 2) == "\r\n";
    data.remove_prefix(end + (pair ? 2 : 1));
  }
  bytes += '\n';
  return bytes;
}

// -- the public ends ----

void responder::operator()(response answer) const {
  to_->answer(std::move(answer));
}

stream responder::open_stream() const {
  return stream{to_->open_stream()};
}

bool responder::client_gone() const {
  return to_->gone();
}

bool stream::send_event(std::string_view name, std::string_view data) const {
  return to_->send_event(name, data);
}

void stream::close() const {
  to_->close();
}

bool stream::client_gone() const {
  return to_->gone();
}

} // namespace tutti::http
