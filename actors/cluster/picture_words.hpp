#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/fields.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

/// What two couriers say about a picture. The sender of a picture numbers its transfers; a transfer
/// is known by that number and the node it comes from.
///
///   picture_begin    ▶
///                    ◀ progress 0: there is room for it
///   pieces           ▶ at most a few more than were confirmed
///                    ◀ progress n: the first n pieces lie on the disk
///   the last piece   ▶
///                    ◀ accepted, or refused at any time
///
/// `picture_begin` and `picture_answer` are stored records: fields are added, never changed.
namespace tutti::actors {

struct picture_begin {
  std::uint64_t transfer = 0;
  std::string mail; ///< `encode_mail`
  std::uint64_t applied = 0;
  std::uint64_t applied_term = 0;
  std::string conf_state;

  bool operator==(const picture_begin&) const = default;

  static constexpr auto fields() {
    using self = picture_begin;
    return std::make_tuple(model::field(1, "transfer", &self::transfer),
                           model::field(2, "mail", &self::mail),
                           model::field(3, "applied", &self::applied),
                           model::field(4, "applied_term", &self::applied_term),
                           model::field(5, "conf_state", &self::conf_state));
  }
};

/// Sent: append only.
enum class picture_stage : std::uint8_t {
  progress = 0,
  accepted = 1,
  refused = 2,
  withdrawn = 3, ///< the only one from the sender: nothing more will come
};

struct picture_answer {
  std::uint64_t transfer = 0;
  picture_stage stage = picture_stage::progress;
  std::uint32_t pieces = 0; ///< taken so far
  std::string why;          ///< a sentence, if it failed

  bool operator==(const picture_answer&) const = default;

  static constexpr auto fields() {
    using self = picture_answer;
    return std::make_tuple(model::field(1, "transfer", &self::transfer),
                           model::field(2, "stage", &self::stage),
                           model::field(3, "pieces", &self::pieces),
                           model::field(4, "why", &self::why));
  }
};

/// A chunk of a picture, or a part of one that is too long for a frame. Numbers are big-endian.
///
///   version  1 byte   1
///   ends     1 byte   1: the chunk ends with it; 0: it goes on
///   transfer 8 bytes
///   number   4 bytes  0, 1, 2, … within the transfer
///   bytes
///
/// To change it, raise the version and keep reading the old one.
struct picture_piece {
  std::uint64_t transfer = 0;
  std::uint32_t number = 0;
  bool ends_chunk = false;
  std::string_view bytes; ///< of what was decoded
};

std::string encode_piece(const picture_piece& what);

/// Fails with `ec::bad_request` if the head is cut off or of another version. The bytes are not
/// looked at.
result<picture_piece> decode_piece(std::string_view in);

} // namespace tutti::actors
