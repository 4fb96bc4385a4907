// Two couriers in one process, and a network between them that does what the test wants.

#include "runtime/model/stored.hpp"
#include "storage/raft/raftc.h"
#include "test/unit/cluster/courier_world.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <random>
#include <set>

using namespace tutti;
using namespace tutti::actors;
using namespace tutti::actors::test;
using fate = courier_world::fate;

namespace {

std::shared_ptr<made_picture> picture(std::size_t rows = 50) {
  return std::make_shared<made_picture>(rows, 400);
}

/// Waits for the only report of node 1 and gives its outcome.
bool outcome(courier_world& all, std::size_t count = 1) {
  REQUIRE(all.heard[1].wait_reports(count));
  CHECK(all.heard[1].reports.size() == count);
  return all.heard[1].reports.back().delivered;
}

/// Lets time pass until there is a report. Only when nothing happens: what is on its way counts as
/// progress when it is seen.
void pass_until_report(courier_world& all, std::size_t count = 1) {
  constexpr std::chrono::milliseconds quiet{50};
  for (auto i = 0; i < 400 && !all.heard[1].wait_reports_for(quiet, count); ++i)
    all.pass(all.limits.silence_max_ms / 2);
  REQUIRE(all.heard[1].wait_reports(count));
}

/// The transfer works again after what the test did.
void carries_again(courier_world& all) {
  all.set_weather({});
  const auto before = all.heard[1].reports.size();
  const auto mails = all.heard[2].mails.size();
  all.at(1).carry(picture_mail(9, picture()));
  CHECK(outcome(all, before + 1));
  REQUIRE(all.heard[2].wait_mails(mails + 1));
  CHECK(must(count_rows(*all.heard[2].mails.back().picture)) == 50);
}

/// Does `what` to the frame of a kind with this number, from 0, of node 1.
courier_world::weather spoil(peer_word kind, std::size_t number,
                             std::function<fate(std::string&)> what) {
  return [kind, number, what = std::move(what),
          seen = std::size_t{0}](link::node_no, peer_word is, std::string& payload) mutable {
    return is == kind && seen++ == number ? what(payload) : fate::arrives;
  };
}

fate lose(std::string&) {
  return fate::is_lost;
}

} // namespace

TEST_CASE("a picture arrives whole, and its sender hears of it") {
  courier_world all;
  all.start_all();
  all.at(1).carry(picture_mail(3, picture()));
  CHECK(outcome(all));
  REQUIRE(all.heard[2].wait_mails(1));
  const auto& mail = all.heard[2].mails.front();
  CHECK(mail.shard == 3);
  CHECK(mail.from == 1);
  CHECK(mail.to == 2);
  CHECK(mail.type == RAFTC_MSG_SNAPSHOT);
  CHECK(mail.bytes == message(RAFTC_MSG_SNAPSHOT, 1, 2));
  CHECK(mail.picture->header() == storage::snapshot_header{7, 3, "members"});
  CHECK(must(count_rows(*mail.picture)) == 50);
  const auto& report = all.heard[1].reports.front();
  CHECK(report.shard == 3);
  CHECK(report.member == 2);
  CHECK(all.files(2) == 0);
}

TEST_CASE("a picture without rows arrives too") {
  courier_world all;
  all.start_all();
  all.at(1).carry(picture_mail(3, picture(0)));
  CHECK(outcome(all));
  CHECK(must(count_rows(*all.heard[2].mails.front().picture)) == 0);
}

TEST_CASE("a delivered picture outlives its courier") {
  courier_world all;
  all.start_all();
  all.at(1).carry(picture_mail(3, picture()));
  REQUIRE(outcome(all));
  all.stop(2);
  CHECK(must(count_rows(*all.heard[2].mails.front().picture)) == 50);
}

TEST_CASE("no more pieces are on their way than agreed") {
  courier_world all;
  all.limits.in_flight_max = 4;
  all.start_all();
  all.set_weather([](link::node_no from, peer_word kind, std::string& payload) {
    // The receiver's confirmations are lost, but the first one.
    if (from != 2 || kind != peer_word::picture_answer)
      return fate::arrives;
    return must(model::decode<picture_answer>(payload)).pieces == 0 ? fate::arrives : fate::is_lost;
  });
  all.at(1).carry(picture_mail(3, picture()));
  // One word that there is room, and one for each piece.
  REQUIRE(all.wait_sent(2, peer_word::picture_answer, 5));
  all.pass(all.limits.silence_max_ms);
  CHECK_FALSE(outcome(all));
  CHECK(all.sent(1, peer_word::picture_chunk) == 4);
}

