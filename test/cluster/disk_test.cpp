#include "actors/client/http_client.hpp"
#include "test/support/running_node.hpp"
#include "test/support/small_disk.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <thread>

using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t mb = 1U << 20U;
constexpr auto disk_mb = 96;
constexpr auto reserve = 16 * mb;
const std::vector<std::string> small_node{
  "--reserve-disk-bytes", std::to_string(reserve), "--write-buffer-bytes", std::to_string(4 * mb),
  "--block-cache-bytes",  std::to_string(4 * mb),  "--shards",             "8"};

const tutti::client::headers json_headers{{"user", "test"}, {"Content-Type", "application/json"}};

constexpr auto quick = R"(workflow:
  id: quick
  owner: test
  jobs:
    - job: {id: one, type: noop}
    - job: {id: two, type: noop}
  dag: sequential
)";

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Asks again until it is so; false if it does not come about in time.
bool eventually(std::chrono::seconds patience, const std::function<bool()>& so) {
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (!so()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::yield();
  }
  return true;
}

running_node::answer push(running_node& node, const std::string& definition) {
  return node.call("POST", "/api/v3/workflows/yaml", definition, "application/yaml");
}

std::string start_path(const std::string& workflow_id) {
  return "/api/v3/workflows/" + workflow_id + "/versions/active/actions/start";
}

std::string start_body(int number) {
  char uuid[64];
  std::snprintf(uuid, sizeof uuid, "00000000-0000-4000-8000-%012d", number);
  return R"({"initiator":{"type":"manual"},"request_id":")" + std::string{uuid} + R"("})";
}

/// Starts a run under request id `number`.
running_node::answer start(running_node& node, const std::string& workflow_id, int number) {
  return node.call("POST", start_path(workflow_id), start_body(number));
}

std::string status_of(const running_node::answer& got) {
  auto* body = got.status == 200 ? got.body.if_object() : nullptr;
  auto* status = body ? body->if_contains("status") : nullptr;
  return status && status->is_string() ? std::string{status->as_string()} : got.text;
}

std::string instance(int i) {
  return "/api/v3/workflows/quick/instances/" + std::to_string(i) + "/runs/latest";
}

/// @pre the node is alive: it did not end by itself whatever happened to it
void kill_living(running_node& node) {
  node.child().signal(SIGKILL);
  auto how = node.child().wait();
  CHECK_MESSAGE(how == -SIGKILL, node.child().errors());
}

/// A refusal that tells an operator what is wrong and what to do, and a program that it may repeat.
void check_refused(const running_node::answer& got) {
  CHECK(got.status == 503);
  CHECK_MESSAGE(says(got.text, "disk full"), got.text);
  CHECK_MESSAGE(says(got.text, "free some space"), got.text);
  CHECK_MESSAGE(says(got.text, R"("retryable":true)"), got.text);
}

/// Runs 1..`count` of `quick` came from the request ids 1..`count`, one each, and ended well.
void check_runs(running_node& node, int count) {
  for (auto i = 1; i <= count; ++i) {
    CAPTURE(i);
    CHECK(status_of(start(node, "quick", i)) == "DUPLICATED");
    CHECK(status_of(node.wait_for_end("quick", i, 30s)) == "SUCCEEDED");
  }
  CHECK(node.call("GET", instance(count + 1)).status == 404);
}

// -- a process step that ends while the disk is full ----------------------------------------------

/// Whether a supervisor is alive: it has the lock of its run folder as long as it is.
bool supervised(const std::string& runs) {
  for (auto& run : std::filesystem::directory_iterator{runs}) {
    auto lock = ::open((run.path() / "lock").c_str(), O_RDWR | O_CLOEXEC);
    auto taken = lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) != 0;
    ::close(lock);
    if (taken)
      return true;
  }
  return false;
}

