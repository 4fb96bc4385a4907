#pragma once

#include "storage/raft/raft_types.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tutti::raft::test {

/// What all replicas of a group did, and whether that may be. A breach fails the test.
class history {
public:
  /// A term has one leader.
  void leads(term_no term, node_no who);

  /// An index has one entry, at all replicas and for ever.
  void applies(node_no who, log_index index, term_no term, std::uint32_t type,
               std::string_view data);

  /// The newest entry that any replica saw committed.
  log_index committed() const { return entries_.empty() ? 1 : entries_.rbegin()->first; }

  std::size_t leader_count() const { return leaders_.size(); }

  /// How often data was applied, at distinct indexes.
  std::size_t count(std::string_view data) const;

private:
  struct entry {
    term_no term = 0;
    std::uint32_t type = 0;
    std::string data;

    bool operator==(const entry&) const = default;
  };

  std::map<term_no, node_no> leaders_;
  std::map<log_index, entry> entries_;
};

} // namespace tutti::raft::test
