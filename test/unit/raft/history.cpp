#include "test/unit/raft/history.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace tutti::raft::test {

void history::leads(term_no term, node_no who) {
  auto known = leaders_.try_emplace(term, who).first->second;
  REQUIRE_MESSAGE(known == who, "term " << term << " is led by " << known << " and by " << who);
}

void history::applies(node_no who, log_index index, term_no term, std::uint32_t type,
                      std::string_view data) {
  entry now{term, type, std::string{data}};
  auto found = entries_.find(index);
  if (found == entries_.end()) {
    REQUIRE_MESSAGE(index == committed() + 1, "replica " << who << " applies entry " << index
                                                         << " before " << committed() + 1);
    entries_.emplace(index, std::move(now));
    return;
  }
  REQUIRE_MESSAGE(found->second == now, "replica " << who << " applies another entry " << index);
}

std::size_t history::count(std::string_view data) const {
  return static_cast<std::size_t>(std::count_if(
    entries_.begin(), entries_.end(), [&](const auto& x) { return x.second.data == data; }));
}

} // namespace tutti::raft::test
