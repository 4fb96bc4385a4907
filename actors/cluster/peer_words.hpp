#pragma once

#include "actors/link/frame.hpp"
#include "actors/link/words.hpp"
#include "actors/wire/shard_messages.hpp"
#include "runtime/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// What the members of a cluster say to each other over links, and the bytes of consensus mail.
namespace tutti::actors {

/// Kinds of frames between members. Sent: append only, never renumber.
enum class peer_word : std::uint16_t {
  raft_mail = 16,      ///< `encode_mail`
  picture_begin = 17,  ///< `picture_begin`
  picture_chunk = 18,  ///< `encode_piece`
  picture_answer = 19, ///< `picture_answer`
};

static_assert(static_cast<std::uint16_t>(peer_word::raft_mail) == link::first_user_kind);

constexpr link::frame_kind kind_of(peer_word what) {
  return static_cast<link::frame_kind>(what);
}

/// The wire form of mail without its picture. Who sends it and to whom is not in it: the link
/// knows.
///
///   version  1 byte   1
///   shard    2 bytes  big-endian
///   message           as the consensus library writes it
///
/// To change it, raise the version and keep reading the old one.
std::string encode_mail(const wire::raft_mail& what);

/// Reads mail that node `from` sent to this node, `self`. The type is that of the message. Fails
/// with `ec::bad_request` if the bytes are no mail, or if the message says that it comes from
/// somebody else or is for somebody else. Whether consensus can use the message is not known yet.
result<wire::raft_mail> decode_mail(std::string_view bytes, link::node_no from, link::node_no self);

/// Where mail waits: signs of life and votes pass entries. What has a picture goes with pictures.
link::lane lane_of(const wire::raft_mail& what);

} // namespace tutti::actors
