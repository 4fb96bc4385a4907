#include "actors/cluster/picture_words.hpp"

#include "storage/journal/big_endian.hpp"

namespace tutti::actors {

namespace {

constexpr char piece_version = 1;
constexpr std::size_t piece_head = 14;

} // namespace

std::string encode_piece(const picture_piece& what) {
  std::string out;
  out.reserve(piece_head + what.bytes.size());
  out += piece_version;
  out += static_cast<char>(what.ends_chunk);
  storage::append_be(out, what.transfer);
  storage::append_be(out, what.number);
  out += what.bytes;
  return out;
}

result<picture_piece> decode_piece(std::string_view in) {
  if (in.size() < piece_head)
    return error{ec::bad_request,
                 "a piece of a picture has " + std::to_string(in.size()) + " bytes, too few"};
  if (in[0] != piece_version || static_cast<unsigned char>(in[1]) > 1)
    return error{ec::bad_request, "a piece of a picture has version "
                                    + std::to_string(static_cast<unsigned char>(in[0]))
                                    + ", known is 1; update this node to the version of the other"};
  return picture_piece{storage::read_be<std::uint64_t>(in, 2),
                       storage::read_be<std::uint32_t>(in, 10), in[1] == 1, in.substr(piece_head)};
}

} // namespace tutti::actors
