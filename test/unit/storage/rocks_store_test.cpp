// What only the RocksDB form can show: files that are damaged, full, locked or from the future.

#include "storage/rocks/wal_chain.hpp"
#include "test/unit/storage/store_forms.hpp"

#include <doctest/doctest.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>

using namespace tutti;
using namespace tutti::storage;
using namespace tutti::storage::test;

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator{folder})
    if (entry.path().extension() == extension && entry.file_size() > 0)
      out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

void flip_byte(const fs::path& file, std::uint64_t at) {
  std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
  stream.seekg(static_cast<std::streamoff>(at));
  auto byte = static_cast<char>(stream.get() ^ 0x40);
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(byte);
}

std::string name_of(int i) {
  return "row" + std::to_string(100 + i);
}

void write_rows(node_store& store, int from, int to, std::size_t size = 100) {
  for (auto i = from; i < to; ++i)
    must_ok(store.write({rows(1, {put_row(name_of(i), std::string(size, 'v'))})}, true));
}

/// How many rows are there from the first one on without a gap; fails if there is one.
int count_prefix(const node_store& store) {
  auto count = 0;
  must_ok(store.scan(1, "", "", [&](std::string_view key, std::string_view) {
    REQUIRE(key == name_of(count));
    ++count;
    return true;
  }));
  return count;
}

bool contains(const error& what, const std::string& text) {
  return what.message.find(text) != std::string::npos;
}

/// Opens the database of a closed store without the store.
void change_raw(const fs::path& folder, const std::function<void(rocksdb::DB&)>& how) {
  rocksdb::DB* raw = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  REQUIRE(rocksdb::DB::Open({}, folder.string(), {{"default", {}}, {"state", {}}, {"log", {}}},
                            &handles, &raw)
            .ok());
  how(*raw);
  for (auto* handle : handles)
    raw->DestroyColumnFamilyHandle(handle);
  delete raw;
}

/// Puts a row "m<number>" that stands for a batch into the write-ahead log.
void put_link(rocksdb::DB& db, std::uint64_t number, bool synced) {
  rocksdb::WriteBatch batch;
  REQUIRE(batch.Put("m" + std::to_string(number), "v").ok());
  REQUIRE(batch.Put("n", encode(chain_link{number, synced})).ok());
  REQUIRE(db.Write({}, &batch).ok());
}

bool has_link(rocksdb::DB& db, std::uint64_t number) {
  std::string ignored;
  return db.Get({}, "m" + std::to_string(number), &ignored).ok();
}

} // namespace

TEST_CASE("unacknowledged batches behind a gap in the log are dropped when the store opens") {
  rocks_form sut;
  write_rows(*sut.store, 0, 3);
  sut.store.reset();
  change_raw(sut.folder.path, [](rocksdb::DB& db) {
    put_link(db, 50, true);
    put_link(db, 52, false);
    put_link(db, 53, true);
  });
  sut.store = sut.open();
  write_rows(*sut.store, 3, 5);
  sut.reopen();
  CHECK(count_prefix(*sut.store) == 5);
  sut.store.reset();
  change_raw(sut.folder.path, [](rocksdb::DB& db) {
    CHECK(has_link(db, 50));
    CHECK_FALSE(has_link(db, 52));
    CHECK_FALSE(has_link(db, 53));
  });
}

TEST_CASE("a gap in the log before acknowledged batches is refused at every opening") {
  rocks_form sut;
  write_rows(*sut.store, 0, 3);
  sut.store.reset();
  change_raw(sut.folder.path, [](rocksdb::DB& db) {
    put_link(db, 50, true);
    put_link(db, 52, true);
    put_link(db, 53, true);
  });
  for (auto i = 0; i < 2; ++i) {
    auto refused = sut.try_open();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ec::corrupt);
    CHECK(contains(refused.error(), "batches behind number 50"));
  }
}

