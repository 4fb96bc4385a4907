#pragma once

#include "test/unit/sel/support.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace tutti::sel::test {

struct example {
  std::string_view text;
  std::string_view wanted;
};

template <std::size_t N>
void check(const example (&examples)[N]) {
  for (const auto& x : examples) {
    INFO(std::string{x.text});
    CHECK(run(x.text) == x.wanted);
  }
}

} // namespace tutti::sel::test