TEST_CASE("a full lane delays a picture, and nothing is lost") {
  std::mt19937_64 random{7};
  courier_world all;
  all.start_all();
  all.set_weather([&](link::node_no, peer_word kind, std::string&) {
    const auto first = kind == peer_word::picture_begin;
    return !first && random() % 3 == 0 ? fate::is_refused : fate::arrives;
  });
  for (storage::shard_id shard = 0; shard < 5; ++shard)
    all.at(1).carry(picture_mail(shard, picture()));
  REQUIRE(all.heard[1].wait_reports(5));
  for (const auto& x : all.heard[1].reports)
    CHECK(x.delivered);
  REQUIRE(all.heard[2].wait_mails(5));
  for (const auto& x : all.heard[2].mails)
    CHECK(must(count_rows(*x.picture)) == 50);
}

TEST_CASE("a lost piece fails the transfer at once") {
  for (std::size_t number : {0U, 1U, 10U}) {
    courier_world all;
    all.start_all();
    all.set_weather(spoil(peer_word::picture_chunk, number, lose));
    all.at(1).carry(picture_mail(3, picture()));
    CHECK_FALSE(outcome(all));
    CHECK(all.heard[2].mails.empty());
    carries_again(all);
  }
}

TEST_CASE("damage is found, whichever piece it hits") {
  std::mt19937_64 random{3};
  for (std::size_t number = 0; number < 26; number += 5) {
    courier_world all;
    all.start_all();
    all.set_weather(spoil(peer_word::picture_chunk, number, [&](std::string& payload) {
      constexpr std::size_t head = 14;
      const auto at = head + random() % (payload.size() - head);
      payload[at] = static_cast<char>(payload[at] ^ 0x10);
      return fate::arrives;
    }));
    all.at(1).carry(picture_mail(3, picture()));
    CHECK_FALSE(outcome(all));
    CHECK(all.heard[2].mails.empty());
    carries_again(all);
  }
}

TEST_CASE("what ends too early is not delivered, and patience ends on both sides") {
  courier_world all;
  all.start_all();
  SUBCASE("the first word is lost") {
    all.set_weather(spoil(peer_word::picture_begin, 0, lose));
  }
  SUBCASE("the last piece is lost") {
    all.set_weather(spoil(peer_word::picture_chunk, 25, lose));
  }
  SUBCASE("no answer comes") {
    all.set_weather([](link::node_no from, peer_word, std::string&) {
      return from == 2 ? fate::is_lost : fate::arrives;
    });
  }
  all.at(1).carry(picture_mail(3, picture()));
  REQUIRE(all.wait_sent(1, peer_word::picture_begin, 1));
  pass_until_report(all);
  CHECK_FALSE(all.heard[1].reports.front().delivered);
  CHECK(all.heard[2].mails.empty());
  carries_again(all);
}

TEST_CASE("an acceptance that is lost is reported as not delivered") {
  courier_world all;
  all.start_all();
  all.set_weather([](link::node_no, peer_word kind, std::string& payload) {
    return kind == peer_word::picture_answer
               && must(model::decode<picture_answer>(payload)).stage == picture_stage::accepted
             ? fate::is_lost
             : fate::arrives;
  });
  all.at(1).carry(picture_mail(3, picture()));
  REQUIRE(all.heard[2].wait_mails(1));
  pass_until_report(all);
  CHECK_FALSE(outcome(all));
}

TEST_CASE("a link that goes down ends what is on it") {
  courier_world all;
  all.limits.out_max = 1;
  all.start_all();
  all.set_weather([](link::node_no from, peer_word, std::string&) {
    return from == 2 ? fate::is_lost : fate::arrives;
  });
  all.at(1).carry(picture_mail(3, picture()));
  all.at(1).carry(picture_mail(4, picture()));
  REQUIRE(all.wait_sent(1, peer_word::picture_begin, 1));
  all.at(1).on_down(3);
  all.at(1).on_down(2);
  all.at(2).on_down(1);
  REQUIRE(all.heard[1].wait_reports(2));
  CHECK_FALSE(all.heard[1].reports[0].delivered);
  CHECK_FALSE(all.heard[1].reports[1].delivered);
  carries_again(all);
}

TEST_CASE("a node that cannot be reached is reported at once") {
  courier_world all;
  all.start(1);
  all.at(1).carry(picture_mail(3, picture()));
  CHECK_FALSE(outcome(all));
}

TEST_CASE("mail without a picture is reported too") {
  courier_world all;
  all.start_all();
  all.at(1).carry(picture_mail(3, nullptr));
  CHECK_FALSE(outcome(all));
}

TEST_CASE("a picture that cannot be read to its end is withdrawn") {
  courier_world all;
  all.limits.in_max = 1;
  all.start_all();
  auto broken = picture();
  broken->fail_at = 12;
  all.at(1).carry(picture_mail(3, broken));
  CHECK_FALSE(outcome(all));
  // The receiver has room for the next one, without waiting for its patience.
  carries_again(all);
}

