#pragma once

#include "runtime/base/error.hpp"
#include "runtime/cluster/placement.hpp"
#include "runtime/model/fields.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

/// Who belongs to the cluster. Facts are rows of the system's entity; a decision gives the rows
/// that change. Times are epoch ms and arguments; secrets come as digests only.
namespace tutti::cluster {

/// The cluster itself; row `Kc`.
struct cluster_record {
  std::string name;
  std::int64_t created_ms = 0;
  node_no next_node = 1; ///< numbers are never used again: a wiped node comes back as a new one
  std::uint64_t protocol = 1; ///< what all nodes speak and write
  std::string authority_certificate;
  std::string authority_key; ///< empty where links are in the clear

  bool operator==(const cluster_record&) const = default;

  static constexpr auto fields() {
    using self = cluster_record;
    return std::make_tuple(model::field(1, "name", &self::name),
                           model::field(2, "created_ms", &self::created_ms),
                           model::field(3, "next_node", &self::next_node),
                           model::field(4, "protocol", &self::protocol),
                           model::field(5, "authority_certificate", &self::authority_certificate),
                           model::field(6, "authority_key", &self::authority_key));
  }
};

/// A member; row `Kn` and its number.
struct node_record {
  node_no node = 0;
  std::string address;               ///< of its links, `host:port`
  std::string http;                  ///< of its API, for people and redirects
  std::vector<std::string> labels{}; ///< `key=value`; steps may ask for them
  node_mode mode = node_mode::active;
  std::int64_t joined_ms = 0;
  std::uint64_t protocol_min = 1;
  std::uint64_t protocol_max = 1;
  std::string version; ///< of its program

  bool operator==(const node_record&) const = default;

  static constexpr auto fields() {
    using self = node_record;
    return std::make_tuple(
      model::field(1, "node", &self::node), model::field(2, "address", &self::address),
      model::field(3, "http", &self::http), model::field(4, "labels", &self::labels),
      model::field(5, "mode", &self::mode), model::field(6, "joined_ms", &self::joined_ms),
      model::field(7, "protocol_min", &self::protocol_min),
      model::field(8, "protocol_max", &self::protocol_max),
      model::field(9, "version", &self::version));
  }
};

/// What lets nodes join; row `Kt` and its digest.
struct token_record {
  std::string digest; ///< SHA-256 of the secret, hex
  std::int64_t until_ms = 0;
  std::int64_t uses_left = 0;
  std::string made_by;

  bool operator==(const token_record&) const = default;

  static constexpr auto fields() {
    using self = token_record;
    return std::make_tuple(model::field(1, "digest", &self::digest),
                           model::field(2, "until_ms", &self::until_ms),
                           model::field(3, "uses_left", &self::uses_left),
                           model::field(4, "made_by", &self::made_by));
  }
};

struct membership {
  std::optional<cluster_record> cluster;
  std::map<node_no, node_record> nodes;
  std::map<std::string, token_record> tokens;

  bool operator==(const membership&) const = default;
};

inline constexpr std::size_t nodes_max = 64;
inline constexpr std::size_t tokens_max = 100;

// Sent between nodes: append members only.
// -- commands ----------------------------------------------------------------------

/// The first node makes the cluster. Again by the same node: nothing happens.
struct found_cluster {
  cluster_record cluster;
  node_record first; ///< its number is the cluster's first

  static constexpr auto fields() {
    using self = found_cluster;
    return std::make_tuple(model::field(1, "cluster", &self::cluster),
                           model::field(2, "first", &self::first));
  }
};

struct make_token {
  token_record token;

  static constexpr auto fields() {
    using self = make_token;
    return std::make_tuple(model::field(1, "token", &self::token));
  }
};

struct revoke_token {
  std::string digest;

  static constexpr auto fields() {
    using self = revoke_token;
    return std::make_tuple(model::field(1, "digest", &self::digest));
  }
};

/// A newcomer with a token. The answer has its number. Its number is used up even if the newcomer
/// never hears it.
struct join_node {
  std::string digest;
  node_record node; ///< without number, mode and time

  static constexpr auto fields() {
    using self = join_node;
    return std::make_tuple(model::field(1, "digest", &self::digest),
                           model::field(2, "node", &self::node));
  }
};

/// A member says after each start where it is and what it speaks. Raises the protocol of the
/// cluster when no member is left that does not speak more.
struct announce_node {
  node_record node;

  static constexpr auto fields() {
    using self = announce_node;
    return std::make_tuple(model::field(1, "node", &self::node));
  }
};

struct set_mode {
  node_no node = 0;
  node_mode mode = node_mode::active;

  static constexpr auto fields() {
    using self = set_mode;
    return std::make_tuple(model::field(1, "node", &self::node),
                           model::field(2, "mode", &self::mode));
  }
};

/// The end of a node that is leaving and has nothing any more.
struct forget_node {
  node_no node = 0;
  std::uint64_t replicas = 0; ///< that it still has

  static constexpr auto fields() {
    using self = forget_node;
    return std::make_tuple(model::field(1, "node", &self::node),
                           model::field(2, "replicas", &self::replicas));
  }
};

/// Changes nothing; whoever asks is told what there is.
struct show_members {
  std::uint64_t unused = 0;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "unused", &show_members::unused));
  }
};

// Sent: append alternatives only.
using membership_command = std::variant<found_cluster, make_token, revoke_token, join_node,
                                        announce_node, set_mode, forget_node, show_members>;

/// A row by key; none erases it.
struct membership_row {
  std::string key;
  std::optional<std::string> value;

  bool operator==(const membership_row&) const = default;
};

struct membership_change {
  std::vector<membership_row> rows; ///< none where all is so already
  node_no node = 0;                 ///< whom it is about, if it is about one
};

/// Refusals are sentences for the operator, and change nothing.
result<membership_change> decide(const membership& now, const membership_command& asked,
                                 std::int64_t time_ms);

/// What the rows make of it. Unreadable rows are `corrupt`.
status evolve(membership& of, const membership_row& row);

/// Rows of the system's entity begin with it.
inline constexpr char membership_table = 'K';

} // namespace tutti::cluster
