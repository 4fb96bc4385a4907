#include "storage/raft/shard_log.hpp"

#include "storage/journal/big_endian.hpp"
#include "storage/raft/membership.hpp"

#include <utility>

namespace tutti::raft {

result<std::optional<storage::shard_write>> first_write(storage::shard_id shard,
                                                        const storage::shard_position& at,
                                                        std::span<const node_no> voters) {
  if (!at.conf_state.empty())
    return std::optional<storage::shard_write>{};
  auto conf = make_conf_state(voters);
  if (!conf)
    return conf.error();
  storage::shard_write out;
  out.shard = shard;
  out.conf_state = std::move(*conf);
  if (at.applied > 0) {
    if (voters.size() != 1)
      return error{ec::precondition_failed,
                   "shard " + std::to_string(shard) + " has rows of a single node, but "
                     + std::to_string(voters.size())
                     + " voters were named; begin with one, and add the others"};
    return std::optional{std::move(out)};
  }
  out.state = storage::hard_state{1, 0, 1};
  out.applied = 1;
  out.applied_term = 1;
  out.truncate_prefix_to = 1;
  return std::optional{std::move(out)};
}

void add_to(storage::shard_write& out, const ready& what) {
  if (auto entries = what.entries(); !entries.empty()) {
    out.truncate_suffix_from = entries.front().index;
    out.append.reserve(entries.size());
    for (const auto& x : entries)
      out.append.push_back({x.index, x.term, x.type, std::string{text(x.data)}});
  }
  if (auto state = what.hard_state())
    out.state = state;
}

status shard_log::entries(log_index lo, log_index hi, std::uint64_t max_bytes,
                          std::vector<storage::log_entry>& out) noexcept {
  return store_.entries(shard_, lo, hi, max_bytes, out);
}

result<term_no> shard_log::term(log_index at) noexcept {
  return store_.term(shard_, at);
}

result<std::optional<snapshot_point>> shard_log::snapshot(log_index at_least, node_no to) noexcept {
  if (pictures_.size() >= pictures_max && !pictures_.contains(to))
    return std::optional<snapshot_point>{};
  auto picture = store_.snapshot(shard_);
  if (!picture)
    return picture.error();
  const auto& header = (*picture)->header();
  if (header.applied < at_least)
    return std::optional<snapshot_point>{};
  snapshot_point out{header.applied, header.applied_term, header.conf_state, {}};
  storage::append_be(out.data, ++picture_count_);
  pictures_[to] = std::move(*picture);
  return std::optional{std::move(out)};
}

std::unique_ptr<storage::shard_snapshot> shard_log::take_picture(node_no to) {
  auto found = pictures_.find(to);
  if (found == pictures_.end())
    return nullptr;
  auto out = std::move(found->second);
  pictures_.erase(found);
  return out;
}

} // namespace tutti::raft
