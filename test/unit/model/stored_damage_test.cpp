#include "runtime/model/definition.hpp"
#include "runtime/model/int_seq.hpp"
#include "runtime/model/stored.hpp"
#include "test/support/arbitrary.hpp"

#include <doctest/doctest.h>

using namespace tutti;

namespace {

/// A MAP within a MAP, and so on.
model::value nested(int depth) {
  model::value x{std::int64_t{1}};
  for (auto i = 0; i < depth; ++i)
    x = model::value{model::value_map{{"a", std::move(x)}}};
  return x;
}

bool is_readable(int depth) {
  return model::decode<model::value>(model::encode(nested(depth))).has_value();
}

bool is_sequence(std::uint64_t kind, std::int64_t first, std::int64_t step, std::uint64_t count) {
  model::byte_writer w;
  w.varint(kind);
  w.varint(count);
  model::store_value(w, first);
  model::store_value(w, step);
  model::int_seq x;
  return x.load(w.out);
}

} // namespace

TEST_CASE("records are as deep as JSON may be, and no deeper") {
  CHECK(is_readable(512));
  CHECK(!is_readable(10'000));
}

TEST_CASE("ranges that leave their numbers are damage") {
  CHECK(is_sequence(1, 5, 3, 1'000'000));
  CHECK(!is_sequence(1, INT64_MAX, 1, 2));
  CHECK(!is_sequence(1, 0, INT64_MAX, 3));
  CHECK(!is_sequence(1, 0, 1, UINT64_MAX));
  CHECK(is_sequence(2, 20'240'229, 1, 366));
  CHECK(!is_sequence(2, 20'240'231, 1, 3));
  CHECK(!is_sequence(2, 20'240'229, INT64_MAX, 2));
}

TEST_CASE("what is stored of any value is read as the same") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    const auto x = test::arbitrary{seed}.make<model::workflow_create_request>();
    const auto bytes = model::encode(x);
    const auto back = model::decode<model::workflow_create_request>(bytes);
    REQUIRE(back);
    CHECK(model::encode(*back) == bytes);
  }
}
