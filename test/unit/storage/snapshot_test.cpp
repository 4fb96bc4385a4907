#include "storage/journal/snapshot_chunk.hpp"
#include "test/unit/storage/store_forms.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <deque>
#include <thread>

using namespace tutti;
using namespace tutti::storage;
using namespace tutti::storage::test;

TYPE_TO_STRING(rocks_form);
TYPE_TO_STRING(memory_form);

namespace {

/// A snapshot over chunks that came over the network.
class received_snapshot final : public shard_snapshot {
public:
  received_snapshot(snapshot_header header, std::deque<std::string> chunks)
    : header_(std::move(header)),
      chunks_(std::move(chunks)) {}

  const snapshot_header& header() const override { return header_; }

  result<std::string> next(std::size_t) override {
    if (chunks_.empty())
      return std::string{};
    auto out = std::move(chunks_.front());
    chunks_.pop_front();
    if (out == "lost link")
      return error{ec::unavailable, "lost link"};
    return out;
  }

private:
  snapshot_header header_;
  std::deque<std::string> chunks_;
};

std::string key_of(int i) {
  auto digits = std::to_string(i);
  return "k" + std::string(6 - digits.size(), '0') + digits;
}

/// A shard with `count` rows, applied up to index 40 of term 3.
void fill(node_store& store, shard_id shard, int count, const std::string& value) {
  must_ok(store.write({birth(shard)}, true));
  auto write = append(shard, entries_of(2, 40, 3));
  write.state = hard_state{3, 1, 40};
  write.applied = 40;
  write.applied_term = 3;
  write.conf_state = "three voters";
  for (auto i = 0; i < count; ++i)
    write.apply.push_back(put_row(key_of(i), value + std::to_string(i)));
  must_ok(store.write({write}, true));
}

std::deque<std::string> chunks_of(shard_snapshot& from, std::size_t max_bytes) {
  std::deque<std::string> out;
  for (;;) {
    auto chunk = must(from.next(max_bytes));
    if (chunk.empty())
      return out;
    out.push_back(std::move(chunk));
  }
}

template <class From, class To>
void check_transfer() {
  From from;
  To to;
  fill(*from.store, 4, 5000, "new");
  fill(*to.store, 7, 50, "other");
  must_ok(to.store->write({birth(4), rows(4, {put_row("stale", "x")})}, true));
  must_ok(to.store->write({append(4, entries_of(2, 60, 1, "stale"))}, true));
  auto view = must(to.store->view());
  auto snapshot = must(from.store->snapshot(4));
  must_ok(to.store->install(4, *snapshot));
  CHECK(all_rows(*to.store, 4) == all_rows(*from.store, 4));
  CHECK(all_rows(*view, 4) == "stale=x;");
  view.reset();
  CHECK(must(to.store->position(4)).last == 40);
  to.reopen();
  CHECK(all_rows(*to.store, 4) == all_rows(*from.store, 4));
  auto at = must(to.store->position(4));
  CHECK(at.applied == 40);
  CHECK(at.first() == 41);
  CHECK(at.last == 40);
  CHECK(at.hard == hard_state{3, 0, 40});
  CHECK(at.conf_state == "three voters");
  CHECK(must(to.store->term(4, 40)) == 3);
  CHECK(to.store->term(4, 41).error().code == ec::unavailable);
  must_ok(to.store->write({append(4, entries_of(41, 42, 3))}, true));
  CHECK(all_entries(*to.store, 4, 41, 43) == "41:3:e41;42:3:e42;");
}

} // namespace

TEST_CASE("a snapshot of either store can be installed in either") {
  SUBCASE("rocks to rocks") {
    check_transfer<rocks_form, rocks_form>();
  }
  SUBCASE("rocks to memory") {
    check_transfer<rocks_form, memory_form>();
  }
  SUBCASE("memory to rocks") {
    check_transfer<memory_form, rocks_form>();
  }
  SUBCASE("memory to memory") {
    check_transfer<memory_form, memory_form>();
  }
}

TEST_CASE("both stores cut the same chunks, none larger than asked") {
  rocks_form one;
  memory_form two;
  fill(*one.store, 4, 1000, "v");
  fill(*two.store, 4, 1000, "v");
  auto first = chunks_of(*must(one.store->snapshot(4)), 1000);
  auto second = chunks_of(*must(two.store->snapshot(4)), 1000);
  CHECK(first == second);
  CHECK(first.size() > 15);
  for (const auto& chunk : first)
    CHECK(chunk.size() <= 1020);
}

TEST_CASE_TEMPLATE("a snapshot does not see what comes after it", form, rocks_form, memory_form) {
  form sut;
  fill(*sut.store, 4, 3, "v");
  auto snapshot = must(sut.store->snapshot(4));
  auto write = append(4, entries_of(41, 41, 3));
  write.apply = {put_row("zzz", "late"), erase_row(key_of(0))};
  write.applied = 41;
  write.applied_term = 3;
  write.conf_state = "late";
  must_ok(sut.store->write({write}, true));
  CHECK(snapshot->header() == snapshot_header{40, 3, "three voters"});
  std::string keys;
  must_ok(read_snapshot(*snapshot, [&](std::string_view key, std::string_view) -> status {
    keys += key;
    return unit{};
  }));
  CHECK(keys == "k000000k000001k000002");
}