class held_step {
public:
  std::string definition() const {
    return R"(workflow:
  id: held
  owner: test
  jobs:
    - job:
        id: work
        type: shell
        mark: ")" + marks_.path() + R"("
        script: |
          echo started >> ${mark}/starts
          while [ ! -e ${mark}/go ]; do sleep 0.05; done
          touch ${mark}/ended
)";
  }

  std::string starts() const { return read_file(marks_.path() + "/starts"); }

  /// Lets the process end and waits until it and its supervisor are gone.
  bool end(const std::string& runs) const {
    std::ofstream{marks_.path() + "/go"};
    return eventually(20s, [&] {
      return std::filesystem::exists(marks_.path() + "/ended") && !supervised(runs);
    });
  }

private:
  temporary_folder marks_;
};

// -- the story, in its parts ----------------------------------------------------------------------

constexpr auto before = 5;
constexpr auto refused = 20;

void work_with_room(running_node& node) {
  REQUIRE(push(node, quick).status == 200);
  for (auto i = 1; i <= before; ++i) {
    REQUIRE(status_of(start(node, "quick", i)) == "CREATED");
    REQUIRE(status_of(node.wait_for_end("quick", i, 20s)) == "SUCCEEDED");
  }
}

/// The node looks at the room every so often, and the log file may have some set aside: a few more
/// starts can be accepted, and count. Gives how many there are then.
int start_until_refused(running_node& node, int count) {
  running_node::answer got;
  REQUIRE(eventually(20s, [&] {
    got = start(node, "quick", count + 1);
    count += got.status == 200 ? 1 : 0;
    return got.status != 200;
  }));
  check_refused(got);
  return count;
}

void refuse_without_room(running_node& node, int count) {
  for (auto i = count + 1; i <= count + refused; ++i) {
    CAPTURE(i);
    check_refused(start(node, "quick", i));
  }
  check_refused(push(node, quick));
  check_refused(node.call("GET", "/readyz"));
  // Reads go on.
  CHECK(node.call("GET", "/livez").status == 200);
  CHECK(node.call("GET", "/api/v3/workflows/quick/versions/latest").status == 200);
  CHECK(node.call("GET", "/api/v3/workflows/quick/instances?first=10").status == 200);
  for (auto i = 1; i <= count; ++i)
    CHECK(node.call("GET", instance(i)).status == 200);
  for (auto i = 1; i <= before; ++i)
    CHECK(status_of(node.call("GET", instance(i))) == "SUCCEEDED");
  // Nothing of what was refused is there.
  CHECK(node.call("GET", instance(count + 1)).status == 404);
}

void go_on_with_room(running_node& node, int count) {
  CHECK(eventually(10s, [&] { return node.call("GET", "/readyz").status == 200; }));
  // The same requests are new ones, since nothing came of them.
  for (auto i = count + 1; i <= count + refused; ++i) {
    CAPTURE(i);
    CHECK(status_of(start(node, "quick", i)) == "CREATED");
  }
}

void check_full_disk(small_disk::kind what) {
  std::string why_not;
  auto disk = small_disk::make(what, disk_mb, why_not);
  if (!disk) {
    MESSAGE("skipped: " << why_not);
    return;
  }
  auto data = disk->path() + "/data";
  auto count = 0;
  {
    running_node node{data, small_node};
    work_with_room(node);
    disk->fill();
    count = start_until_refused(node, before);
    refuse_without_room(node, count);
    disk->clear();
    go_on_with_room(node, count);
    count += refused;
    kill_living(node);
  }
  running_node node{data, small_node};
  check_runs(node, count);
}

/// Clients that start runs without a pause, whatever they hear, each on a connection of its own.
class steady_clients {
public:
  explicit steady_clients(const std::string& url) {
    for (auto i = 0; i < count; ++i)
      threads_.emplace_back([this, url, i] { work(url, i); });
  }

  ~steady_clients() { stop(); }

