#include "actors/worker/log_segments.hpp"
#include "actors/worker/run_folder.hpp"
#include "test/unit/worker/temp_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace tutti;
using namespace tutti::worker;

namespace {

struct log_fixture {
  test::temp_folder temp;
  run_folder folder = run_folder::open(temp.path()).value();

  log_chunk read(std::int64_t offset, std::int64_t limit = 1000) const {
    auto chunk = read_segments(folder.fd(), "stdout", offset, limit);
    REQUIRE_MESSAGE(chunk.has_value(), chunk.error().message);
    return *chunk;
  }
};

} // namespace

TEST_CASE_FIXTURE(log_fixture, "a log nobody wrote is empty") {
  const auto chunk = read(0);
  CHECK(chunk.data.empty());
  CHECK(chunk.at_end);
}

TEST_CASE_FIXTURE(log_fixture, "a log within its bound is read back whole and in pieces") {
  segment_writer writer{folder.fd(), "stdout", 4, 100};
  writer.append("abcdefghij");
  writer.append("kl");
  CHECK(writer.size() == 12);
  CHECK(writer.dropped() == 0);
  CHECK(read(0).data == "abcdefghijkl");
  CHECK(read(0).at_end);
  const auto piece = read(3, 6);
  CHECK(piece.data == "defghi");
  CHECK(piece.next_offset == 9);
  CHECK_FALSE(piece.at_end);
  CHECK(read(12).data.empty());
  CHECK(read(12).at_end);
}

TEST_CASE_FIXTURE(log_fixture, "of a long log the first segment and the newest ones stay") {
  segment_writer writer{folder.fd(), "stdout", 4, 12};
  writer.append("aaaabbbbccccddddeeeeff");
  CHECK(writer.size() == 22);
  CHECK(writer.dropped() == 12);
  CHECK_FALSE(std::filesystem::exists(temp.path() + "/stdout.1"));
  const auto head = read(0);
  CHECK(head.data == "aaaa");
  CHECK_FALSE(head.at_end);
  const auto tail = read(head.next_offset);
  CHECK(tail.data == "eeeeff");
  CHECK(tail.offset == 16);
  CHECK(tail.skipped == 12);
  CHECK(tail.next_offset == 22);
  CHECK(tail.at_end);
  CHECK(read(10).offset == 16);
  CHECK(read(10).skipped == 6);
}

TEST_CASE_FIXTURE(log_fixture, "the disk never holds more of a log than its bound") {
  segment_writer writer{folder.fd(), "stdout", 100, 400};
  for (int i = 0; i < 1000; ++i) {
    writer.append("0123456789");
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator{temp.path()})
      bytes += entry.file_size();
    REQUIRE(bytes <= 400);
  }
  CHECK(writer.size() == 10'000);
}

TEST_CASE_FIXTURE(log_fixture, "a disk that refuses costs bytes, not the job") {
  std::filesystem::create_directory(temp.path() + "/stdout.1");
  segment_writer writer{folder.fd(), "stdout", 4, 100};
  writer.append("abcdefg");
  CHECK(writer.size() == 4);
  CHECK(writer.dropped() == 3);
}

TEST_CASE_FIXTURE(log_fixture, "a negative offset is refused") {
  CHECK(read_segments(folder.fd(), "stdout", -1, 10).error().code == ec::bad_request);
}