TEST_CASE_TEMPLATE("a broken snapshot changes nothing, and a good one works afterwards", form,
                   rocks_form, memory_form) {
  memory_form source;
  fill(*source.store, 4, 2000, "v");
  auto snapshot = must(source.store->snapshot(4));
  auto header = snapshot->header();
  auto good = chunks_of(*snapshot, 4000);
  REQUIRE(good.size() > 5);
  form sut;
  must_ok(sut.store->write({birth(4), rows(4, {put_row("old", "x")})}, true));
  auto before = must(sut.store->position(4));
  auto refuse = [&](std::deque<std::string> chunks, ec code) {
    received_snapshot bad{header, std::move(chunks)};
    auto outcome = sut.store->install(4, bad);
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().code == code);
    CHECK(all_rows(*sut.store, 4) == "old=x;");
    CHECK(must(sut.store->position(4)) == before);
  };
  auto chunks = good;
  SUBCASE("the tail is lost") {
    chunks.pop_back();
    refuse(chunks, ec::corrupt);
  }
  SUBCASE("a chunk is lost") {
    chunks.erase(chunks.begin() + 2);
    refuse(chunks, ec::corrupt);
  }
  SUBCASE("a bit is flipped") {
    chunks[3][100] = static_cast<char>(chunks[3][100] ^ 4);
    refuse(chunks, ec::corrupt);
  }
  SUBCASE("it is of another index") {
    header.applied = 39;
    refuse(chunks, ec::corrupt);
    header.applied = 40;
  }
  SUBCASE("the link breaks") {
    chunks[4] = "lost link";
    refuse(chunks, ec::unavailable);
  }
  sut.reopen();
  CHECK(all_rows(*sut.store, 4) == "old=x;");
  received_snapshot again{header, good};
  must_ok(sut.store->install(4, again));
  CHECK(all_rows(*sut.store, 4) == all_rows(*source.store, 4));
}

TEST_CASE_TEMPLATE("a snapshot older than what is committed is refused", form, rocks_form,
                   memory_form) {
  form sut;
  memory_form source;
  must_ok(source.store->write({birth(4)}, true));
  fill(*sut.store, 4, 3, "v");
  auto snapshot = must(source.store->snapshot(4));
  auto outcome = sut.store->install(4, *snapshot);
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == ec::conflict);
  CHECK(must(sut.store->get(4, key_of(2))) == "v2");
}

TEST_CASE("readers see the old rows or the new ones while a snapshot is installed") {
  rocks_form sut;
  memory_form source;
  fill(*source.store, 4, 20'000, "new");
  must_ok(sut.store->write({birth(4)}, true));
  std::vector<row_op> old;
  for (auto i = 0; i < 2000; ++i)
    old.push_back(put_row(key_of(i), "old"));
  must_ok(sut.store->write({rows(4, old)}, true));
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::thread reader{[&] {
    while (!done) {
      auto count = 0;
      auto ok = sut.store->scan(4, "", "", [&](std::string_view, std::string_view) {
        ++count;
        return true;
      });
      auto row = sut.store->get(4, key_of(1));
      if (!ok || (count != 2000 && count != 20'000) || !row || !row->has_value())
        ++wrong;
    }
  }};
  std::thread writer{[&] {
    while (!done)
      if (!sut.store->write({rows(5, {put_row("k", "v")})}, true))
        ++wrong;
  }};
  auto snapshot = must(source.store->snapshot(4));
  auto outcome = sut.store->install(4, *snapshot);
  done = true;
  reader.join();
  writer.join();
  must_ok(outcome);
  CHECK(wrong == 0);
  CHECK(must(sut.store->get(4, key_of(1))) == "new1");
}

TEST_CASE("an install that fails at any write leaves the old rows or the new ones") {
  memory_form source;
  fill(*source.store, 4, 30'000, std::string(100, 'v'));
  auto installed = false;
  auto failure_count = 0;
  for (auto budget = 0; !installed && budget < 400; budget += 1 + budget / 4) {
    CAPTURE(budget);
    rocks_form sut;
    must_ok(sut.store->write({birth(4), rows(4, {put_row("old", "x")})}, true));
    sut.faults->target = fault_target::write_ahead_log;
    sut.faults->appends_until_failure = budget;
    auto snapshot = must(source.store->snapshot(4));
    installed = sut.store->install(4, *snapshot).has_value();
    sut.faults->appends_until_failure = disk_faults::never;
    sut.reopen();
    CHECK(must(sut.store->position(4)).applied == (installed ? 40 : 1));
    CHECK(must(sut.store->get(4, "old")).has_value() != installed);
    CHECK(must(sut.store->get(4, key_of(0))).has_value() == installed);
    failure_count += installed ? 0 : 1;
  }
  CHECK(installed);
  CHECK(failure_count > 3);
}
