#include "storage/rocks/rocks_keys.hpp"
#include "storage/rocks/wal_chain.hpp"

#include <doctest/doctest.h>
#include <rocksdb/write_batch.h>

using namespace tutti;
using namespace tutti::storage;

namespace {

using verdict = rocksdb::WalFilter::WalProcessingOption;

verdict feed(wal_chain& sut, std::uint64_t number, bool synced, const std::string& file) {
  rocksdb::WriteBatch batch;
  REQUIRE(batch.Put("row", "value").ok());
  REQUIRE(batch.DeleteRange("a", "b").ok());
  REQUIRE(batch.Put(std::string{chain_key}, encode(chain_link{number, synced})).ok());
  auto changed = false;
  return sut.LogRecordFound(1, file, batch, nullptr, &changed);
}

} // namespace

TEST_CASE("a chain without gaps is replayed, wherever it begins") {
  wal_chain sut;
  for (std::uint64_t i = 7; i < 20; ++i)
    CHECK(feed(sut, i, i % 2 == 0, "1.log") == verdict::kContinueProcessing);
  CHECK(sut.last_seen() == "batch 19 in 1.log");
  CHECK(sut.dropped_count() == 0);
}

TEST_CASE("behind a gap, batches that nobody got an answer for are dropped") {
  wal_chain sut;
  CHECK(feed(sut, 1, true, "1.log") == verdict::kContinueProcessing);
  CHECK(feed(sut, 3, false, "2.log") == verdict::kIgnoreCurrentRecord);
  CHECK(feed(sut, 4, true, "2.log") == verdict::kIgnoreCurrentRecord);
  CHECK(feed(sut, 5, false, "2.log") == verdict::kIgnoreCurrentRecord);
  CHECK(sut.dropped_count() == 3);
  CHECK(sut.complaint().empty());
}

TEST_CASE("a gap before acknowledged batches is corruption") {
  wal_chain sut;
  CHECK(feed(sut, 1, true, "1.log") == verdict::kContinueProcessing);
  CHECK(feed(sut, 3, true, "2.log") == verdict::kIgnoreCurrentRecord);
  CHECK(feed(sut, 4, true, "2.log") == verdict::kCorruptedRecord);
  CHECK(sut.complaint().find("behind number 1 (in 1.log) are missing, but 2.log") == 8);
}

TEST_CASE("a batch without a number is corruption") {
  wal_chain sut;
  rocksdb::WriteBatch batch;
  REQUIRE(batch.Put("row", "value").ok());
  auto changed = false;
  CHECK(sut.LogRecordFound(1, "1.log", batch, nullptr, &changed) == verdict::kCorruptedRecord);
  CHECK(sut.complaint() == "a batch in 1.log has no number");
}
