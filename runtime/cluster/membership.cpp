#include "runtime/cluster/membership.hpp"

#include "runtime/base/overload.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>
#include <limits>

namespace tutti::cluster {

namespace {

const std::string cluster_key = "Kc";
constexpr std::size_t address_max = 300;
constexpr std::size_t labels_max = 32;
constexpr std::size_t label_chars_max = 128;

std::string node_key(node_no node) {
  std::string key = "Kn";
  for (auto shift = 56; shift >= 0; shift -= 8)
    key += static_cast<char>((node >> static_cast<unsigned>(shift)) & 0xFFU);
  return key;
}

std::string token_key(const std::string& digest) {
  return "Kt" + digest;
}

membership_row row_of(const cluster_record& x) {
  return {cluster_key, model::encode(x)};
}

membership_row row_of(const node_record& x) {
  return {node_key(x.node), model::encode(x)};
}

membership_row row_of(const token_record& x) {
  return {token_key(x.digest), model::encode(x)};
}

error refused(std::string why) {
  return {ec::precondition_failed, std::move(why)};
}

std::string named(node_no node) {
  return "node " + std::to_string(node);
}

std::string range_of(const node_record& x) {
  return std::to_string(x.protocol_min) + " to " + std::to_string(x.protocol_max);
}

class decider {
public:
  decider(const membership& now, std::int64_t time_ms) : now_(now), time_(time_ms) {}

  result<membership_change> operator()(const found_cluster& x) const {
    if (now_.cluster)
      return now_.cluster->name == x.cluster.name
               ? result<membership_change>{membership_change{}}
               : refused("this data folder belongs to the cluster '" + now_.cluster->name
                         + "', not to '" + x.cluster.name + "'");
    if (auto ok = check(x.first); !ok)
      return ok.error();
    auto made = x.cluster;
    made.created_ms = time_;
    made.protocol = x.first.protocol_max;
    auto first = x.first;
    first.node = made.next_node++;
    first.mode = node_mode::active;
    first.joined_ms = time_;
    return membership_change{{row_of(made), row_of(first)}, first.node};
  }

  result<membership_change> operator()(const make_token& x) const {
    membership_change change;
    std::size_t left = 0;
    for (auto& [digest, token] : now_.tokens) {
      if (usable(token))
        ++left;
      else
        change.rows.push_back({token_key(digest), {}});
    }
    if (left >= tokens_max)
      return refused("there are " + std::to_string(left)
                     + " join tokens already; wait until some have ended, or revoke them");
    if (x.token.until_ms <= time_ || x.token.uses_left < 1)
      return error{ec::bad_request, "a join token must end in the future and serve at least once"};
    change.rows.push_back(row_of(x.token));
    return change;
  }

  result<membership_change> operator()(const revoke_token& x) const {
    if (!now_.tokens.contains(x.digest))
      return error{ec::not_found, "there is no such join token"};
    return membership_change{{{token_key(x.digest), {}}}, 0};
  }

  result<membership_change> operator()(const join_node& x) const {
    if (!now_.cluster)
      return refused("this node is not in a cluster");
    // Links in the clear prove nothing, so a token would not either.
    const auto open = now_.cluster->authority_certificate.empty();
    auto token = now_.tokens.find(x.digest);
    if (!open && (token == now_.tokens.end() || !usable(token->second)))
      return refused("the join token is unknown, has ended or is used up; make a new one with "
                     "'tutti node token'");
    if (now_.nodes.size() >= nodes_max)
      return refused("the cluster has " + std::to_string(nodes_max) + " nodes, which is the most");
    if (auto ok = check(x.node); !ok)
      return ok.error();
    if (auto ok = check_protocol(x.node); !ok)
      return ok.error();
    for (auto& [node, other] : now_.nodes)
      if (other.address == x.node.address)
        return refused(named(node) + " has the address " + other.address
                       + " already; if it is gone for ever: tutti node remove "
                       + std::to_string(node));
    auto cluster = *now_.cluster;
    auto fresh = x.node;
    fresh.node = cluster.next_node++;
    fresh.mode = node_mode::active;
    fresh.joined_ms = time_;
    membership_change change{{row_of(cluster), row_of(fresh)}, fresh.node};
    if (open)
      return change;
    auto used = token->second;
    --used.uses_left;
    change.rows.push_back(used.uses_left > 0 ? row_of(used)
                                             : membership_row{token_key(used.digest), {}});
    return change;
  }

  result<membership_change> operator()(const announce_node& x) const {
    auto known = now_.nodes.find(x.node.node);
    if (known == now_.nodes.end() || !now_.cluster)
      return refused(named(x.node.node) + " is no member of this cluster (any more)");
    if (auto ok = check(x.node); !ok)
      return ok.error();
    if (auto ok = check_protocol(x.node); !ok)
      return ok.error();
    auto fresh = x.node;
    fresh.mode = known->second.mode;
    fresh.joined_ms = known->second.joined_ms;
    membership_change change{{}, fresh.node};
    if (fresh != known->second)
      change.rows.push_back(row_of(fresh));
    raise_protocol(change, fresh);
    return change;
  }

