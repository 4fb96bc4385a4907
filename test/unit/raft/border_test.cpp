// What comes from outside: bytes of peers, positions of the disk, calls that break their contract.

#include "test/unit/raft/group.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <thread>

using namespace tutti;
using namespace tutti::raft;
using namespace tutti::raft::test;

namespace {

/// Writes protobuf bytes by hand, right or wrong ones.
class wire {
public:
  wire& number(unsigned field, std::uint64_t value) {
    varint(field << 3);
    varint(value);
    return *this;
  }

  wire& bytes(unsigned field, std::string_view value) {
    varint((field << 3) | 2);
    varint(value.size());
    out_ += value;
    return *this;
  }

  wire& raw(std::string_view value) {
    out_ += value;
    return *this;
  }

  const std::string& done() const { return out_; }

private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }

  std::string out_;
};

constexpr unsigned append = 3;
constexpr unsigned append_response = 4;
constexpr unsigned vote = 5;
constexpr unsigned snapshot = 7;
constexpr unsigned heartbeat = 8;

/// A message for replica 1 from replica 2, of a term that nobody had yet.
wire message(unsigned type, std::uint64_t term = 50) {
  return wire{}.number(1, type).number(2, 1).number(3, 2).number(4, term);
}

std::string entry(std::uint64_t index, std::uint64_t term, std::uint64_t type = 0,
                  std::string_view data = "x") {
  return wire{}.number(1, type).number(2, term).number(3, index).bytes(4, data).done();
}

struct follower {
  follower() {
    all.add_voters(3);
    all.commit("a");
    if (all.leader() == 1) {
      REQUIRE(all[1].raw().transfer(2).has_value());
      all[1].drain();
      all.rounds(5);
    }
    REQUIRE_FALSE(all[1].leads());
  }

  ec step(const std::string& bytes) {
    auto ok = all[1].raw().step(bytes);
    return ok ? ec::ok : ok.error().code;
  }

  ec step(const wire& what) { return step(what.done()); }

  group all{77};
};

} // namespace

TEST_CASE("bytes that are no message are refused") {
  follower sut;
  CHECK(sut.step(std::string(100, '\xff')) == ec::bad_request);
  CHECK(sut.step(std::string("\x3a\x7f", 2)) == ec::bad_request);
  CHECK(sut.step(message(99)) == ec::bad_request);
  CHECK(sut.step("") == ec::bad_request);
  CHECK(sut.step(std::string(RAFTC_MAX_MESSAGE_BYTES + 1, '\0')) == ec::bad_request);
  CHECK_FALSE(sut.all[1].raw().dead());
}

TEST_CASE("the numbers of messages are those of the crate") {
  follower sut;
  const std::pair<unsigned, const char*> all[]{
    {RAFTC_MSG_APPEND, "MsgAppend"},
    {RAFTC_MSG_APPEND_RESPONSE, "MsgAppendResponse"},
    {RAFTC_MSG_VOTE, "MsgRequestVote"},
    {RAFTC_MSG_VOTE_RESPONSE, "MsgRequestVoteResponse"},
    {RAFTC_MSG_SNAPSHOT, "MsgSnapshot"},
    {RAFTC_MSG_HEARTBEAT, "MsgHeartbeat"},
    {RAFTC_MSG_HEARTBEAT_RESPONSE, "MsgHeartbeatResponse"},
    {RAFTC_MSG_PRE_VOTE, "MsgRequestPreVote"},
    {RAFTC_MSG_PRE_VOTE_RESPONSE, "MsgRequestPreVoteResponse"},
  };
  for (auto [number, name] : all) {
    // Refused for its term, with its name.
    auto ok = sut.all[1].raw().step(message(number, 0).done());
    REQUIRE_FALSE(ok);
    CAPTURE(ok.error().message);
    CHECK(ok.error().message.find(name + std::string{" from 2"}) != std::string::npos);
  }
}

TEST_CASE("nested groups are refused before they are followed") {
  follower sut;
  std::string deep(5'000'000, '\x9b');
  for (std::size_t i = 1; i < deep.size(); i += 2)
    deep[i] = '\x06';
  CHECK(sut.step(message(append).raw(deep)) == ec::bad_request);
  CHECK(sut.step(message(append).bytes(7, deep)) == ec::bad_request);
  CHECK(sut.step(message(snapshot).bytes(9, wire{}.bytes(2, deep).done())) == ec::bad_request);
  CHECK_FALSE(sut.all[1].raw().dead());
}

