#pragma once

#include "storage/journal/big_endian.hpp"
#include "storage/journal/shard_write.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What is on disk, for ever. Numbers are big-endian, so that byte order is number order. A change
// needs a new `format_version` and code that reads both.
//
// Column family `state`: the applied rows.
//   <shard 2> <generation 4> <key>        -> <value>
//   A snapshot is installed as the next generation, behind the back of readers; one batch then
//   makes it the current one and erases the old.
// Column family `log`:
//   <shard 2> <index 8>                   -> <term 8> <type 4> <data>
// Column family `default`, called meta here:
//   'v'                                   -> <format version 4>
//   'n'                                   -> <batch number 8> <flags 1>; see wal_chain.hpp
//   's' <shard 2> 'a'                     -> <applied index 8> <its term 8>
//   's' <shard 2> 'c'                     -> conf state
//   's' <shard 2> 'g'                     -> <current generation 4>; every known shard has one
//   's' <shard 2> 'h'                     -> <term 8> <vote 8> <commit 8>
//   's' <shard 2> 'i'                     -> <generation 4> of an install that is not complete
//   's' <shard 2> 't'                     -> <last truncated index 8> <its term 8>

namespace tutti::storage {

inline constexpr std::uint32_t format_version = 1;

inline constexpr std::string_view version_key = "v";
inline constexpr std::string_view chain_key = "n";

using generation_no = std::uint32_t;

enum class shard_tag : char {
  applied = 'a',
  conf_state = 'c',
  generation = 'g',
  hard_state = 'h',
  installing = 'i',
  truncated = 't',
};

inline constexpr std::size_t state_prefix_size = 6;
inline constexpr std::size_t entry_head_size = 12;

inline std::string state_key(shard_id shard, generation_no generation, std::string_view key = {}) {
  std::string out;
  out.reserve(state_prefix_size + key.size());
  append_be(out, shard);
  append_be(out, generation);
  out += key;
  return out;
}

/// The first key behind the range that ends at `to`; an empty `to` is the end of the shard.
inline std::string state_end(shard_id shard, generation_no generation, std::string_view to = {}) {
  return to.empty() ? state_key(shard, generation + 1) : state_key(shard, generation, to);
}

inline std::string log_key(shard_id shard, log_index index) {
  std::string out;
  append_be(out, shard);
  append_be(out, index);
  return out;
}

inline std::string meta_key(shard_id shard, shard_tag tag) {
  std::string out{'s'};
  append_be(out, shard);
  out += static_cast<char>(tag);
  return out;
}

template <class... Unsigned>
std::string be_string(Unsigned... values) {
  std::string out;
  (append_be(out, values), ...);
  return out;
}

} // namespace tutti::storage
