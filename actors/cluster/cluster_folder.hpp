#pragma once

#include "actors/link/trust.hpp"
#include "actors/link/words.hpp"
#include "runtime/cluster/placement.hpp"
#include "runtime/engine/address.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tutti::config {

struct node_options;

} // namespace tutti::config

namespace tutti::actors {

/// What a node keeps of its cluster beside the shards: what it needs to speak to the others before
/// it can read anything. File `cluster` of the data folder, readable by its owner only.
struct cluster_seat {
  std::string cluster;
  cluster::node_no node = 0;
  std::string address; ///< of its links, `HOST:PORT`
  std::int64_t shards = 0;
  /// PEM; all empty where links are in the clear.
  std::string certificate;
  std::string key;
  std::string authority;
  /// Of the founder until the cluster keeps it.
  std::string authority_key;
  /// As this node has last heard of them.
  std::vector<link::member_address> members;
  /// This node began the cluster: its groups begin with it.
  bool founder = false;
  /// Of the word about members: an older one that somebody passes on is no news after a restart.
  std::uint64_t members_term = 0;
  std::uint64_t members_count = 0;

  bool operator==(const cluster_seat&) const = default;

  static constexpr auto fields() {
    using self = cluster_seat;
    return std::make_tuple(
      model::field(1, "cluster", &self::cluster), model::field(2, "node", &self::node),
      model::field(3, "address", &self::address), model::field(4, "shards", &self::shards),
      model::field(5, "certificate", &self::certificate), model::field(6, "key", &self::key),
      model::field(7, "authority", &self::authority),
      model::field(8, "authority_key", &self::authority_key),
      model::field(9, "members", &self::members), model::field(10, "founder", &self::founder),
      model::field(11, "members_term", &self::members_term),
      model::field(12, "members_count", &self::members_count));
  }
};

/// How long certificates of nodes and of the authority hold, in days.
inline constexpr std::int64_t node_certificate_days = 3650;
inline constexpr std::int64_t authority_certificate_days = 7300;

/// The seat of a node: as its folder says, or made now because the options ask to begin a cluster
/// or to join one; none for a node that is alone. `now_s` is Unix time. Errors say what to do.
result<std::optional<cluster_seat>> take_seat(const config::node_options& options,
                                              const std::string& version, std::int64_t now_s);

/// Writes the file anew, as one step.
status save_seat(const std::filesystem::path& data, const cluster_seat& what);

/// What this node shows to others; none where links are in the clear.
std::optional<link::node_identity> identity_of(const cluster_seat& what);

} // namespace tutti::actors
