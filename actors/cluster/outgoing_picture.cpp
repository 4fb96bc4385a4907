#include "actors/cluster/outgoing_picture.hpp"

#include "actors/cluster/peer_words.hpp"

namespace tutti::actors {

picture_begin outgoing_picture::begin() const {
  const auto& header = mail_.picture->header();
  return {transfer_, encode_mail(mail_), header.applied, header.applied_term, header.conf_state};
}

status outgoing_picture::push(const std::function<bool(std::string_view piece)>& send) {
  for (;;) {
    if (ready_.empty()) {
      auto more = cut_piece();
      if (!more)
        return more.error();
      if (!*more)
        return unit{};
    }
    if (!send(ready_))
      return unit{};
    ready_.clear();
    ++sent_;
  }
}

result<bool> outgoing_picture::cut_piece() {
  if (!opened_ || ended_ || sent_ - confirmed_ >= limits_.in_flight_max)
    return false;
  if (cut_ == chunk_.size()) {
    auto next = mail_.picture->next(limits_.chunk_bytes);
    if (!next)
      return next.error();
    chunk_ = std::move(*next);
    cut_ = 0;
    ended_ = chunk_.empty();
    if (ended_)
      return false;
  }
  auto part = std::string_view{chunk_}.substr(cut_, 2 * limits_.chunk_bytes);
  cut_ += part.size();
  ready_ = encode_piece({transfer_, sent_, cut_ == chunk_.size(), part});
  return true;
}

result<bool> outgoing_picture::confirm(std::uint32_t pieces) {
  if (pieces < confirmed_ || pieces > sent_)
    return error{ec::bad_request, "the receiver confirms " + std::to_string(pieces)
                                    + " pieces of a picture, " + std::to_string(sent_)
                                    + " were sent and " + std::to_string(confirmed_)
                                    + " confirmed before"};
  const auto news = !opened_ || pieces > confirmed_;
  opened_ = true;
  confirmed_ = pieces;
  return news;
}

bool outgoing_picture::ends_with(std::uint32_t pieces) {
  if (pieces != sent_ || !ready_.empty() || cut_ < chunk_.size())
    return false;
  if (!ended_) {
    // The last piece may have filled the window: then nobody has looked behind it yet.
    auto next = mail_.picture->next(limits_.chunk_bytes);
    ended_ = next && next->empty();
  }
  return ended_;
}

} // namespace tutti::actors
