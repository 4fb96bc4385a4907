// Groups of a node alone: one voter each.

#include "storage/rocks/rocks_store.hpp"
#include "test/unit/journal/groups_world.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>

using namespace tutti;
using namespace tutti::actors;
using namespace tutti::actors::test;

namespace {

/// A node alone whose shards are led.
struct alone {
  explicit alone(storage::shard_id shards = 1) : shard_count(shards) { start(); }

  void start() {
    at.start(shard_count);
    at.run();
  }

  std::uint64_t commit(const std::string& key, const std::string& value) {
    auto batch = at.propose(0, key, value);
    at.run();
    return batch;
  }

  world around;
  storage::shard_id shard_count;
  node at{around, {}};
};

/// As a node without replicas left a shard: rows, terms, and no members (decision 7).
storage::shard_write old_write(storage::shard_id shard, storage::log_index index,
                               std::optional<storage::hard_state> state) {
  storage::shard_write out;
  out.shard = shard;
  out.apply = {storage::put_row("old" + std::to_string(index), "kept")};
  out.applied = index;
  out.applied_term = 4;
  out.truncate_prefix_to = index;
  out.state = state;
  return out;
}

void write_old_folder(storage::node_store& store) {
  REQUIRE(store.write({old_write(0, 1, storage::hard_state{4, 1, 1})}, true));
  REQUIRE(store.write({old_write(0, 2, std::nullopt)}, true));
}

} // namespace

TEST_CASE("a shard of a node alone is led without waiting") {
  alone one{3};
  CHECK(one.at.told.leads.size() == 3);
  CHECK(!one.at.groups->needs_ticks());
  CHECK(!one.at.gather());
}

TEST_CASE("a batch is one synced write, and the log keeps no copy of its rows") {
  alone one;
  auto writes = one.at.disk->write_count();
  auto syncs = one.at.disk->sync_count();
  auto batch = one.commit("a", "1");
  CHECK(one.at.told.committed[0].contains(batch));
  CHECK(one.at.disk->write_count() == writes + 1);
  CHECK(one.at.disk->sync_count() == syncs + 1);
  CHECK(one.at.rows() == "a=1;");
  auto at = one.at.position();
  CHECK(at.last == at.applied);
  CHECK(at.truncated == at.applied);
}

TEST_CASE("batches of many shards share a write") {
  alone one{5};
  auto writes = one.at.disk->write_count();
  for (storage::shard_id shard = 0; shard < 5; ++shard)
    one.at.propose(shard, "a", std::to_string(shard));
  one.at.run();
  CHECK(one.at.disk->write_count() == writes + 1);
  CHECK(one.at.told.committed.size() == 5);
  CHECK(one.at.rows(4) == "a=4;");
}

TEST_CASE("batches that wait together are applied in their order") {
  alone one;
  one.at.propose(0, "a", "1");
  one.at.propose(0, "a", "2");
  one.at.run();
  CHECK(one.at.rows() == "a=2;");
  CHECK(one.at.told.committed[0].size() == 2);
}

TEST_CASE("nothing is told before it is written") {
  alone one;
  auto batch = one.at.propose(0, "a", "1");
  REQUIRE(one.at.gather());
  CHECK(!one.at.told.committed[0].contains(batch));
  one.at.run();
  CHECK(one.at.told.committed[0].contains(batch));
}

TEST_CASE("a term is told when it is durable, and not before") {
  alone one;
  one.at.groups->join(0);
  REQUIRE(one.at.gather());
  CHECK(!one.at.leads());
  one.at.run();
  CHECK(one.at.leads());
  CHECK(one.at.position().hard.term == one.at.told.leads[0]);
}

TEST_CASE("batches go on their way while others are being written") {
  alone one;
  one.at.propose(0, "a", "1");
  REQUIRE(one.at.gather());
  one.at.propose(0, "b", "2");
  REQUIRE(one.at.gather());
  CHECK(one.at.rounds.size() == 2);
  one.at.run();
  CHECK(one.at.rows() == "a=1;b=2;");
  CHECK(one.at.told.committed[0].size() == 2);
}

TEST_CASE("each life and each user of a shard gets a new term") {
  // The listener checks that terms only grow.
  alone one;
  auto first = one.at.told.leads[0];
  one.commit("a", "1");
  one.at.groups->join(0);
  CHECK(!one.at.leads());
  one.at.run();
  CHECK(one.at.told.leads[0] > first);
  one.at.crash(1);
  one.start();
  CHECK(one.at.leads());
  CHECK(one.at.rows() == "a=1;");
}

