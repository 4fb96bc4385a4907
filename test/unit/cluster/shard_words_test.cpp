#include "actors/cluster/leader_table.hpp"
#include "actors/cluster/shard_words.hpp"
#include "runtime/model/stored.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::actors;

TEST_CASE("a question and its answer cross the wire") {
  request_carried asked;
  asked.number = 7;
  asked.what.to = engine::workflow_entity("w");
  engine::start_run order;
  order.version = "active";
  order.uuid = "u";
  asked.what.what = engine::make_message(order);
  asked.patience_ms = 30'000;
  auto there = model::decode<request_carried>(model::encode(asked));
  REQUIRE(there);
  CHECK(there->number == 7);
  CHECK(there->what.to == asked.what.to);
  auto* got = std::get_if<engine::start_run>(there->what.what.get());
  REQUIRE(got);
  CHECK(got->uuid == "u");

  answer_carried said;
  said.number = 7;
  engine::started started;
  started.workflow_id = "w";
  started.instance_id = 3;
  started.status = engine::start_status::duplicated;
  said.good = started;
  auto back = model::decode<answer_carried>(model::encode(said));
  REQUIRE(back);
  REQUIRE(back->good);
  auto& answer = std::get<engine::started>(*back->good);
  CHECK(answer.instance_id == 3);
  CHECK(answer.status == engine::start_status::duplicated);
  CHECK_FALSE(back->bad);
}

TEST_CASE("an error keeps its kind on the wire") {
  error why{ec::not_found, "no", {"a", "b"}, "MaestroNotFoundException"};
  auto sent = model::decode<error_carried>(model::encode(carried(why)));
  REQUIRE(sent);
  CHECK(error_of(*sent) == why);
}

TEST_CASE("every step of a plan comes back as it was ordered") {
  for (const cluster::move& x :
       {cluster::move{cluster::add_learner{3, 2}}, cluster::move{cluster::promote{3, 2, 1}},
        cluster::move{cluster::remove_replica{3, 2}},
        cluster::move{cluster::transfer_leader{3, 2}}}) {
    auto sent = model::decode<move_ordered>(model::encode(ordered(x)));
    REQUIRE(sent);
    CHECK(move_of(*sent) == x);
  }
}

TEST_CASE("of leaders the newest term is right") {
  leader_table table{4};
  CHECK(table.find(1).node == 0);
  CHECK(table.tell(1, {2, 5}));
  CHECK_FALSE(table.tell(1, {3, 4}));
  CHECK_FALSE(table.tell(1, {2, 5}));
  CHECK(table.find(1).node == 2);
  CHECK_FALSE(table.tell(1, {3, 5}));
  CHECK(table.find(1).node == 2);
  CHECK(table.tell(1, {3, 6}));
  CHECK(table.tell(2, {3, 1}));
  CHECK(table.of(3).size() == 2);
  CHECK(table.of(2).empty());
  CHECK_FALSE(table.tell(9, {1, 1}));
}