TEST_CASE("a full disk refuses a picture, and takes the next one") {
  courier_world all;
  all.start(1);
  auto usual = std::exchange(all.limits.keep_free_bytes, UINT64_MAX);
  all.start(2);
  all.at(1).carry(picture_mail(3, picture()));
  CHECK_FALSE(outcome(all));
  CHECK(all.heard[2].mails.empty());
  all.stop(2);
  all.limits.keep_free_bytes = usual;
  all.start(2);
  carries_again(all);
}

TEST_CASE("a folder that is gone refuses a picture") {
  courier_world all;
  all.start_all();
  std::filesystem::remove_all(all.folder(2));
  all.at(1).carry(picture_mail(3, picture()));
  CHECK_FALSE(outcome(all));
  std::filesystem::create_directories(all.folder(2));
  carries_again(all);
}

TEST_CASE("a courier that ends reports all it has, once") {
  for (auto early : {true, false}) {
    std::atomic<std::size_t> pieces{0};
    courier_world all;
    all.start_all();
    all.set_weather([&](link::node_no from, peer_word kind, std::string&) {
      pieces += kind == peer_word::picture_chunk ? 1 : 0;
      return from == 2 && pieces >= 5 ? fate::is_lost : fate::arrives;
    });
    constexpr std::size_t count = 10;
    for (storage::shard_id shard = 0; shard < count; ++shard)
      all.at(1).carry(picture_mail(shard, picture()));
    if (!early)
      REQUIRE(all.wait_sent(1, peer_word::picture_chunk, 5));
    all.stop(1);
    REQUIRE(all.heard[1].reports.size() == count);
    std::set<storage::shard_id> shards;
    for (const auto& x : all.heard[1].reports) {
      CHECK_FALSE(x.delivered);
      shards.insert(x.shard);
    }
    CHECK(shards.size() == count);
    CHECK(all.heard[2].mails.empty());
    all.start(1);
    // The receiver still has what was on its way.
    all.at(2).on_down(1);
    all.set_weather({});
    all.at(1).carry(picture_mail(20, picture()));
    REQUIRE(all.heard[1].wait_reports(count + 1));
    CHECK(all.heard[1].reports.back().delivered);
  }
}

TEST_CASE("a receiver that ends in the middle takes no picture and leaves no file") {
  std::atomic<std::size_t> confirmed{0};
  courier_world all;
  all.start_all();
  all.set_weather([&](link::node_no from, peer_word, std::string&) {
    return from == 2 && ++confirmed > 5 ? fate::is_lost : fate::arrives;
  });
  all.at(1).carry(picture_mail(3, picture()));
  REQUIRE(all.wait_sent(2, peer_word::picture_answer, 6));
  all.stop(2);
  CHECK(all.files(2) == 0);
  all.start(2);
  // Pieces for the one that is gone are not expected.
  all.set_weather({});
  all.inject(1, 2, peer_word::picture_chunk, encode_piece({99, 0, true, "x"}));
  all.at(1).on_down(2);
  CHECK_FALSE(outcome(all));
  carries_again(all);
}

TEST_CASE("many pictures take their turns, in both directions") {
  courier_world all;
  all.start_all();
  constexpr storage::shard_id count = 30;
  for (storage::shard_id shard = 0; shard < count; ++shard) {
    all.at(1).carry(picture_mail(shard, picture(shard)));
    auto back = picture_mail(shard, picture(shard), 1);
    back.from = 2;
    back.bytes = message(RAFTC_MSG_SNAPSHOT, 2, 1);
    all.at(2).carry(std::move(back));
  }
  for (link::node_no node : {1, 2}) {
    REQUIRE(all.heard[node].wait_reports(count));
    REQUIRE(all.heard[node].wait_mails(count));
    CHECK(all.heard[node].reports.size() == count);
    std::set<storage::shard_id> shards;
    for (const auto& x : all.heard[node].reports)
      CHECK(x.delivered);
    for (const auto& x : all.heard[node].mails) {
      CHECK(must(count_rows(*x.picture)) == x.shard);
      shards.insert(x.shard);
    }
    CHECK(shards.size() == count);
  }
}

TEST_CASE("more pictures than may wait are undelivered at once") {
  courier_world all;
  all.limits.waiting_max = 3;
  all.start_all();
  all.set_weather([](link::node_no, peer_word, std::string&) { return fate::is_lost; });
  all.at(1).carry(picture_mail(0, picture()));
  all.at(1).carry(picture_mail(1, picture()));
  REQUIRE(all.wait_sent(1, peer_word::picture_begin, 2));
  for (storage::shard_id shard = 2; shard < 7; ++shard)
    all.at(1).carry(picture_mail(shard, picture()));
  REQUIRE(all.heard[1].wait_reports(2));
  CHECK(all.heard[1].reports.size() == 2);
  CHECK(all.heard[1].reports[0].shard == 5);
  CHECK(all.heard[1].reports[1].shard == 6);
}