TEST_CASE("a folder of a newer format is refused with what to do") {
  scratch_folder folder;
  must(open_rocks_store(folder.path)).reset();
  SUBCASE("by its number") {
    change_raw(folder.path, [](rocksdb::DB& db) {
      REQUIRE(db.Put({}, "v", std::string{"\0\0\0\x09", 4}).ok());
      REQUIRE(db.Put({}, "n", std::string{"\0\0\0\0\0\0\0\x02\0", 9}).ok());
      REQUIRE(db.Flush({}).ok());
    });
    auto refused = open_rocks_store(folder.path);
    REQUIRE_FALSE(refused.has_value());
    CHECK(contains(refused.error(), "it has format 9; this program knows format 1"));
    CHECK(refused.error().code == ec::precondition_failed);
  }
  SUBCASE("by a column family") {
    change_raw(folder.path, [](rocksdb::DB& db) {
      rocksdb::ColumnFamilyHandle* family = nullptr;
      REQUIRE(db.CreateColumnFamily({}, "future", &family).ok());
      db.DestroyColumnFamilyHandle(family);
    });
    auto refused = open_rocks_store(folder.path);
    REQUIRE_FALSE(refused.has_value());
    CHECK(contains(refused.error(), "it has a column family 'future'"));
    CHECK(refused.error().code == ec::precondition_failed);
  }
}

TEST_CASE("a folder that cannot be made is refused") {
  auto refused = open_rocks_store("/dev/null/store");
  REQUIRE_FALSE(refused.has_value());
  CHECK(contains(refused.error(), "/dev/null/store"));
}

TEST_CASE("a torn tail of the write-ahead log loses only the last batch") {
  for (auto cut : {1U, 20U, 100U, 130U}) {
    CAPTURE(cut);
    rocks_form sut;
    write_rows(*sut.store, 0, 10);
    sut.store.reset();
    auto log = files_of(sut.folder.path, ".log").back();
    fs::resize_file(log, fs::file_size(log) - cut);
    sut.store = sut.open();
    CHECK(count_prefix(*sut.store) == 9);
    write_rows(*sut.store, 9, 12);
    sut.reopen();
    CHECK(count_prefix(*sut.store) == 12);
  }
}

TEST_CASE("damage in the middle of the write-ahead log is refused, naming folder and place") {
  rocks_form sut;
  write_rows(*sut.store, 0, 10);
  sut.store.reset();
  auto log = files_of(sut.folder.path, ".log").back();
  flip_byte(log, fs::file_size(log) / 2);
  auto refused = sut.try_open();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ec::corrupt);
  CHECK(contains(refused.error(), sut.folder.path.string()));
  CHECK(contains(refused.error(), log.filename().string()));
  CHECK_FALSE(sut.try_open().has_value());
}

