// Pictures of real stores, installed on the other side.

#include "test/unit/cluster/courier_world.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace tutti;
using namespace tutti::actors;
using namespace tutti::actors::test;
using storage::test::memory_form;
using storage::test::rocks_form;

namespace {

constexpr storage::shard_id shard = 6;

/// About 6 MB that do not compress, in rows of up to 20 KB.
void fill(storage::node_store& store) {
  std::mt19937_64 random{11};
  auto first = storage::test::birth(shard);
  storage::log_index at = 1;
  for (auto batch = 0; batch < 20; ++batch) {
    auto part = batch == 0 ? first : storage::test::rows(shard, {});
    part.shard = shard;
    for (auto i = 0; i < 30; ++i) {
      std::string value(random() % 20'000, '\0');
      for (auto& x : value)
        x = static_cast<char>(random());
      part.apply.push_back(storage::put_row(std::to_string(random()), value));
    }
    if (batch > 0) {
      part.append = storage::test::entries_of(at + 1, at + 1, 1);
      part.applied = ++at;
      part.applied_term = 1;
    }
    must_ok(store.write({part}, false));
  }
}

void check_carried(storage::node_store& from, storage::node_store& to) {
  courier_world all;
  all.limits = {};
  all.limits.keep_free_bytes = 0;
  all.limits.chunk_bytes = 100'000;
  all.start_all();
  all.at(1).carry(picture_mail(shard, must(from.snapshot(shard))));
  // What is written later is not part of the picture.
  const auto expected = storage::test::all_rows(from, shard);
  const auto position = must(from.position(shard));
  must_ok(from.write({storage::test::rows(shard, {storage::put_row("later", "1")})}, false));
  REQUIRE(all.heard[1].wait_reports(1));
  CHECK(all.heard[1].reports.front().delivered);
  REQUIRE(all.heard[2].mails.size() == 1);
  all.stop(1);
  all.stop(2);
  must_ok(to.install(shard, *all.heard[2].mails.front().picture));
  CHECK(expected.size() > 5'000'000);
  CHECK(storage::test::all_rows(to, shard) == expected);
  auto got = must(to.position(shard));
  CHECK(got.applied == position.applied);
  CHECK(got.applied_term == position.applied_term);
  CHECK(got.conf_state == position.conf_state);
}

} // namespace

TEST_CASE_TEMPLATE("rows are equal after a picture was carried and installed", Form, memory_form,
                   rocks_form) {
  Form from;
  fill(*from.store);
  SUBCASE("in memory") {
    memory_form to;
    check_carried(*from.store, *to.store);
  }
  SUBCASE("in RocksDB") {
    rocks_form to;
    check_carried(*from.store, *to.store);
  }
}
