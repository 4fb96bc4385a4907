#pragma once

#include "actors/cluster/picture_limits.hpp"
#include "actors/cluster/picture_words.hpp"
#include "actors/wire/shard_messages.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::actors {

/// A picture on its way to another node, as its sender sees it: cuts chunks into pieces and keeps
/// to what the receiver confirmed. Holds one chunk.
class outgoing_picture {
public:
  /// @pre `what.picture`
  outgoing_picture(wire::raft_mail what, std::uint64_t transfer, const picture_limits& limits)
    : mail_(std::move(what)),
      transfer_(transfer),
      limits_(limits) {}

  /// The word that announces it.
  picture_begin begin() const;

  /// Sends pieces until `send` refuses, or enough are on their way. Fails with the error of the
  /// picture.
  status push(const std::function<bool(std::string_view piece)>& send);

  /// The receiver has the first `pieces`. True if that is news, `ec::bad_request` if it cannot be.
  result<bool> confirm(std::uint32_t pieces);

  /// Whether a receiver that took `pieces` has all of it.
  bool ends_with(std::uint32_t pieces);

  const wire::raft_mail& mail() const { return mail_; }

  std::uint32_t sent() const { return sent_; }

private:
  /// Makes the next piece ready; false if there is none now.
  result<bool> cut_piece();

  wire::raft_mail mail_;
  std::uint64_t transfer_;
  picture_limits limits_;
  std::string chunk_;
  std::size_t cut_ = 0; ///< bytes of the chunk that pieces were made of
  std::string ready_;   ///< a piece that is not sent yet
  bool opened_ = false; ///< the receiver has room
  bool ended_ = false;
  std::uint32_t sent_ = 0;
  std::uint32_t confirmed_ = 0;
};

} // namespace tutti::actors