TEST_CASE("messages that no correct peer sends are refused and change nothing") {
  follower sut;
  auto before = sut.all[1].state();
  std::vector<wire> bad{
    wire{}.number(1, append).number(2, 9).number(3, 2).number(4, 50),
    wire{}.number(1, append).number(2, 1).number(4, 50),
    wire{}.number(1, append).number(2, 1).number(3, 1).number(4, 50),
    message(append, 0),
    message(append, std::uint64_t{1} << 63),
    message(append).number(6, ~std::uint64_t{0}),
    message(append).number(5, 51),
    message(append).number(6, 1000),
    message(append).number(6, 1000).bytes(7, entry(1001, 50)),
    message(append).number(5, 2).number(6, 3).bytes(7, entry(5, 50)),
    message(append).number(5, 2).number(6, 3).bytes(7, entry(4, 51)),
    message(append).number(5, 2).number(6, 3).bytes(7, entry(4, 0)),
    message(append).number(5, 2).number(6, 3).bytes(7, entry(4, 7)).bytes(7, entry(5, 6)),
    message(append).number(5, 2).number(6, 3).bytes(7, entry(4, 7, 2, "\x12\x01\xff")),
    message(append).number(5, 2).number(6, 3).bytes(7, entry(4, 7, 2, wire{}.bytes(2, "").done())),
    message(append).number(5, 2).number(6, 3).bytes(7, entry(4, 7, 3)),
    message(append_response).number(13, 4),
    message(vote).number(5, 60),
    message(vote).bytes(7, entry(4, 7)),
    message(heartbeat).bytes(12, std::string(2000, 'x')),
    message(snapshot),
    message(snapshot).bytes(
      9, wire{}.bytes(2, wire{}.number(2, 90).number(3, 7).bytes(1, "").done()).done()),
    message(snapshot).bytes(
      9, wire{}
           .bytes(2, wire{}.number(2, 90).number(3, 7).bytes(1, wire{}.number(1, 0).done()).done())
           .done()),
  };
  // What stays inside a node: hup, beat, propose, unreachable, snapshot status, check quorum,
  // transfer, read index and its answer.
  for (auto type : {0U, 1U, 2U, 10U, 11U, 12U, 13U, 15U, 16U})
    bad.push_back(message(type));
  for (std::size_t i = 0; i < bad.size(); ++i) {
    CAPTURE(i);
    CHECK(sut.step(bad[i]) == ec::bad_request);
    auto empty = sut.all[1].raw().take_ready();
    REQUIRE(empty.has_value());
    CHECK_FALSE(empty->has_value());
  }
  auto after = sut.all[1].state();
  CHECK(after.lead == before.lead);
  CHECK(after.last == before.last);
  CHECK(after.commit == before.commit);
}

TEST_CASE("a leader does not believe a follower that claims more than there is") {
  follower sut;
  auto at = sut.all.leader();
  auto state = sut.all[at].state();
  auto from = at == 3 ? 2U : 3U;
  auto lie = wire{}
               .number(1, append_response)
               .number(2, at)
               .number(3, from)
               .number(4, state.lead.term)
               .number(6, state.last + 1)
               .done();
  auto refused = sut.all[at].raw().step(lie);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ec::bad_request);
  CHECK(refused.error().message.find("the leader's log ends at") != std::string::npos);
}

TEST_CASE("an answer of a stranger is told as such") {
  follower sut;
  auto answer = wire{}.number(1, append_response).number(2, 1).number(3, 55).number(4, 1).done();
  auto refused = sut.all[1].raw().step(answer);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ec::not_found);
}

TEST_CASE("a commit beyond the end of the log ends the replica, not the process") {
  follower sut;
  auto& victim = sut.all[1].raw();
  auto bad = victim.step(message(heartbeat).number(8, 1000).done());
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().code == ec::internal);
  CHECK(bad.error().message.find("to_commit 1000 is out of range") != std::string::npos);
  CHECK(victim.dead());
  CHECK(victim.tick().error().code == ec::internal);
  CHECK(victim.take_ready().error().code == ec::internal);
  CHECK(victim.propose("a").error().message.find("is dead") != std::string::npos);
  // Made anew from the disk, it goes on.
  sut.all[1].crash(0);
  sut.all[1].start();
  sut.all.commit("b");
  CHECK(sut.all[1].rows() == sut.all[2].rows());
}