  result<membership_change> operator()(const set_mode& x) const {
    auto known = now_.nodes.find(x.node);
    if (known == now_.nodes.end())
      return error{ec::not_found, "there is no " + named(x.node) + " in this cluster"};
    if (known->second.mode == x.mode)
      return membership_change{{}, x.node};
    if (known->second.mode == node_mode::leaving)
      return refused(named(x.node) + " is leaving for ever; join it again as a new node");
    if (x.mode == node_mode::leaving && !others_stay(x.node))
      return refused(named(x.node) + " is the last that stays: the cluster would end with it");
    auto changed = known->second;
    changed.mode = x.mode;
    return membership_change{{row_of(changed)}, x.node};
  }

  result<membership_change> operator()(const forget_node& x) const {
    auto known = now_.nodes.find(x.node);
    if (known == now_.nodes.end())
      return membership_change{{}, x.node};
    if (known->second.mode != node_mode::leaving)
      return refused(named(x.node) + " is not leaving; first: tutti node remove "
                     + std::to_string(x.node));
    if (x.replicas > 0)
      return refused(named(x.node) + " still has " + std::to_string(x.replicas) + " replicas");
    membership_change change{{{node_key(x.node), {}}}, x.node};
    raise_protocol(change, {});
    return change;
  }

  result<membership_change> operator()(const show_members&) const { return membership_change{}; }

private:
  bool usable(const token_record& x) const { return x.until_ms > time_ && x.uses_left > 0; }

  bool others_stay(node_no but) const {
    return std::any_of(now_.nodes.begin(), now_.nodes.end(), [&](auto& x) {
      return x.first != but && x.second.mode != node_mode::leaving;
    });
  }

  static status check(const node_record& x) {
    if (x.address.empty() || x.address.size() > address_max || x.http.size() > address_max
        || x.address.find(':') == std::string::npos)
      return error{ec::bad_request, "the address '" + x.address.substr(0, address_max)
                                      + "' of a node must be HOST:PORT"};
    if (x.labels.size() > labels_max)
      return error{ec::bad_request, "a node has at most " + std::to_string(labels_max)
                                      + " labels, found " + std::to_string(x.labels.size())};
    for (auto& label : x.labels)
      if (label.size() > label_chars_max || label.find('=') == std::string::npos)
        return error{ec::bad_request, "the label '" + label.substr(0, label_chars_max)
                                        + "' must be KEY=VALUE of at most "
                                        + std::to_string(label_chars_max) + " characters"};
    if (x.protocol_min > x.protocol_max)
      return error{ec::bad_request,
                   "a node speaks the protocol " + range_of(x) + ", which is no range"};
    return unit{};
  }

  status check_protocol(const node_record& x) const {
    const auto needed = now_.cluster->protocol;
    if (needed < x.protocol_min)
      return refused("the cluster writes the protocol " + std::to_string(needed)
                     + ", this program speaks " + range_of(x)
                     + "; upgrade the other nodes first, one release at a time");
    if (needed > x.protocol_max)
      return refused("the cluster writes the protocol " + std::to_string(needed)
                     + ", this program speaks " + range_of(x) + "; install a newer one");
    return unit{};
  }

  /// Records of a new form may be written only when nobody is left who cannot read them.
  void raise_protocol(membership_change& change, const node_record& fresh) const {
    auto most = std::numeric_limits<std::uint64_t>::max();
    for (auto& [node, x] : now_.nodes)
      if (fresh.node == node)
        most = std::min(most, fresh.protocol_max);
      else if (node != change.node || fresh.node != 0)
        most = std::min(most, x.protocol_max);
    if (most == std::numeric_limits<std::uint64_t>::max() || most <= now_.cluster->protocol)
      return;
    auto raised = *now_.cluster;
    raised.protocol = most;
    change.rows.push_back(row_of(raised));
  }

  const membership& now_;
  std::int64_t time_;
};

template <class T>
status load(const membership_row& row, T& into) {
  auto read = model::decode<T>(*row.value);
  if (!read)
    return error{ec::corrupt,
                 "a row of the members of the cluster cannot be read: " + read.error().message};
  into = std::move(*read);
  return unit{};
}

} // namespace

result<membership_change> decide(const membership& now, const membership_command& asked,
                                 std::int64_t time_ms) {
  return std::visit(decider{now, time_ms}, asked);
}

status evolve(membership& of, const membership_row& row) {
  if (row.key.size() < 2 || row.key[0] != membership_table)
    return error{ec::corrupt, "a row of the members of the cluster has a wrong key"};
  const auto rest = std::string_view{row.key}.substr(2);
  switch (row.key[1]) {
    case 'c': {
      if (!row.value) {
        of.cluster.reset();
        return unit{};
      }
      of.cluster.emplace();
      return load(row, *of.cluster);
    }
    case 'n': {
      node_no node = 0;
      for (auto c : rest)
        node = (node << 8U) | static_cast<unsigned char>(c);
      if (!row.value) {
        of.nodes.erase(node);
        return unit{};
      }
      return load(row, of.nodes[node]);
    }
    case 't': {
      if (!row.value) {
        of.tokens.erase(std::string{rest});
        return unit{};
      }
      return load(row, of.tokens[std::string{rest}]);
    }
    default:
      // A newer program may keep more; it is no business of this one.
      return unit{};
  }
}

} // namespace tutti::cluster
