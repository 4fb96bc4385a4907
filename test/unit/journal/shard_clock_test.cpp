#include "actors/journal/shard_clock.hpp"
#include "runtime/model/stored.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace tutti;
using actors::shard_clock;
namespace rows = engine::rows;

namespace {

class some_rows final : public engine::row_reader {
public:
  std::map<std::string, std::string, std::less<>> content;

  result<std::optional<std::string>> get(std::string_view key) const override {
    auto i = content.find(key);
    return i == content.end() ? std::optional<std::string>{} : std::optional{i->second};
  }

  status scan(std::string_view from, std::string_view to,
              const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    for (auto i = content.lower_bound(from); i != content.end() && i->first < to; ++i)
      if (!visit(i->first, i->second))
        break;
    return unit{};
  }

  status scan_back(std::string_view, std::string_view,
                   const std::function<bool(std::string_view, std::string_view)>&) const override {
    return error{ec::internal, "not asked for"};
  }
};

std::pair<std::string, rows::stored_timer> timer_at(engine::time_ms due) {
  auto id = engine::workflow_entity("w" + std::to_string(due));
  engine::timer_fired timer;
  timer.due = due;
  return {rows::timer(due, timer.kind, id), {id, timer}};
}

std::vector<engine::time_ms> popped(shard_clock& clock, const some_rows& disk,
                                    engine::time_ms now) {
  std::vector<engine::time_ms> out;
  for (;;) {
    REQUIRE(clock.refill(disk));
    auto next = clock.pop(now);
    if (!next)
      return out;
    out.push_back(rows::timer_due(next->first));
  }
}

} // namespace

TEST_CASE("timers that leave memory before they are committed come back with the commit") {
  shard_clock clock{2};
  some_rows disk;
  REQUIRE(clock.load(disk));
  for (auto due : {10, 20, 30, 40, 50}) {
    auto [key, what] = timer_at(due);
    clock.arm(key, what);
  }
  // None of them is a row yet, and only the nearest ones are in memory.
  auto first = popped(clock, disk, 100);
  CHECK(first.size() < 5);
  for (auto due : {10, 20, 30, 40, 50}) {
    auto [key, what] = timer_at(due);
    clock.settle(key, what);
  }
  auto later = popped(clock, disk, 100);
  first.insert(first.end(), later.begin(), later.end());
  CHECK(first == std::vector<engine::time_ms>{10, 20, 30, 40, 50});
}

TEST_CASE("a timer that is removed before its commit does not fire") {
  shard_clock clock{2};
  some_rows disk;
  REQUIRE(clock.load(disk));
  auto [key, what] = timer_at(10);
  clock.arm(key, what);
  clock.remove(key);
  clock.settle(key, what);
  CHECK(popped(clock, disk, 100).empty());
}

TEST_CASE("a timer that fires before its commit fires once") {
  shard_clock clock{2};
  some_rows disk;
  REQUIRE(clock.load(disk));
  auto [key, what] = timer_at(10);
  clock.arm(key, what);
  CHECK(popped(clock, disk, 100) == std::vector<engine::time_ms>{10});
  clock.settle(key, what);
  CHECK(popped(clock, disk, 100).empty());
}
