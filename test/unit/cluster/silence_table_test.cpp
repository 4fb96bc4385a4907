#include "actors/cluster/silence_table.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using actors::silence_table;

namespace {

link::peer_state peer(cluster::node_no node, std::int64_t silent_ms) {
  link::peer_state out;
  out.node = node;
  out.up = silent_ms == 0;
  out.silent_ms = silent_ms;
  return out;
}

constexpr std::int64_t now = 1'000'000;

} // namespace

TEST_CASE("a node that only this one misses is not gone: the link between the two may be cut") {
  silence_table table;
  CHECK(table.agreed_ms(2, {peer(2, 70'000), peer(3, 0)}, now) == 0);
  table.take(3, {{{1, 70'000}}}, now);
  CHECK(table.agreed_ms(2, {peer(2, 70'000), peer(3, 0)}, now) == 0);
}

TEST_CASE("what a majority misses is silent for as long as all of them say") {
  silence_table table;
  table.take(3, {{{2, 50'000}}}, now);
  CHECK(table.agreed_ms(2, {peer(2, 70'000), peer(3, 0)}, now) == 50'000);
  table.take(3, {{{2, 90'000}}}, now);
  CHECK(table.agreed_ms(2, {peer(2, 70'000), peer(3, 0)}, now) == 70'000);
  SUBCASE("who hears it again says so") {
    table.take(3, {}, now);
    CHECK(table.agreed_ms(2, {peer(2, 70'000), peer(3, 0)}, now) == 0);
  }
  SUBCASE("an old word is none") {
    CHECK(table.agreed_ms(2, {peer(2, 70'000), peer(3, 0)}, now + silence_table::fresh_ms + 1)
          == 0);
  }
  SUBCASE("of five members it takes three") {
    CHECK(table.agreed_ms(2, {peer(2, 70'000), peer(3, 0), peer(4, 0), peer(5, 0)}, now) == 0);
    table.take(5, {{{2, 60'000}}}, now);
    CHECK(table.agreed_ms(2, {peer(2, 70'000), peer(3, 0), peer(4, 0), peer(5, 0)}, now) == 60'000);
  }
}

TEST_CASE("of two nodes neither can say that the other is gone") {
  silence_table table;
  table.take(2, {{{2, 70'000}}}, now);
  CHECK(table.agreed_ms(2, {peer(2, 70'000)}, now) == 0);
}