TEST_CASE("a disk that was wiped under an old id is found out") {
  follower sut;
  auto at = sut.all.leader();
  // Replica 1 begins anew and follows a leader that knows it has everything.
  sut.all.peers.erase(1);
  sut.all.add(1, {1, 2, 3});
  auto known = sut.all[at].raw().peer_match(1);
  REQUIRE(known.has_value());
  REQUIRE(*known > 1);
  REQUIRE(sut.all[at].raw().ping().has_value());
  auto next = sut.all[at].raw().take_ready();
  REQUIRE(next.has_value());
  REQUIRE(next->has_value());
  auto dead = false;
  for (const auto& x : (*next)->now())
    if (x.to == 1)
      dead = !sut.all[1].raw().step(text(x.data)) && sut.all[1].raw().dead();
  CHECK(dead);
}

TEST_CASE("damaged messages of real peers never get further than an error") {
  follower sut;
  std::mt19937_64 random{5};
  std::vector<std::string> real;
  auto at = sut.all.leader();
  for (auto i = 0; i < 20; ++i) {
    REQUIRE(sut.all[at].raw().propose("payload").has_value());
    auto next = sut.all[at].raw().take_ready();
    REQUIRE(next.has_value());
    for (const auto& x : (*next)->now())
      if (x.to == 1)
        real.emplace_back(text(x.data));
    REQUIRE(sut.all[at].raw().on_persist((*next)->number()).has_value());
  }
  REQUIRE_FALSE(real.empty());
  std::size_t dead_count = 0;
  for (auto i = 0; i < 20'000; ++i) {
    auto bytes = real[random() % real.size()];
    for (auto n = 1 + random() % 4; n > 0; --n)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 8 == 0)
      bytes.resize(random() % bytes.size());
    static_cast<void>(sut.step(bytes));
    if (sut.all[1].raw().dead()) {
      ++dead_count;
      sut.all[1].crash(0);
      sut.all[1].start();
    }
    // Nothing of it may be written.
    static_cast<void>(sut.all[1].raw().take_ready());
  }
  // Only what looks like another history of the log.
  CHECK(dead_count < 20);
}

TEST_CASE("a reader that fails ends the replica with its reason") {
  struct broken : log_reader {
    status entries(log_index, log_index, std::uint64_t,
                   std::vector<storage::log_entry>&) noexcept override {
      return error{ec::corrupt, "the disk ate it"};
    }

    result<term_no> term(log_index) noexcept override {
      return error{ec::corrupt, "the disk ate it"};
    }

    result<std::optional<snapshot_point>> snapshot(log_index, node_no) noexcept override {
      return std::optional<snapshot_point>{};
    }
  } reader;

  storage::shard_position at;
  std::vector<node_no> one{1};
  at.conf_state = *make_conf_state(one);
  at.applied = at.truncated = 1;
  at.applied_term = at.truncated_term = 1;
  at.last = 5;
  at.hard = {1, 0, 5};
  replica_settings settings;
  settings.id = 1;
  auto sut = replica::open(settings, at, reader);
  CHECK(sut.error().message.find("the disk ate it") != std::string::npos);
  CHECK(sut.error().code == ec::internal);
}

TEST_CASE("positions and settings that cannot be are refused") {
  auto store = storage::open_memory_store(std::make_shared<storage::memory_disk>());
  shard_log log{**store, 1};
  std::vector<node_no> one{1};
  storage::shard_position good;
  good.conf_state = *make_conf_state(one);
  good.applied = good.truncated = good.last = 1;
  good.applied_term = good.truncated_term = 1;
  good.hard = {1, 0, 1};
  replica_settings settings;
  settings.id = 1;
  auto opens = [&](const storage::shard_position& at, const replica_settings& how) {
    auto sut = replica::open(how, at, log);
    return sut ? ec::ok : sut.error().code;
  };
  CHECK(opens(good, settings) == ec::ok);
  CHECK(opens({}, settings) == ec::ok);
  auto bad = good;
  bad.hard.commit = 2;
  CHECK(opens(bad, settings) == ec::precondition_failed);
  bad = good;
  bad.applied = 0;
  CHECK(opens(bad, settings) == ec::precondition_failed);
  bad = good;
  bad.conf_state.clear();
  CHECK(opens(bad, settings) == ec::precondition_failed);
  bad.conf_state = "one voter";
  CHECK(opens(bad, settings) == ec::precondition_failed);
  bad = good;
  bad.truncated = bad.truncated_term = 0;
  CHECK(opens(bad, settings) == ec::precondition_failed);
  auto wrong = settings;
  wrong.id = 0;
  CHECK(opens(good, wrong) == ec::precondition_failed);
  wrong = settings;
  wrong.heartbeat_ticks = 10;
  CHECK(opens(good, wrong) == ec::precondition_failed);
  wrong = settings;
  wrong.inflight_max = 1 << 20;
  CHECK(opens(good, wrong) == ec::precondition_failed);
  wrong = settings;
  wrong.uncommitted_bytes = std::uint64_t{1} << 40;
  CHECK(opens(good, wrong) == ec::precondition_failed);
}

