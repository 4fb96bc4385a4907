#pragma once

#include "actors/cluster/picture_file.hpp"
#include "actors/cluster/picture_limits.hpp"
#include "actors/cluster/picture_words.hpp"
#include "actors/link/words.hpp"
#include "actors/wire/shard_messages.hpp"
#include "storage/journal/snapshot_chunk.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace tutti::actors {

/// A picture on its way to this node: checks chunks as they come and puts them into a file. Holds
/// one chunk, and that only if it comes in parts. After a failure it is of no use any more.
class incoming_picture {
public:
  /// Fails with `ec::bad_request` for mail that is no snapshot of `from` for `self`, and with the
  /// error of the disk.
  static result<incoming_picture> open(picture_begin what, link::node_no from, link::node_no self,
                                       const std::filesystem::path& folder,
                                       const picture_limits& limits);

  /// Fails with `ec::corrupt` for what does not belong here, with `ec::too_large`, or with the
  /// error of the disk.
  status take(const picture_piece& what);

  /// Whether all of it is there.
  bool complete() const { return reader_.complete(); }

  /// The mail with its picture. @pre `complete()`
  wire::raft_mail finish() &&;

  storage::shard_id shard() const { return mail_.shard; }

  std::uint32_t pieces() const { return pieces_; }

private:
  incoming_picture(wire::raft_mail mail, storage::snapshot_header header,
                   std::unique_ptr<picture_file> file, const picture_limits& limits);

  status take_chunk(std::string_view chunk);

  wire::raft_mail mail_;
  storage::snapshot_header header_;
  std::unique_ptr<picture_file> file_;
  picture_limits limits_;
  storage::chunk_reader reader_;
  std::string partial_; ///< a chunk that is not complete
  std::uint32_t pieces_ = 0;
};

} // namespace tutti::actors
