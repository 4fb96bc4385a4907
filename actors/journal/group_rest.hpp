#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

namespace tutti::actors {

/// Counts ticks of a group: when it may stop hearing of time, and when its replica campaigns for
/// the place of a leader whose node is gone. docs/decisions/0014-groups-at-rest.md.
class group_rest {
public:
  /// Ticks without work before a leader proposes to the members that they rest, and again until all
  /// have agreed.
  static constexpr int quiet_ticks_min = 20;
  /// Between the campaigns of two voters, so that they do not stand in each other's way: about the
  /// time that an election takes.
  static constexpr int rank_ticks = 3;
  /// Between two tries of one voter: a vote is refused while the voter has not noticed itself.
  static constexpr int repeat_ticks = 6;
  static constexpr int campaigns_max = 3;

  bool resting() const { return resting_; }

  void rest() {
    resting_ = true;
    quiet_ = 0;
  }

  /// Leader: a member rests already.
  void agree(std::uint64_t member) { agreed_.insert(member); }

  bool has_agreed(std::uint64_t member) const { return agreed_.contains(member); }

  /// Something happens. True if it rested.
  bool wake() {
    quiet_ = 0;
    agreed_.clear();
    auto rested = resting_;
    resting_ = false;
    return rested;
  }

  /// A tick of a leader; true if it is time to propose a rest.
  bool quiet_tick() { return ++quiet_ % quiet_ticks_min == 0; }

  /// The leader's node is gone. The voter of rank 0 campaigns first; the others if that fails.
  void leader_gone(std::size_t rank) {
    campaigns_ = campaigns_max;
    pause_ = 1 + static_cast<std::uint64_t>(rank) * rank_ticks;
  }

  void leader_known() { campaigns_ = 0; }

  /// A tick without a leader; true if it is time to campaign.
  bool campaign_tick() {
    if (campaigns_ == 0 || --pause_ != 0)
      return false;
    --campaigns_;
    pause_ = repeat_ticks;
    return true;
  }

private:
  bool resting_ = false;
  int quiet_ = 0;
  std::set<std::uint64_t> agreed_;
  int campaigns_ = 0;
  std::uint64_t pause_ = 0;
};

} // namespace tutti::actors
