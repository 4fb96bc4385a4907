#include "actors/cluster/peer_words.hpp"
#include "runtime/model/stored.hpp"
#include "storage/raft/raftc.h"
#include "test/unit/cluster/courier_world.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace tutti;
using namespace tutti::actors;
using namespace tutti::actors::test;

namespace {

wire::raft_mail mail(std::uint32_t type, storage::shard_id shard = 513) {
  return {shard, 3, 9, type, message(type, 3, 9), nullptr};
}

/// An append with entries, as far as its frame goes: bytes in fields that nobody looks at.
wire::raft_mail long_mail(std::size_t bytes) {
  auto out = mail(RAFTC_MSG_APPEND);
  model::byte_writer entry;
  entry.varint(7 << 3 | 2);
  entry.bytes(std::string(bytes, '\xff'));
  out.bytes += entry.out;
  return out;
}

} // namespace

TEST_CASE("mail comes out as it went in") {
  for (auto what : {mail(RAFTC_MSG_HEARTBEAT), mail(RAFTC_MSG_PRE_VOTE, 0),
                    mail(RAFTC_MSG_APPEND_RESPONSE, 65535), long_mail(3'000'000)}) {
    auto back = must(decode_mail(encode_mail(what), 3, 9));
    CHECK(back.shard == what.shard);
    CHECK(back.from == 3);
    CHECK(back.to == 9);
    CHECK(back.type == what.type);
    CHECK(back.bytes == what.bytes);
    CHECK_FALSE(back.picture);
  }
}

TEST_CASE("the bytes of mail stay what they are") {
  CHECK(encode_mail(mail(8)) == std::string{"\x01\x02\x01\x08\x08\x10\x09\x18\x03\x20\x05", 11});
}

TEST_CASE("mail that speaks for another node, or is for another, is refused") {
  const auto bytes = encode_mail(mail(RAFTC_MSG_APPEND));
  CHECK(decode_mail(bytes, 3, 9));
  using pair = std::pair<link::node_no, link::node_no>;
  for (auto [from, self] : {pair{4, 9}, pair{3, 8}, pair{9, 3}, pair{0, 0}}) {
    auto got = decode_mail(bytes, from, self);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == ec::bad_request);
  }
  CHECK(decode_mail(bytes, 4, 9).error().message
        == "mail of node 4: the message in it is from node 3 to node 9, this is node 9");
  // The last one counts, as it does for the library.
  auto twice = mail(RAFTC_MSG_APPEND);
  twice.bytes += std::string{"\x18\x04", 2};
  CHECK_FALSE(decode_mail(encode_mail(twice), 3, 9));
}

TEST_CASE("mail of another version says so") {
  auto bytes = encode_mail(mail(RAFTC_MSG_VOTE));
  bytes[0] = 2;
  CHECK(decode_mail(bytes, 3, 9).error().message
        == "mail of node 3: it has version 2, known is 1; update this node to the version of the "
           "other");
  CHECK(decode_mail("", 3, 9).error().message == "mail of node 3: it is empty");
}

TEST_CASE("damaged mail is an error, or mail of the same two nodes") {
  auto look = [](const std::string& bytes) {
    auto got = decode_mail(bytes, 3, 9);
    if (!got) {
      CHECK(got.error().code == ec::bad_request);
      return;
    }
    CHECK(got->from == 3);
    CHECK(got->to == 9);
    CHECK(encode_mail(*got) == bytes);
  };
  for (auto what : {mail(RAFTC_MSG_HEARTBEAT), long_mail(40)}) {
    const auto bytes = encode_mail(what);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
      look(bytes.substr(0, cut));
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      auto bad = bytes;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      look(bad);
    }
  }
  std::mt19937_64 random{1};
  for (auto i = 0; i < 20'000; ++i) {
    std::string noise(random() % 40, '\0');
    for (auto& x : noise)
      x = static_cast<char>(random());
    if (!noise.empty() && random() % 2 == 0)
      noise[0] = 1;
    look(noise);
  }
}

TEST_CASE("signs of life and votes pass entries, pictures come last") {
  for (auto type : {RAFTC_MSG_VOTE, RAFTC_MSG_VOTE_RESPONSE, RAFTC_MSG_HEARTBEAT,
                    RAFTC_MSG_HEARTBEAT_RESPONSE, RAFTC_MSG_PRE_VOTE, RAFTC_MSG_PRE_VOTE_RESPONSE})
    CHECK(lane_of(mail(static_cast<std::uint32_t>(type))) == link::lane::urgent);
  for (auto type : {RAFTC_MSG_APPEND, RAFTC_MSG_APPEND_RESPONSE})
    CHECK(lane_of(mail(static_cast<std::uint32_t>(type))) == link::lane::normal);
  CHECK(lane_of(mail(99)) == link::lane::normal);
  CHECK(lane_of(mail(RAFTC_MSG_SNAPSHOT)) == link::lane::bulk);
}