TEST_CASE("a batch of a term that is over is refused") {
  alone one;
  auto old = one.at.told.leads[0];
  one.at.groups->join(0);
  one.at.run();
  one.at.groups->propose({old, 77, 0, {storage::put_row("a", "1")}});
  one.at.run();
  CHECK(one.at.told.refused[0].contains(77));
  CHECK(one.at.rows().empty());
}

TEST_CASE("a full disk ends the term, and nothing of it comes later") {
  alone one{2};
  one.commit("a", "1");
  storage::memory_faults faults;
  faults.full = true;
  one.at.disk->set_faults(faults);
  auto batch = one.commit("b", "2");
  REQUIRE(one.at.down);
  CHECK(one.at.down->code == ec::unavailable);
  CHECK(one.at.told.leads.empty());
  CHECK(!one.at.told.committed[0].contains(batch));
  auto later = one.at.propose(0, "c", "3");
  CHECK(one.at.told.refused[0].contains(later));
  one.at.disk->set_faults({});
  one.at.down.reset();
  one.at.groups->resume();
  one.at.run();
  CHECK(one.at.told.leads.size() == 2);
  one.commit("d", "4");
  CHECK(one.at.rows() == "a=1;d=4;");
}

TEST_CASE("whatever write fails, what was acknowledged is there and the rest is whole") {
  for (std::uint64_t broken = 1; broken <= 12; ++broken)
    for (auto lands : {false, true}) {
      CAPTURE(broken);
      CAPTURE(lands);
      alone one;
      storage::memory_faults faults;
      faults.fail_write = one.at.disk->write_count() + broken;
      faults.failed_write_lands = lands;
      one.at.disk->set_faults(faults);
      for (auto i = 0; i < 10; ++i) {
        one.at.groups->propose({one.at.told.leads[0],
                                ++one.at.last_batch,
                                0,
                                {storage::put_row("a" + std::to_string(i), "x"),
                                 storage::put_row("b" + std::to_string(i), "x")}});
        one.at.run();
      }
      auto acknowledged = one.at.told.committed[0].size();
      CHECK(acknowledged >= std::min<std::size_t>(broken - 1, 10));
      one.at.disk->set_faults({});
      one.at.crash(broken);
      one.start();
      CHECK(one.at.leads());
      auto rows = one.at.rows();
      for (std::size_t i = 0; i < 10; ++i) {
        auto a = rows.find("a" + std::to_string(i) + "=") != std::string::npos;
        auto b = rows.find("b" + std::to_string(i) + "=") != std::string::npos;
        CHECK(a == b);
        CHECK((a || i >= acknowledged));
      }
    }
}

TEST_CASE("a folder of a node without replicas is carried over") {
  alone one;
  one.at.crash(1);
  one.at.disk = std::make_shared<storage::memory_disk>();
  write_old_folder(*storage::open_memory_store(one.at.disk).value());
  one.start();
  CHECK(one.at.told.leads[0] > 4);
  CHECK(one.at.rows() == "old1=kept;old2=kept;");
  one.commit("new", "1");
  one.at.crash(2);
  one.start();
  CHECK(one.at.rows() == "new=1;old1=kept;old2=kept;");
}

TEST_CASE("a folder of a node without replicas is carried over on a real disk") {
  auto folder = std::filesystem::temp_directory_path()
                / ("tutti_old_folder_" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  world around;
  node one{around, {}};
  for (auto life = 0; life < 3; ++life) {
    auto store = storage::open_rocks_store(folder, {});
    REQUIRE(store);
    if (life == 0) {
      write_old_folder(**store);
      continue;
    }
    one.store = std::move(*store);
    one.groups.emplace(one.store, one.settings, one.told);
    one.groups->join(0);
    one.run();
    REQUIRE(one.leads());
    one.propose(0, "new" + std::to_string(life), "1");
    one.run();
    if (life == 2)
      CHECK(one.rows() == "new1=1;new2=1;old1=kept;old2=kept;");
    one.groups.reset();
    one.told.leads.clear();
    one.store.reset();
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("a shard that cannot be read is told to step down, and the others are led") {
  alone one{2};
  one.commit("a", "1");
  // A conf state that is none.
  one.at.crash(1);
  auto store = storage::open_memory_store(one.at.disk).value();
  storage::shard_write bad;
  bad.shard = 0;
  bad.conf_state = "no members";
  REQUIRE(store->write({bad}, true));
  store.reset();
  one.start();
  CHECK(!one.at.leads(0));
  CHECK(!one.at.told.why_down[0].empty());
  CHECK(one.at.leads(1));
}