TEST_CASE("a write-ahead log file that lost its synced end or is gone is refused") {
  rocks_form sut;
  sut.store.reset();
  sut.options.write_buffer_bytes = 3 * rocks_options::mib;
  sut.store = sut.open();
  // Rows of `state` fill its buffer, and a new log file begins; `default` still needs the old one.
  for (auto i = 0; i < 40; ++i)
    write_rows(*sut.store, i, i + 1, 100'000);
  sut.store.reset();
  auto logs = files_of(sut.folder.path, ".log");
  REQUIRE(logs.size() >= 2);
  SUBCASE("cut") {
    fs::resize_file(logs.front(), fs::file_size(logs.front()) - 50'000);
  }
  SUBCASE("gone") {
    fs::remove(logs.front());
  }
  auto refused = sut.try_open();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ec::corrupt);
  CHECK(contains(refused.error(), sut.folder.path.string()));
  auto number = std::to_string(std::stoi(logs.front().stem().string()));
  CHECK(contains(refused.error(), "log number: " + number));
}

TEST_CASE("a damaged table is reported by the reads that meet it, naming the file") {
  rocks_form sut;
  std::mt19937 random{7};
  std::string noise(100'000, '\0');
  for (auto& byte : noise)
    byte = static_cast<char>(random());
  must_ok(sut.store->write({rows(1, {put_row("noise", noise)})}, true));
  // Opening again writes the rows from the log into a table.
  sut.reopen();
  sut.store.reset();
  fs::path table;
  for (const auto& file : files_of(sut.folder.path, ".sst"))
    if (table.empty() || fs::file_size(file) > fs::file_size(table))
      table = file;
  flip_byte(table, 5000);
  sut.store = sut.open();
  auto read = sut.store->get(1, "noise");
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().code == ec::corrupt);
  CHECK(contains(read.error(), sut.folder.path.string()));
  CHECK(contains(read.error(), table.filename().string()));
  auto scanned = sut.store->scan(1, "", "",
                                 [](std::string_view, std::string_view) { return true; });
  REQUIRE_FALSE(scanned.has_value());
  CHECK(scanned.error().code == ec::corrupt);
}

TEST_CASE("a full disk met by a flush refuses writes until there is room, and loses nothing") {
  rocks_form sut;
  sut.store.reset();
  sut.options.write_buffer_bytes = 3 * rocks_options::mib;
  sut.store = sut.open();
  sut.faults->target = fault_target::tables;
  sut.faults->full = true;
  auto count = 0;
  status outcome = unit{};
  while (outcome && count < 800) {
    outcome = sut.store->write({rows(1, {put_row(name_of(count), std::string(50'000, 'v'))})},
                               true);
    count += outcome ? 1 : 0;
  }
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == ec::unavailable);
  CHECK(contains(outcome.error(), "disk full"));
  CHECK(count_prefix(*sut.store) == count);
  outcome = sut.store->write({rows(1, {put_row("x", "y")})}, true);
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == ec::unavailable);
  sut.faults->full = false;
  must_ok(sut.store->write({rows(1, {put_row(name_of(count), "v")})}, true));
  sut.reopen();
  CHECK(count_prefix(*sut.store) == count + 1);
}

TEST_CASE("a full disk met in the middle of a batch stops the store, and a restart goes on") {
  rocks_form sut;
  write_rows(*sut.store, 0, 5);
  sut.faults->target = fault_target::write_ahead_log;
  sut.faults->full = true;
  auto outcome = sut.store->write({rows(1, {put_row("x", "y")})}, true);
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == ec::io);
  sut.faults->full = false;
  CHECK_FALSE(sut.store->write({rows(1, {put_row("x", "y")})}, true).has_value());
  sut.reopen();
  CHECK(count_prefix(*sut.store) == 5);
  write_rows(*sut.store, 5, 6);
}

TEST_CASE("opening on a full disk is refused as a full disk, and works once there is room") {
  rocks_form sut;
  write_rows(*sut.store, 0, 5);
  sut.store.reset();
  sut.faults->full = true;
  auto refused = sut.try_open();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ec::unavailable);
  CHECK(contains(refused.error(), "disk full"));
  sut.faults->full = false;
  sut.store = sut.open();
  CHECK(count_prefix(*sut.store) == 5);
}

TEST_CASE("the hook before a write can refuse it for now or for good") {
  rocks_form sut;
  sut.store.reset();
  auto answer = ec::ok;
  sut.options.before_write = [&](std::size_t) -> status {
    if (answer == ec::ok)
      return unit{};
    return error{answer, "ordered"};
  };
  sut.store = sut.open();
  write_rows(*sut.store, 0, 1);
  answer = ec::unavailable;
  CHECK_FALSE(sut.store->write({rows(1, {put_row("x", "y")})}, true).has_value());
  answer = ec::ok;
  write_rows(*sut.store, 1, 2);
  answer = ec::io;
  CHECK_FALSE(sut.store->write({rows(1, {put_row("x", "y")})}, true).has_value());
  answer = ec::ok;
  CHECK_FALSE(sut.store->write({rows(1, {put_row("x", "y")})}, true).has_value());
}

TEST_CASE("a synced batch costs one sync of the log, an unsynced one none") {
  rocks_form sut;
  write_rows(*sut.store, 0, 1);
  auto before = sut.faults->sync_count.load();
  must_ok(sut.store->write({birth(1), birth(2), birth(3)}, true));
  CHECK(sut.faults->sync_count == before + 1);
  must_ok(sut.store->write({rows(1, {put_row("x", "y")})}, false));
  CHECK(sut.faults->sync_count == before + 1);
  auto stats = sut.store->stats();
  CHECK(stats.batches_total == 4);
  CHECK(stats.syncs_total == 3);
  CHECK(stats.wal_bytes > 0);
  CHECK(stats.free_disk_bytes > 0);
  CHECK(stats.written_bytes_total > 100);
}
