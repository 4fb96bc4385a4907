#include "actors/cluster/peer_words.hpp"

#include "runtime/model/stored.hpp"
#include "storage/journal/big_endian.hpp"
#include "storage/raft/raftc.h"

namespace tutti::actors {

namespace {

constexpr char mail_version = 1;
constexpr std::size_t mail_head = 3;

/// Fields of a message of consensus that say what it is.
constexpr std::uint64_t field_type = 1;
constexpr std::uint64_t field_to = 2;
constexpr std::uint64_t field_from = 3;

struct message_head {
  std::uint64_t type = 0;
  std::uint64_t to = 0;
  std::uint64_t from = 0;
};

/// Reads the top level to its end: of a field that comes twice, the library takes the last one.
bool read_head(std::string_view message, message_head& out) {
  // The form of fields is that of our stored records.
  model::byte_reader in{message};
  while (!in.done()) {
    auto tag = in.varint();
    switch (tag) {
      case field_type << 3:
        out.type = in.varint();
        break;
      case field_to << 3:
        out.to = in.varint();
        break;
      case field_from << 3:
        out.from = in.varint();
        break;
      default:
        in.skip(tag & 7);
    }
  }
  return in.ok();
}

error bad_mail(link::node_no from, const std::string& why) {
  return {ec::bad_request, "mail of node " + std::to_string(from) + ": " + why};
}

} // namespace

std::string encode_mail(const wire::raft_mail& what) {
  std::string out;
  out.reserve(mail_head + what.bytes.size());
  out += mail_version;
  storage::append_be(out, what.shard);
  out += what.bytes;
  return out;
}

result<wire::raft_mail> decode_mail(std::string_view bytes, link::node_no from,
                                    link::node_no self) {
  if (bytes.empty() || bytes.front() != mail_version)
    return bad_mail(from, bytes.empty()
                            ? std::string{"it is empty"}
                            : "it has version "
                                + std::to_string(static_cast<unsigned char>(bytes.front()))
                                + ", known is 1; update this node to the version of the other");
  if (bytes.size() < mail_head || bytes.size() > mail_head + RAFTC_MAX_MESSAGE_BYTES)
    return bad_mail(from, "it has " + std::to_string(bytes.size()) + " bytes");
  auto message = bytes.substr(mail_head);
  message_head head;
  if (!read_head(message, head) || head.type > UINT32_MAX)
    return bad_mail(from, "the message in it is damaged");
  if (head.from != from || head.to != self)
    return bad_mail(from, "the message in it is from node " + std::to_string(head.from)
                            + " to node " + std::to_string(head.to) + ", this is node "
                            + std::to_string(self));
  return wire::raft_mail{storage::read_be<storage::shard_id>(bytes, 1),
                         from,
                         self,
                         static_cast<std::uint32_t>(head.type),
                         std::string{message},
                         nullptr};
}

link::lane lane_of(const wire::raft_mail& what) {
  switch (what.type) {
    case RAFTC_MSG_VOTE:
    case RAFTC_MSG_VOTE_RESPONSE:
    case RAFTC_MSG_HEARTBEAT:
    case RAFTC_MSG_HEARTBEAT_RESPONSE:
    case RAFTC_MSG_PRE_VOTE:
    case RAFTC_MSG_PRE_VOTE_RESPONSE:
      return link::lane::urgent;
    case RAFTC_MSG_SNAPSHOT:
      return link::lane::bulk;
    default:
      return link::lane::normal;
  }
}

} // namespace tutti::actors
