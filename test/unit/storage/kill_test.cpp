// A process that is killed while it writes: what it acknowledged must be there.

#include "test/unit/storage/store_forms.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

using namespace tutti;
using namespace tutti::storage;
using namespace tutti::storage::test;

namespace {

constexpr auto folder_variable = "TUTTI_TEST_KILL_FOLDER";
constexpr auto pipe_variable = "TUTTI_TEST_KILL_PIPE";

/// Batch number `i` of the child: an entry that is applied at once, a row that names it, a counter
/// in another shard, and now and then a truncation.
std::vector<shard_write> batch(std::uint64_t i) {
  auto index = i + 1;
  auto write = append(1, {{index, 1, 0, std::string(300, 'e')}});
  write.applied = index;
  write.applied_term = 1;
  write.apply = {put_row("row" + std::to_string(i), std::string(200, 'v'))};
  if (i % 50 == 0)
    write.truncate_prefix_to = index - 10;
  return {write, rows(2, {put_row("count", std::to_string(i))})};
}

/// Small buffers, so that the kill also meets flushes and compactions.
rocks_options small_options() {
  rocks_options out;
  out.write_buffer_bytes = rocks_options::mib / 2;
  out.wal_bytes_max = rocks_options::mib;
  return out;
}

/// Starts this program again as the writing child; fork alone would not do, since RocksDB's
/// threads are not there in the copy.
pid_t start_child(const std::filesystem::path& folder, int pipe_end) {
  auto child = fork();
  if (child != 0)
    return child;
  setenv(folder_variable, folder.c_str(), 1);
  setenv(pipe_variable, std::to_string(pipe_end).c_str(), 1);
  execl("/proc/self/exe", "child", "--no-skip", "--test-case=the child of the kill test writes",
        static_cast<char*>(nullptr));
  _exit(127);
}

/// Reads acknowledgements until the pipe ends; kills the child once `count` came and `pause` is
/// over. Gives the last acknowledged number.
std::uint64_t kill_after(pid_t child, int pipe_end, std::uint64_t count,
                         std::chrono::microseconds pause) {
  std::uint64_t last = 0;
  std::uint64_t next = 0;
  auto killed = false;
  while (read(pipe_end, &next, sizeof(next)) == sizeof(next)) {
    last = next;
    if (last < count || killed)
      continue;
    std::this_thread::sleep_for(pause);
    kill(child, SIGKILL);
    killed = true;
  }
  return last;
}

} // namespace

TEST_CASE("the child of the kill test writes" * doctest::skip()) {
  const auto* folder = std::getenv(folder_variable);
  const auto* pipe_end = std::getenv(pipe_variable);
  if (folder == nullptr || pipe_end == nullptr)
    return;
  auto store = must(open_rocks_store(folder, small_options()));
  auto next = std::stoull(must(store->get(2, "count")).value_or("0")) + 1;
  if (next == 1)
    must_ok(store->write({birth(1)}, true));
  for (auto i = next;; ++i) {
    must_ok(store->write(batch(i), true));
    if (write(std::atoi(pipe_end), &i, sizeof(i)) != sizeof(i))
      return;
  }
}

TEST_CASE("after a kill every acknowledged batch is there, and none in part") {
  scratch_folder folder;
  std::mt19937 random{20'240'601};
  std::uint64_t acknowledged = 0;
  for (auto round = 0; round < 20; ++round) {
    auto more = 1 + random() % 400;
    std::chrono::microseconds pause{random() % 2000};
    CAPTURE(round);
    CAPTURE(more);
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    auto child = start_child(folder.path, ends[1]);
    REQUIRE(child > 0);
    close(ends[1]);
    acknowledged = std::max(acknowledged, kill_after(child, ends[0], acknowledged + more, pause));
    close(ends[0]);
    auto how = 0;
    REQUIRE(waitpid(child, &how, 0) == child);
    REQUIRE(WIFSIGNALED(how));
    auto store = must(open_rocks_store(folder.path, small_options()));
    auto count = std::stoull(must(store->get(2, "count")).value_or("0"));
    REQUIRE(count >= acknowledged);
    auto at = must(store->position(1));
    REQUIRE(at.applied == count + 1);
    REQUIRE(at.last == count + 1);
    REQUIRE(at.truncated
            == std::max<std::uint64_t>(1, count / 50 * 50 > 0 ? count / 50 * 50 - 9 : 1));
    for (auto i = std::uint64_t{1}; i <= count; ++i)
      REQUIRE(must(store->get(1, "row" + std::to_string(i))).has_value());
    REQUIRE_FALSE(must(store->get(1, "row" + std::to_string(count + 1))).has_value());
    std::vector<log_entry> log;
    must_ok(store->entries(1, at.first(), at.last + 1, 1 << 30, log));
    REQUIRE(log.size() == at.last - at.truncated);
  }
  CHECK(acknowledged > 1000);
}
