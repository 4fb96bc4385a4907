#include "storage/raft/ready.hpp"

namespace tutti::raft {

bool ready::only_commit_moved() const {
  return content_->has_hard_state != 0 && content_->must_sync == 0 && content_->n_committed == 0;
}

bool ready::nothing_to_write() const {
  return content_->has_hard_state == 0 && content_->has_snapshot == 0 && content_->n_entries == 0
         && content_->n_committed == 0;
}

std::optional<storage::hard_state> ready::hard_state() const {
  if (content_->has_hard_state == 0)
    return std::nullopt;
  return storage::hard_state{content_->term, content_->vote, content_->commit};
}

std::optional<leadership> ready::lead() const {
  if (content_->has_soft_state == 0)
    return std::nullopt;
  return leadership{static_cast<role>(content_->role), content_->leader, content_->term};
}

std::optional<snapshot_view> ready::snapshot() const {
  if (content_->has_snapshot == 0)
    return std::nullopt;
  return snapshot_view{content_->snap_index, content_->snap_term, text(content_->snap_conf_state),
                       text(content_->snap_data)};
}

} // namespace tutti::raft
