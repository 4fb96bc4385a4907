#include "actors/link/frame.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace tutti;
using link::frame_queue;
using link::frame_splitter;
using link::lane;
using link::make_frame;

namespace {

using seen = std::vector<std::pair<link::frame_kind, std::string>>;

frame_splitter::take into(seen& all) {
  return [&all](link::frame_kind kind, std::string_view x) { all.emplace_back(kind, x); };
}

} // namespace

TEST_CASE("frames come out whole wherever the bytes were cut") {
  const auto bytes = make_frame(lane::urgent, 7, "one") + make_frame(lane::bulk, 300, "")
                     + make_frame(lane::normal, 65535, std::string(1000, 'x'));
  const seen all{{7, "one"}, {300, ""}, {65535, std::string(1000, 'x')}};
  for (std::size_t step = 1; step < bytes.size(); ++step) {
    frame_splitter cut{1000};
    seen found;
    for (std::size_t at = 0; at < bytes.size(); at += step)
      REQUIRE(cut.feed(std::string_view{bytes}.substr(at, step), into(found)));
    REQUIRE(found == all);
  }
}

TEST_CASE("a frame over the bound is refused before its bytes come") {
  frame_splitter cut{10};
  seen found;
  const auto bytes = make_frame(lane::normal, 1, std::string(11, 'x'));
  auto ok = cut.feed(std::string_view{bytes}.substr(0, link::frame_header), into(found));
  REQUIRE_FALSE(ok);
  CHECK(ok.error().message == "a frame has 11 bytes, at most 10 are taken");
  cut.allow(11);
  CHECK(cut.feed(bytes, into(found)));
  CHECK(found.size() == 1);
}

TEST_CASE("a frame of another version is refused") {
  frame_splitter cut{10};
  auto bytes = make_frame(lane::normal, 1, "x");
  bytes[4] = 2;
  seen found;
  auto ok = cut.feed(bytes, into(found));
  REQUIRE_FALSE(ok);
  CHECK(ok.error().message == "a frame has the version 2, this node knows 1");
  CHECK(found.empty());
}

TEST_CASE("urgent frames pass those that wait, and each lane keeps its order") {
  frame_queue queue{{100, 100, 100}};
  for (auto x : {"b1", "b2"})
    REQUIRE(queue.push(lane::bulk, x));
  for (auto x : {"n1", "n2"})
    REQUIRE(queue.push(lane::normal, x));
  REQUIRE(queue.push(lane::urgent, "u1"));
  CHECK(queue.take(5) == "u1n1");
  CHECK(queue.take(100) == "n2b1b2");
  CHECK(queue.empty());
  CHECK(queue.take(100).empty());
}

TEST_CASE("a full lane refuses, others go on") {
  frame_queue queue{{4, 4, 4}};
  CHECK(queue.push(lane::bulk, "12345678"));
  CHECK_FALSE(queue.push(lane::bulk, "1"));
  CHECK(queue.push(lane::urgent, "1234"));
  CHECK_FALSE(queue.push(lane::urgent, "5"));
  CHECK(queue.bytes() == 12);
  CHECK(queue.take(1) == "1234");
  CHECK(queue.push(lane::urgent, "5"));
}