TEST_CASE("calls that break their contract are refused, and the replica goes on") {
  follower sut;
  auto& x = sut.all[1].raw();
  CHECK(x.on_persist(1'000'000).error().code == ec::unprocessable);
  CHECK(x.on_applied(1'000'000).error().code == ec::unprocessable);
  CHECK(x.on_applied(0).error().code == ec::unprocessable);
  CHECK(x.on_compacted(1'000'000, 1).error().code == ec::unprocessable);
  raftc_entry normal{9, 9, RAFTC_NORMAL, bytes_of("x")};
  CHECK(x.apply_conf(normal).error().code == ec::unprocessable);
  raftc_entry broken{9, 9, RAFTC_CONF_V2, bytes_of("\x12\x05x")};
  CHECK(x.apply_conf(broken).error().code == ec::bad_request);
  CHECK(x.peer_match(2).error().code == ec::not_found);
  CHECK(x.report_unreachable(99).has_value());
  CHECK(x.report_snapshot(99, true).has_value());
  sut.all.commit("b");
}

TEST_CASE("conf states are read back, and wrong ones are not") {
  std::vector<node_no> voters{5, 2};
  std::vector<node_no> learners{9};
  auto made = make_conf_state(voters, learners);
  REQUIRE(made.has_value());
  auto found = members_of(*made);
  REQUIRE(found.has_value());
  CHECK(*found
        == std::vector<member>{{2, true, false, false, false},
                               {5, true, false, false, false},
                               {9, false, true, false, false}});
  // For ever: the bytes of ConfState{voters: [2, 5], learners: [9]}.
  CHECK(*made == "\x08\x02\x08\x05\x10\x09");
  CHECK(members_of("").error().code == ec::corrupt);
  CHECK(members_of("\x08").error().code == ec::corrupt);
  CHECK(make_conf_state({}, learners).error().code == ec::unprocessable);
  std::vector<node_no> twice{1, 1};
  CHECK(make_conf_state(twice).error().code == ec::unprocessable);
  CHECK(make_conf_state(learners, learners).error().code == ec::unprocessable);
  std::vector<node_no> many(65, 1);
  CHECK(make_conf_state(many).error().code == ec::unprocessable);
}

TEST_CASE("a replica moves between threads, and its readies are freed on another one") {
  auto store = storage::open_memory_store(std::make_shared<storage::memory_disk>());
  std::vector<node_no> one{1};
  REQUIRE((*store)->write({**first_write(1, {}, one)}, true).has_value());
  shard_log log{**store, 1};
  replica_settings settings;
  settings.id = 1;
  auto opened = replica::open(settings, *(*store)->position(1), log);
  REQUIRE(opened.has_value());
  auto sut = std::move(*opened);
  REQUIRE(sut.campaign().has_value());
  std::vector<std::jthread> users;
  std::size_t seen = 0;
  for (auto i = 0; i < 200; ++i) {
    std::optional<ready> next;
    std::jthread{[&] {
      static_cast<void>(sut.propose(std::string(1000, 'x')));
      if (auto taken = sut.take_ready(); taken && *taken)
        next = std::move(**taken);
    }}.join();
    REQUIRE(next.has_value());
    seen += next->entries().size();
    REQUIRE(sut.on_persist(next->number()).has_value());
    users.emplace_back([mine = std::move(*next)] {
      for (const auto& x : mine.entries())
        if (text(x.data).size() > 1000)
          std::abort();
    });
  }
  CHECK(seen == 201);
}

TEST_CASE("a ready outlives its replica") {
  auto store = storage::open_memory_store(std::make_shared<storage::memory_disk>());
  std::vector<node_no> one{1};
  REQUIRE((*store)->write({**first_write(1, {}, one)}, true).has_value());
  std::optional<ready> kept;
  {
    shard_log log{**store, 1};
    replica_settings settings;
    settings.id = 1;
    auto sut = replica::open(settings, *(*store)->position(1), log);
    REQUIRE(sut->campaign().has_value());
    REQUIRE(sut->propose(std::string(1000, 'x')).has_value());
    auto next = sut->take_ready();
    REQUIRE(next->has_value());
    kept = std::move(**next);
  }
  REQUIRE(kept->entries().size() == 2);
  CHECK(kept->must_sync());
  CHECK(kept->lead() == leadership{role::leader, 1, 2});
  CHECK(kept->hard_state() == storage::hard_state{2, 1, 1});
  CHECK(text(kept->entries()[1].data) == std::string(1000, 'x'));
}
