#include "test/unit/storage/store_forms.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace tutti;
using namespace tutti::storage;
using namespace tutti::storage::test;

namespace {

status put(node_store& store, int i, bool sync) {
  return store.write({rows(1, {put_row("k" + std::to_string(i), "v")})}, sync);
}

int count_rows(const node_store& store) {
  auto count = 0;
  must_ok(store.scan(1, "", "", [&](std::string_view, std::string_view) {
    ++count;
    return true;
  }));
  return count;
}

} // namespace

TEST_CASE("a power cut keeps what was synced and some of the rest, in order") {
  std::set<int> kept;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    memory_form sut;
    for (auto i = 0; i < 3; ++i)
      must_ok(put(*sut.store, i, i == 2));
    for (auto i = 3; i < 8; ++i)
      must_ok(put(*sut.store, i, false));
    auto lost = sut.disk->crash(seed);
    CHECK(put(*sut.store, 9, true).error().code == ec::io);
    CHECK(sut.store->get(1, "k0").error().code == ec::io);
    sut.reopen();
    auto count = count_rows(*sut.store);
    CHECK(count == 8 - static_cast<int>(lost));
    CHECK(must(sut.store->get(1, "k" + std::to_string(count - 1))).has_value());
    kept.insert(count);
  }
  CHECK(kept == std::set<int>{3, 4, 5, 6, 7, 8});
}

TEST_CASE("a sync makes earlier batches durable too") {
  memory_form sut;
  must_ok(put(*sut.store, 0, false));
  must_ok(put(*sut.store, 1, true));
  CHECK(sut.disk->unsynced_count() == 0);
  CHECK(sut.disk->crash(1) == 0);
  sut.reopen();
  CHECK(count_rows(*sut.store) == 2);
}

TEST_CASE("a closed store leaves its batches to the operating system") {
  memory_form sut;
  must_ok(put(*sut.store, 0, false));
  sut.reopen();
  CHECK(count_rows(*sut.store) == 1);
}

TEST_CASE("a write that fails may be on the disk all the same") {
  for (auto lands : {false, true}) {
    memory_form sut;
    sut.disk->set_faults({.fail_write = 2, .failed_write_lands = lands});
    must_ok(put(*sut.store, 0, true));
    CHECK(put(*sut.store, 1, true).error().code == ec::io);
    CHECK(put(*sut.store, 2, true).error().code == ec::io);
    sut.disk->crash(1);
    sut.reopen();
    CHECK(count_rows(*sut.store) == (lands ? 2 : 1));
    must_ok(put(*sut.store, 2, true));
  }
}

TEST_CASE("a disk that refuses from a write on refuses the next store too") {
  memory_form sut;
  sut.disk->set_faults({.refuse_from = 2});
  must_ok(put(*sut.store, 0, true));
  CHECK_FALSE(put(*sut.store, 1, true).has_value());
  sut.reopen();
  CHECK_FALSE(put(*sut.store, 1, true).has_value());
  CHECK(count_rows(*sut.store) == 1);
}

TEST_CASE("a damaged shard is reported as corrupt, the others go on") {
  memory_form sut;
  must_ok(put(*sut.store, 0, true));
  must_ok(sut.store->write({rows(2, {put_row("a", "b")})}, true));
  auto view = must(sut.store->view());
  sut.disk->set_faults({.corrupt = {1}});
  CHECK(sut.store->get(1, "k0").error().code == ec::corrupt);
  CHECK(view->get(1, "k0").error().code == ec::corrupt);
  CHECK(must(sut.store->get(2, "a")) == "b");
  must_ok(sut.store->drop(1));
  CHECK(count_rows(*sut.store) == 0);
}

TEST_CASE("whatever write fails, what was acknowledged is there after the power cut") {
  for (std::uint64_t k = 1; k <= 30; ++k)
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      CAPTURE(k);
      CAPTURE(seed);
      memory_form sut;
      sut.disk->set_faults({.fail_write = k, .failed_write_lands = seed % 2 == 0});
      auto safe = 0;
      auto written = 0;
      for (auto i = 0; i < 30; ++i) {
        auto sync = i % 4 == 3;
        if (!put(*sut.store, i, sync))
          break;
        written = i + 1;
        safe = sync ? written : safe;
      }
      sut.disk->crash(seed);
      sut.reopen();
      auto count = count_rows(*sut.store);
      CHECK(count >= safe);
      CHECK(count <= written + 1);
    }
}