TEST_CASE("a picture that waits too long is given back") {
  courier_world all;
  all.limits.out_max = 1;
  all.limits.silence_max_ms = 1'000'000;
  all.start_all();
  all.set_weather([](link::node_no, peer_word, std::string&) { return fate::is_lost; });
  all.at(1).carry(picture_mail(0, picture()));
  REQUIRE(all.wait_sent(1, peer_word::picture_begin, 1));
  all.at(1).carry(picture_mail(1, picture()));
  all.pass(all.limits.waiting_max_ms);
  CHECK_FALSE(outcome(all));
  CHECK(all.heard[1].reports.front().shard == 1);
}

TEST_CASE("a node takes as many pictures at a time as it may, and refuses others") {
  std::atomic<bool> held{true};
  courier_world all;
  all.limits.in_max = 1;
  all.start_all();
  all.set_weather([&](link::node_no from, peer_word kind, std::string&) {
    return held && from == 1 && kind == peer_word::picture_chunk ? fate::is_refused : fate::arrives;
  });
  all.at(1).carry(picture_mail(0, picture()));
  REQUIRE(all.wait_sent(1, peer_word::picture_chunk, 1));
  all.at(1).carry(picture_mail(1, picture()));
  CHECK_FALSE(outcome(all));
  CHECK(all.heard[1].reports.front().shard == 1);
  held = false;
  CHECK(outcome(all, 2));
}

TEST_CASE("an answer that cannot be sent is sent later") {
  std::atomic<std::size_t> refused{0};
  courier_world all;
  all.start_all();
  all.set_weather([&](link::node_no from, peer_word, std::string&) {
    return from == 2 && refused < 100 && ++refused % 4 != 0 ? fate::is_refused : fate::arrives;
  });
  all.at(1).carry(picture_mail(3, picture()));
  CHECK(outcome(all));
}

TEST_CASE("a node that floods another one fails alone") {
  courier_world all;
  all.limits.inbox_bytes_max = 50'000;
  all.limits.inbox_words_bytes_max = 100'000;
  all.start_all();
  const std::string noise(10'000, 'x');
  for (auto i = 0; i < 200; ++i) {
    all.inject(3, 2, peer_word::picture_chunk, encode_piece({1, 0, true, noise}));
    all.inject(3, 2, peer_word::picture_begin, noise);
    all.inject(3, 2, peer_word::picture_answer, noise);
    all.inject(3, 2, peer_word::picture_chunk, "short");
  }
  CHECK_FALSE(all.at(2).on_frame(3, kind_of(peer_word::raft_mail), noise));
  // What is still in the way makes it fail, as any loss does.
  auto delivered = false;
  for (std::size_t i = 1; i <= 1000 && !delivered; ++i) {
    all.at(1).carry(picture_mail(3, picture()));
    pass_until_report(all, i);
    delivered = all.heard[1].reports.back().delivered;
  }
  CHECK(delivered);
}

TEST_CASE("answers about transfers of others, or that cannot be, do no harm") {
  std::atomic<bool> held{true};
  std::atomic<std::uint64_t> transfer{0};
  courier_world all;
  all.start_all();
  all.set_weather([&](link::node_no from, peer_word kind, std::string& payload) {
    if (from == 1 && kind == peer_word::picture_begin)
      transfer = must(model::decode<picture_begin>(payload)).transfer;
    return held && kind == peer_word::picture_chunk ? fate::is_refused : fate::arrives;
  });
  all.at(1).carry(picture_mail(3, picture()));
  REQUIRE(all.wait_sent(1, peer_word::picture_chunk, 1));
  auto say = [&](link::node_no from, picture_stage stage, std::uint32_t pieces) {
    all.inject(from, 1, peer_word::picture_answer,
               model::encode(picture_answer{transfer, stage, pieces, "?"}));
  };
  say(3, picture_stage::accepted, 0);
  say(3, picture_stage::refused, 0);
  say(2, picture_stage::withdrawn, 0);
  SUBCASE("others") {
    held = false;
    CHECK(outcome(all));
  }
  SUBCASE("accepted before its end") {
    say(2, picture_stage::accepted, 0);
    CHECK_FALSE(outcome(all));
  }
  SUBCASE("more confirmed than sent") {
    say(2, picture_stage::progress, 1000);
    CHECK_FALSE(outcome(all));
  }
  SUBCASE("an unknown stage") {
    say(2, static_cast<picture_stage>(77), 0);
    CHECK_FALSE(outcome(all));
  }
}

TEST_CASE("what a former process left is removed") {
  courier_world all;
  std::filesystem::create_directories(all.folder(1));
  std::ofstream{all.folder(1) / "picture-left01"} << "old";
  all.start(1);
  CHECK(all.files(1) == 0);
}
