#include "storage/journal/snapshot_chunk.hpp"

#include "storage/journal/big_endian.hpp"
#include "storage/journal/checksum.hpp"

#include <utility>

namespace tutti::storage {

namespace {

constexpr std::uint8_t chunk_version = 1;
constexpr std::uint8_t kind_rows = 0;
constexpr std::uint8_t kind_end = 1;
constexpr std::size_t head_size = 6;
constexpr std::size_t checksum_size = 4;
constexpr std::size_t chunk_bytes = 1 << 20;

error broken(std::uint32_t number, const std::string& what) {
  return {ec::corrupt, "snapshot chunk " + std::to_string(number) + ": " + what};
}

/// Takes a size and as many bytes off the front of `in`.
bool take(std::string_view& in, std::string_view& out) {
  if (in.size() < 4)
    return false;
  std::size_t size = read_be<std::uint32_t>(in);
  in.remove_prefix(4);
  if (in.size() < size)
    return false;
  out = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

} // namespace

void chunk_writer::begin(std::uint8_t kind) {
  open_ += static_cast<char>(chunk_version);
  open_ += static_cast<char>(kind);
  append_be(open_, number_++);
}

std::string chunk_writer::seal() {
  append_be(open_, crc32c(open_));
  return std::exchange(open_, {});
}

void chunk_writer::add(std::string_view key, std::string_view value) {
  if (open_.empty())
    begin(kind_rows);
  append_be(open_, static_cast<std::uint32_t>(key.size()));
  open_ += key;
  append_be(open_, static_cast<std::uint32_t>(value.size()));
  open_ += value;
  ++row_count_;
}

std::string chunk_writer::finish_rows() {
  return seal();
}

std::string chunk_writer::finish(const snapshot_header& header) {
  assert(open_.empty());
  begin(kind_end);
  append_be(open_, header.applied);
  append_be(open_, header.applied_term);
  append_be(open_, row_count_);
  return seal();
}

status chunk_reader::read(std::string_view chunk, const row_visitor& visit) {
  if (complete_)
    return broken(number_, "found behind the end chunk");
  if (chunk.size() < head_size + checksum_size)
    return broken(number_, "has " + std::to_string(chunk.size()) + " bytes, too few");
  auto body = chunk.substr(0, chunk.size() - checksum_size);
  if (read_be<std::uint32_t>(chunk, body.size()) != crc32c(body))
    return broken(number_, "checksum mismatch");
  auto version = static_cast<unsigned char>(body[0]);
  if (version != chunk_version)
    return broken(number_, "has version " + std::to_string(version) + ", known is "
                             + std::to_string(chunk_version)
                             + "; update this node to the version of the sending node");
  auto number = read_be<std::uint32_t>(body, 2);
  if (number != number_)
    return broken(number_, "chunk " + std::to_string(number) + " came in its place");
  auto kind = static_cast<unsigned char>(body[1]);
  auto payload = body.substr(head_size);
  if (kind != kind_rows && kind != kind_end)
    return broken(number_, "unknown kind " + std::to_string(kind));
  auto ok = kind == kind_rows ? read_rows(payload, visit) : read_end(payload);
  if (ok)
    ++number_;
  return ok;
}

status chunk_reader::read_rows(std::string_view payload, const row_visitor& visit) {
  while (!payload.empty()) {
    std::string_view key;
    std::string_view value;
    if (!take(payload, key) || !take(payload, value))
      return broken(number_, "a row is cut off");
    if (row_count_ > 0 && key <= last_key_)
      return broken(number_, "keys are out of order");
    if (auto ok = visit(key, value); !ok)
      return ok;
    last_key_ = key;
    ++row_count_;
  }
  return unit{};
}

status chunk_reader::read_end(std::string_view payload) {
  if (payload.size() < 24)
    return broken(number_, "the end chunk is too short");
  auto applied = read_be<log_index>(payload);
  auto term = read_be<term_no>(payload, 8);
  auto rows = read_be<std::uint64_t>(payload, 16);
  if (applied != header_.applied || term != header_.applied_term)
    return broken(number_, "ends a snapshot of index " + std::to_string(applied) + ", term "
                             + std::to_string(term) + "; expected index "
                             + std::to_string(header_.applied) + ", term "
                             + std::to_string(header_.applied_term));
  if (rows != row_count_)
    return broken(number_,
                  "counts " + std::to_string(rows) + " rows, found " + std::to_string(row_count_));
  complete_ = true;
  return unit{};
}

status read_snapshot(shard_snapshot& from, const chunk_reader::row_visitor& visit) {
  chunk_reader reader{from.header()};
  for (;;) {
    auto chunk = from.next(chunk_bytes);
    if (!chunk)
      return chunk.error();
    if (chunk->empty())
      break;
    if (auto ok = reader.read(*chunk, visit); !ok)
      return ok;
  }
  if (!reader.complete())
    return error{ec::corrupt, "snapshot of index " + std::to_string(from.header().applied)
                                + " ends without its end chunk; ask for it again"};
  return unit{};
}

} // namespace tutti::storage
