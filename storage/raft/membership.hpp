#pragma once

#include "runtime/base/error.hpp"
#include "storage/raft/raft_types.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::raft {

struct member {
  node_no id = 0;
  bool voter = false;
  bool learner = false;
  /// Voter of the configuration that a joint one is leaving.
  bool outgoing = false;
  /// Becomes a learner when the joint configuration is left.
  bool next_learner = false;

  bool operator==(const member&) const = default;
};

/// The members of a stored conf state, ascending; at most RAFTC_MAX_MEMBERS. Fails with
/// `ec::corrupt` if it is none.
result<std::vector<member>> members_of(std::string_view conf_state);

/// The conf state of a group that begins. Fails with `ec::unprocessable` without voters, with a
/// node that is named twice or is 0, or with too many members.
result<std::string> make_conf_state(std::span<const node_no> voters,
                                    std::span<const node_no> learners = {});

} // namespace tutti::raft
