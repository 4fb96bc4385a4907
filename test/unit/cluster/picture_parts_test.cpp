#include "actors/cluster/incoming_picture.hpp"
#include "actors/cluster/outgoing_picture.hpp"
#include "actors/cluster/peer_words.hpp"
#include "runtime/model/stored.hpp"
#include "storage/raft/raftc.h"
#include "test/unit/cluster/courier_world.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace tutti;
using namespace tutti::actors;
using namespace tutti::actors::test;

namespace {

picture_limits small() {
  picture_limits out;
  out.chunk_bytes = 1000;
  out.chunk_bytes_max = 5000;
  out.keep_free_bytes = 0;
  return out;
}

/// Pieces of a picture, all at once.
std::vector<std::string> pieces_of(std::size_t rows, std::size_t row_bytes) {
  auto limits = small();
  limits.in_flight_max = 1'000'000;
  outgoing_picture out{picture_mail(4, std::make_shared<made_picture>(rows, row_bytes)), 8, limits};
  must(out.confirm(0));
  std::vector<std::string> all;
  must_ok(out.push([&](std::string_view x) {
    all.emplace_back(x);
    return true;
  }));
  CHECK(out.ends_with(static_cast<std::uint32_t>(all.size())));
  return all;
}

struct receiver {
  receiver() { must_ok(clear_picture_folder(folder.path)); }

  incoming_picture open(const picture_limits& limits = small()) {
    const outgoing_picture from{picture_mail(4, std::make_shared<made_picture>(0, 0)), 8, limits};
    return must(incoming_picture::open(from.begin(), 1, 2, folder.path, limits));
  }

  scratch_folder folder;
};

} // namespace

TEST_CASE("the words of pictures stay what they are") {
  CHECK(model::encode(picture_begin{1, "m", 2, 3, "c"})
        == std::string{"\x01\x08\x01\x12\x01m\x18\x02\x20\x03\x2a\x01"
                       "c"});
  CHECK(model::encode(picture_answer{1, picture_stage::refused, 5, "w"})
        == std::string{"\x01\x08\x01\x10\x02\x18\x05\x22\x01w"});
  CHECK(encode_piece({0x0102, 3, true, "xy"})
        == std::string{"\x01\x01\0\0\0\0\0\0\x01\x02\0\0\0\x03xy", 16});
}

TEST_CASE("a piece comes out as it went in, a damaged head is refused") {
  const auto bytes = encode_piece({77, 5, false, "content"});
  auto back = must(decode_piece(bytes));
  CHECK(back.transfer == 77);
  CHECK(back.number == 5);
  CHECK_FALSE(back.ends_chunk);
  CHECK(back.bytes == "content");
  for (std::size_t cut = 0; cut < 14; ++cut)
    CHECK_FALSE(decode_piece(std::string_view{bytes}.substr(0, cut)));
  CHECK(must(decode_piece(std::string_view{bytes}.substr(0, 14))).bytes.empty());
  auto other = bytes;
  other[0] = 2;
  CHECK_FALSE(decode_piece(other));
}

