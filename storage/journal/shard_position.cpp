#include "storage/journal/shard_position.hpp"

#include <algorithm>
#include <utility>

namespace tutti::storage {

namespace {

error refused(const shard_write& write, std::string why) {
  return {ec::conflict, "write of shard " + std::to_string(write.shard) + ": " + std::move(why)};
}

status cut_suffix(shard_position& at, const shard_write& write) {
  if (!write.truncate_suffix_from || *write.truncate_suffix_from > at.last)
    return unit{};
  auto from = *write.truncate_suffix_from;
  auto settled = std::max(at.truncated, at.hard.commit);
  if (from <= settled)
    return refused(write, "removal of entry " + std::to_string(from) + ", but the entries up to "
                            + std::to_string(settled) + " are committed");
  at.last = from - 1;
  return unit{};
}

status add_entries(shard_position& at, const shard_write& write) {
  for (const auto& entry : write.append) {
    if (entry.index != at.last + 1)
      return refused(write, "appended entry has index " + std::to_string(entry.index)
                              + ", expected " + std::to_string(at.last + 1));
    at.last = entry.index;
  }
  return unit{};
}

status set_hard_state(shard_position& at, const shard_write& write) {
  if (!write.state)
    return unit{};
  const auto& next = *write.state;
  if (next.term < at.hard.term)
    return refused(write, "term " + std::to_string(next.term) + " behind term "
                            + std::to_string(at.hard.term));
  if (next.term == at.hard.term && at.hard.vote != 0 && next.vote != at.hard.vote)
    return refused(write, "vote for " + std::to_string(next.vote) + " in term "
                            + std::to_string(next.term) + ", in which the vote is "
                            + std::to_string(at.hard.vote));
  at.hard = {next.term, next.vote, std::max(next.commit, at.hard.commit)};
  return unit{};
}

status set_applied(shard_position& at, const shard_write& write) {
  if (!write.applied)
    return unit{};
  if (*write.applied < at.applied)
    return refused(write, "applied index " + std::to_string(*write.applied) + " behind "
                            + std::to_string(at.applied));
  at.applied = *write.applied;
  at.applied_term = write.applied_term;
  at.hard.commit = std::max(at.hard.commit, at.applied);
  return unit{};
}

status cut_prefix(shard_position& at, const shard_write& write, const term_lookup& term_of) {
  if (!write.truncate_prefix_to || *write.truncate_prefix_to <= at.truncated)
    return unit{};
  auto to = *write.truncate_prefix_to;
  if (to > at.applied)
    return refused(write, "removal of entries up to " + std::to_string(to)
                            + ", but only those up to " + std::to_string(at.applied)
                            + " are applied");
  if (to > at.last) {
    if (at.last != at.truncated || to != at.applied)
      return refused(write, "removal of entries up to " + std::to_string(to)
                              + ", but the log ends at " + std::to_string(at.last));
    at.truncated = at.last = to;
    at.truncated_term = at.applied_term;
    return unit{};
  }
  auto term = term_of(to);
  if (!term)
    return term.error();
  at.truncated = to;
  at.truncated_term = *term;
  return unit{};
}

} // namespace

result<shard_position> position_after(const shard_position& at, const shard_write& write,
                                      const term_lookup& term_of) {
  auto next = at;
  for (auto* step : {&cut_suffix, &add_entries, &set_hard_state, &set_applied})
    if (auto ok = step(next, write); !ok)
      return ok.error();
  if (write.conf_state)
    next.conf_state = *write.conf_state;
  if (auto ok = cut_prefix(next, write, term_of); !ok)
    return ok.error();
  if (next.hard.commit > next.last)
    return refused(write, "commit index " + std::to_string(next.hard.commit) + " (applied "
                            + std::to_string(next.applied) + "), but the log ends at "
                            + std::to_string(next.last));
  return next;
}

status check_install(shard_id shard, const shard_position& at, log_index applied) {
  if (applied >= at.hard.commit)
    return unit{};
  return error{ec::conflict, "install of a snapshot of index " + std::to_string(applied)
                               + " into shard " + std::to_string(shard)
                               + ", in which entries up to " + std::to_string(at.hard.commit)
                               + " are committed"};
}

shard_position position_after_install(const shard_position& at, log_index applied,
                                      term_no applied_term, std::string conf_state) {
  auto next = at;
  if (applied_term > next.hard.term)
    next.hard = {applied_term, 0, applied};
  next.hard.commit = applied;
  next.applied = next.truncated = next.last = applied;
  next.applied_term = next.truncated_term = applied_term;
  next.conf_state = std::move(conf_state);
  return next;
}

error missing_entry(shard_id shard, const shard_position& position, log_index at) {
  auto what = "log of shard " + std::to_string(shard) + ": entry " + std::to_string(at);
  if (at <= position.truncated)
    return {ec::not_found,
            what + " was removed; the log begins at " + std::to_string(position.first())};
  if (at > position.last)
    return {ec::unavailable,
            what + " is not there yet; the log ends at " + std::to_string(position.last)};
  return {ec::corrupt, what + " is missing between " + std::to_string(position.first()) + " and "
                         + std::to_string(position.last)
                         + "; rebuild this replica from another node"};
}

} // namespace tutti::storage
