#pragma once

#include "runtime/model/fields.hpp"

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

/// What the ends of a link say to one another themselves. Sent as stored records: fields are added,
/// never changed (docs/protocol.md).
namespace tutti::link {

using node_no = std::uint64_t;

/// Kinds of the link's own frames.
enum class word : std::uint16_t {
  hello = 1,
  ping = 2,
  pong = 3,
  join_request = 4,
  join_answer = 5,
  bye = 6, ///< a sentence: why the other end closes
};

inline constexpr std::uint16_t first_user_kind = 16;

/// The first word of both ends. With certificates the name in them counts, and this must agree.
struct hello {
  std::uint64_t protocol_min = 0;
  std::uint64_t protocol_max = 0;
  std::string cluster;
  std::uint64_t node = 0;
  std::uint64_t incarnation = 0; ///< another one at each start of the process
  std::string version;           ///< of the program, for people

  bool operator==(const hello&) const = default;

  static constexpr auto fields() {
    using self = hello;
    return std::make_tuple(model::field(1, "protocol_min", &self::protocol_min),
                           model::field(2, "protocol_max", &self::protocol_max),
                           model::field(3, "cluster", &self::cluster),
                           model::field(4, "node", &self::node),
                           model::field(5, "incarnation", &self::incarnation),
                           model::field(6, "version", &self::version));
  }
};

struct member_address {
  std::uint64_t node = 0;
  std::string address; ///< `host:port` of its links

  bool operator==(const member_address&) const = default;

  static constexpr auto fields() {
    using self = member_address;
    return std::make_tuple(model::field(1, "node", &self::node),
                           model::field(2, "address", &self::address));
  }
};

/// From a node without a certificate.
struct join_request {
  std::string secret;
  std::string key_request; ///< PEM
  std::string address;     ///< where its links will listen
  std::string version;

  bool operator==(const join_request&) const = default;

  static constexpr auto fields() {
    using self = join_request;
    return std::make_tuple(model::field(1, "secret", &self::secret),
                           model::field(2, "key_request", &self::key_request),
                           model::field(3, "address", &self::address),
                           model::field(4, "version", &self::version));
  }
};

struct join_answer {
  std::string refused; ///< a sentence; empty if accepted
  std::string cluster;
  std::uint64_t node = 0;
  std::string certificate;
  std::vector<member_address> members;
  std::int64_t shards = 0; ///< of the cluster

  bool operator==(const join_answer&) const = default;

  static constexpr auto fields() {
    using self = join_answer;
    return std::make_tuple(
      model::field(1, "refused", &self::refused), model::field(2, "cluster", &self::cluster),
      model::field(3, "node", &self::node), model::field(4, "certificate", &self::certificate),
      model::field(5, "members", &self::members), model::field(6, "shards", &self::shards));
  }
};

} // namespace tutti::link
