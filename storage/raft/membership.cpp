#include "storage/raft/membership.hpp"

#include "storage/raft/border.hpp"

#include <array>

namespace tutti::raft {

result<std::vector<member>> members_of(std::string_view conf_state) {
  std::array<std::uint64_t, RAFTC_MAX_MEMBERS> ids{};
  std::array<std::uint32_t, RAFTC_MAX_MEMBERS> bits{};
  std::size_t count = 0;
  auto code = raftc_conf_members(bytes_of(conf_state), ids.data(), bits.data(), ids.size(), &count);
  if (code != RAFTC_OK)
    return error{ec::corrupt, "conf state of " + std::to_string(conf_state.size())
                                + " bytes: " + last_failure()};
  std::vector<member> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({ids[i], (bits[i] & RAFTC_M_VOTER) != 0, (bits[i] & RAFTC_M_LEARNER) != 0,
                   (bits[i] & RAFTC_M_OUTGOING) != 0, (bits[i] & RAFTC_M_NEXT) != 0});
  return out;
}

result<std::string> make_conf_state(std::span<const node_no> voters,
                                    std::span<const node_no> learners) {
  std::string out(RAFTC_MAX_CONF_STATE_BYTES, '\0');
  std::size_t size = 0;
  auto code = raftc_conf_state(voters.data(), voters.size(), learners.data(), learners.size(),
                               reinterpret_cast<std::uint8_t*>(out.data()), out.size(), &size);
  if (code != RAFTC_OK)
    return failure_of(code, "conf state of a new group");
  out.resize(size);
  return out;
}

} // namespace tutti::raft
