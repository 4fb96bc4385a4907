#pragma once

#include "runtime/base/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace tutti::link {

/// What is sent first when several wait. Consensus must never wait behind a snapshot.
enum class lane : std::uint8_t {
  urgent = 0, ///< heartbeats, votes, the link's own words
  normal = 1, ///< entries, letters, requests and answers
  bulk = 2,   ///< snapshots
};

inline constexpr std::size_t lane_count = 3;

/// What a frame is about; its receiver knows the form of the bytes. Sent: append only. Numbers
/// below 16 are the link's own.
using frame_kind = std::uint16_t;

/// A frame on the wire: length of the payload (4 bytes), version (1), lane (1), kind (2), all
/// little endian, and the payload.
inline constexpr std::size_t frame_header = 8;
inline constexpr std::uint8_t frame_version = 1;

std::string make_frame(lane on, frame_kind kind, std::string_view payload);

/// Cuts what arrives into frames. Keeps at most one incomplete frame.
class frame_splitter {
public:
  using take = std::function<void(frame_kind kind, std::string_view payload)>;

  explicit frame_splitter(std::size_t payload_max) : payload_max_(payload_max) {}

  /// Gives each frame that is complete to `to`, whose view ends with the call. `bad_request` for a
  /// longer payload or another version: what follows cannot be understood. `to` may lower or raise
  /// the bound.
  status feed(std::string_view bytes, const take& to);

  void allow(std::size_t payload_max) { payload_max_ = payload_max; }

private:
  /// The size of the first frame in `bytes` with its header, 0 while that is incomplete.
  result<std::size_t> first_size(std::string_view bytes) const;

  std::size_t payload_max_;
  std::string rest_;
};

/// Frames that wait to be written, bounded per lane. Not thread-safe.
class frame_queue {
public:
  explicit frame_queue(std::array<std::size_t, lane_count> bytes_max) : bytes_max_(bytes_max) {}

  /// False, and nothing is queued, if the lane is full. A single frame above the bound fits into an
  /// empty lane.
  bool push(lane on, std::string frame);

  /// Takes frames in the order of lanes, as many as are within `bytes_max` but at least one, into
  /// one text. Empty if nothing waits.
  std::string take(std::size_t bytes_max);

  bool empty() const;

  std::size_t bytes() const;

private:
  struct waiting {
    std::deque<std::string> frames;
    std::size_t bytes = 0;
  };

  std::array<std::size_t, lane_count> bytes_max_;
  std::array<waiting, lane_count> lanes_;
};

} // namespace tutti::link