  /// The request numbers that were acknowledged.
  std::vector<int> stop() {
    stopping_ = true;
    for (auto& thread : threads_)
      thread.join();
    threads_.clear();
    return acknowledged_;
  }

private:
  static constexpr auto count = 4;

  void work(const std::string& url, int number) {
    auto link = tutti::client::http_client::to(url);
    for (; !stopping_; number += count) {
      auto got = link->call("POST", start_path("quick"), json_headers, start_body(number), 70s);
      if (!got || got->status != 200)
        continue;
      std::lock_guard guard{lock_};
      acknowledged_.push_back(number);
    }
  }

  std::atomic<bool> stopping_{false};
  std::mutex lock_;
  std::vector<int> acknowledged_;
  std::vector<std::thread> threads_;
};

/// Starts come without a pause while the room goes away and comes back.
void check_starts_meanwhile(small_disk::kind what) {
  constexpr auto rounds = 3;
  std::string why_not;
  auto disk = small_disk::make(what, disk_mb, why_not);
  if (!disk) {
    MESSAGE("skipped: " << why_not);
    return;
  }
  auto data = disk->path() + "/data";
  std::vector<int> acknowledged;
  {
    running_node node{data, small_node};
    REQUIRE(push(node, quick).status == 200);
    steady_clients clients{node.url()};
    auto ready = [&] { return node.call("GET", "/readyz"); };
    for (auto round = 0; round < rounds; ++round) {
      // The reserve is there for what is written until the node looks again.
      disk->fill(reserve / 2);
      CHECK(eventually(10s, [&] { return ready().status == 503; }));
      check_refused(ready());
      disk->fill();
      disk->clear();
      auto back = eventually(10s, [&] { return ready().status == 200; });
      CHECK_MESSAGE(back, ready().text);
    }
    // Too fast for the node: it may have to stop writing for good, but it loses nothing.
    disk->fill();
    CHECK(eventually(10s, [&] { return ready().status == 503; }));
    CHECK(node.call("GET", "/api/v3/workflows/quick/versions/latest").status == 200);
    acknowledged = clients.stop();
    disk->clear();
    kill_living(node);
  }
  running_node node{data, small_node};
  CHECK(!acknowledged.empty());
  auto lost = 0;
  for (auto number : acknowledged)
    lost += status_of(start(node, "quick", number)) == "DUPLICATED" ? 0 : 1;
  CHECK(lost == 0);
}

void check_process_end(std::uint64_t left) {
  CAPTURE(left);
  std::string why_not;
  auto disk = small_disk::make(small_disk::kind::memory, disk_mb, why_not);
  if (!disk) {
    MESSAGE("skipped: " << why_not);
    return;
  }
  held_step held;
  auto data = disk->path() + "/data";
  running_node node{data, small_node};
  REQUIRE(push(node, quick).status == 200);
  REQUIRE(push(node, held.definition()).status == 200);
  REQUIRE(start(node, "held", 1000).status == 200);
  REQUIRE(eventually(20s, [&] { return !held.starts().empty(); }));
  disk->fill(left);
  start_until_refused(node, 0);
  CHECK(held.end(data + "/runs"));
  disk->clear();
  CHECK(status_of(node.wait_for_end("held", 1, 30s)) == "SUCCEEDED");
  CHECK(held.starts() == "started\n");
}

} // namespace

TEST_CASE("a full tmpfs: nothing is acknowledged, reads go on, room brings everything back") {
  check_full_disk(small_disk::kind::memory);
}

TEST_CASE("a full ext4: nothing is acknowledged, reads go on, room brings everything back") {
  check_full_disk(small_disk::kind::ext4_image);
}

TEST_CASE("starts while the disk fills up and empties are acknowledged only if they last") {
  for (auto what : {small_disk::kind::memory, small_disk::kind::ext4_image}) {
    CAPTURE(to_string(what));
    check_starts_meanwhile(what);
  }
}

TEST_CASE("a process that ends while the disk is full is heard later and not started again") {
  check_process_end(1 * mb);
}
