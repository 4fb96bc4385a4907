#pragma once

#include "runtime/base/error.hpp"
#include "storage/journal/shard_snapshot.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tutti::storage {

// A chunk of a snapshot, on the wire and on disk; numbers are big-endian. To change it, raise the
// version and keep reading the old one.
//
//   version  1 byte   1
//   kind     1 byte   0: rows, 1: end
//   number   4 bytes  0, 1, 2, … within the snapshot
//   payload           rows: (key size 4, key, value size 4, value)*, keys ascending
//                     end:  applied index 8, applied term 8, number of rows 8
//   checksum 4 bytes  CRC-32C of everything before
//
// The end chunk makes a snapshot whose tail got lost different from a complete one.

/// Cuts the rows of a snapshot into chunks.
class chunk_writer {
public:
  /// Adds a row to the chunk in the making. @pre keys come in ascending order
  void add(std::string_view key, std::string_view value);

  /// Bytes of the chunk in the making.
  std::size_t size() const { return open_.size(); }

  /// Ends the chunk in the making and hands it out.
  std::string finish_rows();

  /// The chunk that ends the snapshot.
  std::string finish(const snapshot_header& header);

private:
  void begin(std::uint8_t kind);

  std::string seal();

  std::string open_;
  std::uint32_t number_ = 0;
  std::uint64_t row_count_ = 0;
};

/// Takes the chunks of one snapshot apart and finds out whether they are all there, in order and
/// undamaged.
class chunk_reader {
public:
  using row_visitor = std::function<status(std::string_view key, std::string_view value)>;

  explicit chunk_reader(snapshot_header header) : header_(std::move(header)) {}

  /// Visits the rows of the next chunk. Fails with `ec::corrupt` if it is not the chunk that
  /// belongs here, and with the visitor's error.
  status read(std::string_view chunk, const row_visitor& visit);

  /// Whether the end chunk was read, and the rows were as many as it says.
  bool complete() const { return complete_; }

private:
  status read_rows(std::string_view payload, const row_visitor& visit);

  status read_end(std::string_view payload);

  snapshot_header header_;
  std::uint32_t number_ = 0;
  std::uint64_t row_count_ = 0;
  std::string last_key_;
  bool complete_ = false;
};

/// Reads `from` to its end and visits every row, in order of keys. Succeeds only if the snapshot
/// is complete; the rows visited before a failure must be thrown away.
status read_snapshot(shard_snapshot& from, const chunk_reader::row_visitor& visit);

} // namespace tutti::storage
