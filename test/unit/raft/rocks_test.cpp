// A replica whose log and rows lie in RocksDB.

#include "storage/journal/row_batch.hpp"
#include "storage/raft/replica.hpp"
#include "storage/raft/shard_log.hpp"
#include "test/unit/storage/store_forms.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::raft;
using storage::test::must;
using storage::test::must_ok;

namespace {

constexpr storage::shard_id shard = 9;

/// A single voter that writes, syncs and applies as it is told.
struct lone_voter {
  explicit lone_voter(storage::node_store& in) : store(in), log(in, shard) {
    std::vector<node_no> voters{1};
    if (auto first = must(first_write(shard, must(store.position(shard)), voters)))
      must_ok(store.write({*first}, true));
    replica_settings settings;
    settings.id = 1;
    settings.tail_bytes = 0;
    sut.emplace(must(replica::open(settings, must(store.position(shard)), log)));
    must_ok(sut->campaign());
    drain();
  }

  void drain() {
    while (auto next = must(sut->take_ready())) {
      storage::shard_write part;
      part.shard = shard;
      add_to(part, *next);
      for (const auto& x : next->committed()) {
        for (auto& op : must(storage::decode_rows(text(x.data))))
          part.apply.push_back(std::move(op));
        part.applied = x.index;
        part.applied_term = x.term;
      }
      must_ok(store.write({part}, next->must_sync()));
      must_ok(sut->on_persist(next->number()));
      if (part.applied)
        must_ok(sut->on_applied(*part.applied));
    }
  }

  void put(const std::string& key, const std::string& value) {
    std::vector<storage::row_op> ops{storage::put_row(key, value)};
    must(sut->propose(storage::encode_rows(ops)));
    drain();
  }

  storage::node_store& store;
  shard_log log;
  std::optional<replica> sut;
};

} // namespace

TEST_CASE("a replica goes on from what RocksDB holds") {
  storage::test::rocks_form disk;
  for (auto life = 1; life <= 3; ++life) {
    lone_voter x{*disk.store};
    CHECK(must(x.sut->state()).lead.term == static_cast<term_no>(life) + 1);
    for (auto i = 0; i < 20; ++i)
      x.put("k" + std::to_string(i), std::to_string(life));
    auto at = must(disk.store->position(shard));
    CHECK(at.applied == at.last);
    CHECK(at.last == static_cast<log_index>(1 + life * 21));
    storage::shard_write cut;
    cut.shard = shard;
    cut.truncate_prefix_to = at.applied - 3;
    auto term = must(disk.store->term(shard, at.applied - 3));
    must_ok(disk.store->write({cut}, false));
    must_ok(x.sut->on_compacted(at.applied - 3, term));
    x.sut.reset();
    disk.reopen();
  }
  CHECK(must(disk.store->position(shard)).first() == 62);
  CHECK(must(disk.store->get(shard, "k19")) == "3");
}
