#pragma once

#include "runtime/base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tutti::worker {

/// Folders of attempts whose end is recorded, in one folder per day (days since the epoch), so
/// that what is too old is found without looking at the rest. Nothing here is locked: one thread
/// moves and removes, others only find.
class ended_runs {
public:
  explicit ended_runs(std::string folder) : folder_(std::move(folder)) {}

  /// Moves a run folder here. One that is gone already is no error.
  status take(const std::string& run_folder, const std::string& step_uuid, std::int64_t day) const;

  /// The folder of an attempt; looks from the newest day back, once per kept day.
  std::optional<std::string> find(const std::string& step_uuid) const;

  /// Removes at most `most` attempts of days before `oldest`; true if more are left.
  result<bool> remove_before(std::int64_t oldest, std::size_t most) const;

private:
  std::string folder_;
};

} // namespace tutti::worker
