#include "actors/cluster/incoming_picture.hpp"

#include "actors/cluster/peer_words.hpp"
#include "storage/raft/raftc.h"

#include <cassert>
#include <utility>

namespace tutti::actors {

incoming_picture::incoming_picture(wire::raft_mail mail, storage::snapshot_header header,
                                   std::unique_ptr<picture_file> file, const picture_limits& limits)
  : mail_(std::move(mail)),
    header_(std::move(header)),
    file_(std::move(file)),
    limits_(limits),
    reader_(header_) {}

result<incoming_picture> incoming_picture::open(picture_begin what, link::node_no from,
                                                link::node_no self,
                                                const std::filesystem::path& folder,
                                                const picture_limits& limits) {
  auto mail = decode_mail(what.mail, from, self);
  if (!mail)
    return mail.error();
  if (mail->type != RAFTC_MSG_SNAPSHOT)
    return error{ec::bad_request,
                 "a picture came with a message of type " + std::to_string(mail->type)};
  if (what.conf_state.size() > RAFTC_MAX_CONF_STATE_BYTES)
    return error{ec::bad_request,
                 "a picture has members of " + std::to_string(what.conf_state.size()) + " bytes"};
  auto file = picture_file::create(folder);
  if (!file)
    return file.error();
  return incoming_picture{std::move(*mail),
                          {what.applied, what.applied_term, std::move(what.conf_state)},
                          std::move(*file),
                          limits};
}

status incoming_picture::take(const picture_piece& what) {
  if (what.number != pieces_)
    return error{ec::corrupt, "piece " + std::to_string(what.number)
                                + " of a picture came in the place of piece "
                                + std::to_string(pieces_)};
  if (what.bytes.size() > limits_.chunk_bytes_max - partial_.size())
    return error{ec::too_large, "a chunk of a picture has more than "
                                  + std::to_string(limits_.chunk_bytes_max) + " bytes"};
  if (what.ends_chunk && partial_.empty()) {
    if (auto ok = take_chunk(what.bytes); !ok)
      return ok;
  } else {
    partial_ += what.bytes;
    if (what.ends_chunk) {
      // The room is given back: the next one is likely to be far shorter.
      if (auto ok = take_chunk(std::exchange(partial_, {})); !ok)
        return ok;
    }
  }
  ++pieces_;
  return unit{};
}

status incoming_picture::take_chunk(std::string_view chunk) {
  if (auto ok = reader_.read(chunk, [](auto, auto) { return status{unit{}}; }); !ok)
    return ok;
  return file_->append(chunk, limits_.keep_free_bytes);
}

wire::raft_mail incoming_picture::finish() && {
  assert(complete());
  mail_.picture = std::make_shared<received_picture>(std::move(header_), std::move(file_));
  return std::move(mail_);
}

} // namespace tutti::actors