TEST_CASE("a file gives chunks back as they came, and has no name") {
  receiver at;
  auto file = must(picture_file::create(at.folder.path));
  const std::string large(100'000, 'x');
  for (const auto& x : {std::string{"a"}, large, std::string{"b"}})
    must_ok(file->append(x, 0));
  CHECK(std::filesystem::is_empty(at.folder.path));
  CHECK(must(file->next()) == "a");
  CHECK(must(file->next()) == large);
  CHECK(must(file->next()) == "b");
  CHECK(must(file->next()).empty());
  CHECK(must(file->next()).empty());
}

TEST_CASE("a file leaves room on the disk") {
  receiver at;
  auto file = must(picture_file::create(at.folder.path));
  auto ok = file->append("x", UINT64_MAX);
  REQUIRE_FALSE(ok);
  CHECK(ok.error().code == ec::unavailable);
  CHECK(must(file->next()).empty());
}

TEST_CASE("leftovers of pictures are removed, other files are not") {
  scratch_folder folder;
  std::filesystem::create_directories(folder.path);
  std::ofstream{folder.path / "picture-a1b2c3"} << "old";
  std::ofstream{folder.path / "notes"} << "mine";
  must_ok(clear_picture_folder(folder.path));
  CHECK_FALSE(std::filesystem::exists(folder.path / "picture-a1b2c3"));
  CHECK(std::filesystem::exists(folder.path / "notes"));
  CHECK_FALSE(clear_picture_folder(folder.path / "notes"));
}

TEST_CASE("a sender keeps to what was confirmed") {
  auto limits = small();
  limits.in_flight_max = 3;
  outgoing_picture out{picture_mail(4, std::make_shared<made_picture>(10, 900)), 8, limits};
  auto open = true;
  auto send = [&](std::string_view) { return open; };
  must_ok(out.push(send));
  CHECK(out.sent() == 0); // The receiver has not said that it has room.
  CHECK(must(out.confirm(0)));
  CHECK_FALSE(must(out.confirm(0)));
  must_ok(out.push(send));
  CHECK(out.sent() == 3);
  CHECK(must(out.confirm(2)));
  open = false;
  must_ok(out.push(send));
  CHECK(out.sent() == 3);
  open = true;
  must_ok(out.push(send));
  CHECK(out.sent() == 5);
  CHECK_FALSE(out.confirm(6));
  CHECK_FALSE(out.confirm(1));
  CHECK_FALSE(out.ends_with(5));
}

TEST_CASE("a picture is complete with its last piece") {
  receiver at;
  const auto pieces = pieces_of(10, 900);
  REQUIRE(pieces.size() == 11);
  auto in = at.open();
  for (const auto& x : pieces) {
    CHECK_FALSE(in.complete());
    must_ok(in.take(must(decode_piece(x))));
  }
  REQUIRE(in.complete());
  CHECK_FALSE(in.take(must(decode_piece(pieces.back()))));
  auto mail = std::move(in).finish();
  CHECK(mail.shard == 4);
  CHECK(mail.picture->header() == storage::snapshot_header{7, 3, "members"});
  CHECK(must(count_rows(*mail.picture)) == 10);
}

TEST_CASE("a chunk that is too long for a frame comes in pieces") {
  receiver at;
  const auto pieces = pieces_of(2, 4500);
  REQUIRE(pieces.size() == 7);
  auto in = at.open();
  for (const auto& x : pieces)
    must_ok(in.take(must(decode_piece(x))));
  REQUIRE(in.complete());
  CHECK(must(count_rows(*std::move(in).finish().picture)) == 2);

  auto longer = at.open();
  status ok = unit{};
  for (const auto& x : pieces_of(1, 6000))
    if (ok)
      ok = longer.take(must(decode_piece(x)));
  REQUIRE_FALSE(ok);
  CHECK(ok.error().code == ec::too_large);
}

TEST_CASE("any flipped bit, and any piece in the wrong place, is found") {
  receiver at;
  const auto pieces = pieces_of(2, 900);
  REQUIRE(pieces.size() == 3);
  constexpr std::size_t head = 14;
  for (std::size_t bit = head * 8; bit < pieces[1].size() * 8; bit += 7) {
    auto in = at.open();
    must_ok(in.take(must(decode_piece(pieces[0]))));
    auto bad = pieces[1];
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    REQUIRE_FALSE(in.take(must(decode_piece(bad))));
  }
  for (std::size_t wrong : {0U, 2U}) {
    auto in = at.open();
    must_ok(in.take(must(decode_piece(pieces[0]))));
    CHECK_FALSE(in.take(must(decode_piece(pieces[wrong]))));
  }
}

TEST_CASE("a picture comes with mail of a snapshot only") {
  receiver at;
  auto begin
    = outgoing_picture{picture_mail(4, std::make_shared<made_picture>(0, 0)), 8, small()}.begin();
  CHECK(incoming_picture::open(begin, 1, 2, at.folder.path, small()));
  CHECK_FALSE(incoming_picture::open(begin, 3, 2, at.folder.path, small()));
  auto wrong = begin;
  wrong.mail = encode_mail({4, 1, 2, RAFTC_MSG_APPEND, message(RAFTC_MSG_APPEND, 1, 2), nullptr});
  CHECK_FALSE(incoming_picture::open(wrong, 1, 2, at.folder.path, small()));
  auto crowded = begin;
  crowded.conf_state = std::string(5000, 'x');
  CHECK_FALSE(incoming_picture::open(crowded, 1, 2, at.folder.path, small()));
}
