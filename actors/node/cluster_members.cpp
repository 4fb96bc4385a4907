#include "actors/node/cluster_part.hpp"
#include "actors/node/node.hpp"
#include "actors/node/version.hpp"
#include "runtime/base/log.hpp"

#include <caf/send.hpp>

#include <algorithm>

/// Who belongs to the cluster: saying so, hearing so, letting others in.
namespace tutti::actors {

namespace {

constexpr std::uint64_t protocol = 1;
constexpr auto hello_pause = std::chrono::milliseconds{1'000};
constexpr std::int64_t ms_per_s = 1000;

std::vector<std::string> labels_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    auto end = std::min(text.find(',', at), text.size());
    if (end > at)
      out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::vector<link::member_address> addresses_of(const engine::cluster_changed& members) {
  std::vector<link::member_address> out;
  for (auto& x : members.nodes)
    out.push_back({x.node, x.address});
  return out;
}

} // namespace

void cluster_part::ask(cluster::membership_command what,
                       std::function<void(result<engine::answer>)> done) {
  wire::gateway_actor gateway;
  {
    const std::lock_guard guard{lock_};
    gateway = gateway_;
  }
  if (!gateway) {
    done(error{ec::unavailable, "this node is starting or shutting down"});
    return;
  }
  wire::ask asked;
  asked.to = engine::cluster_entity();
  asked.what = engine::make_message(engine::cluster_order{std::move(what)});
  asked.done = std::move(done);
  caf::anon_send(gateway, std::move(asked));
}

/// Not where it is called: it waits for the disk.
void cluster_part::keep_seat() {
  world_.later(std::chrono::milliseconds{0}, [this] {
    cluster_seat seat;
    {
      const std::lock_guard guard{lock_};
      seat = seat_;
    }
    if (auto ok = world_.save_seat(seat); !ok)
      log::warning("members-not-saved", {{"why", ok.error().message}});
  });
}

/// `first_hand`: from the entity itself, not from another node.
void cluster_part::on_members(const engine::cluster_changed& members, bool first_hand) {
  // Of others' words only those count that say how new they are.
  if (members.nodes.empty() || (first_hand && links_->leaders().find(0).node != links_->self()))
    return;
  auto fresh = members;
  fresh.whole.authority_key.clear();
  if (first_hand)
    links_->tell_members(fresh);
  const auto version = links_->members_version();
  auto addresses = addresses_of(fresh);
  {
    const std::lock_guard guard{lock_};
    if (stopped_)
      return;
    members_ = fresh;
    if (addresses != seat_.members) {
      seat_.members = addresses;
      seat_.members_term = version.first;
      seat_.members_count = version.second;
      keep_seat();
    }
  }
  links_->set_members(std::move(addresses));
  care_->wake(fresh.nodes);
}

cluster::node_record cluster_part::own_record() const {
  cluster::node_record out;
  out.node = seat_.node;
  out.address = seat_.address;
  out.http = http_;
  out.labels = labels_of(options_.labels);
  out.protocol_min = protocol;
  out.protocol_max = protocol;
  out.version = program_version;
  return out;
}

void cluster_part::announce(const std::string& http) {
  {
    const std::lock_guard guard{lock_};
    http_ = http;
  }
  say_hello();
}

void cluster_part::say_hello() {
  cluster::membership_command word;
  auto founds = false;
  {
    const std::lock_guard guard{lock_};
    if (stopped_)
      return;
    founds = !seat_.authority_key.empty() || (seat_.founder && seat_.members.empty());
    if (founds) {
      cluster::found_cluster found;
      found.cluster.name = seat_.cluster;
      found.cluster.authority_certificate = seat_.authority;
      found.cluster.authority_key = seat_.authority_key;
      found.first = own_record();
      word = std::move(found);
    } else
      word = cluster::announce_node{own_record()};
  }
  ask(std::move(word), [this, founds](const result<engine::answer>& x) {
    const std::lock_guard guard{lock_};
    if (stopped_)
      return;
    if (!x)
      log::warning("cluster-hello-failed", {{"why", x.error().message}});
    if (x && !founds)
      return;
    if (x) {
      // The cluster keeps it from now on. What is left is to say what changes with each start.
      seat_.authority_key.clear();
      keep_seat();
    }
    world_.later(x ? std::chrono::milliseconds{0} : hello_pause, [this] { say_hello(); });
  });
}

void cluster_part::on_join(const link::join_request& asked, link::join_reply answer) {
  auto refuse = [answer](const std::string& why) {
    link::join_answer no;
    no.refused = why;
    answer(std::move(no));
  };
  auto digest = link::digest_of(asked.secret);
  if (!digest)
    return refuse(digest.error().message);
  cluster::join_node order;
  order.digest = *digest;
  order.node.address = asked.address;
  order.node.version = asked.version;
  order.node.protocol_min = protocol;
  order.node.protocol_max = protocol;
  ask(std::move(order), [this, refuse, answer,
                         request = asked.key_request](const result<engine::answer>& x) {
    if (!x)
      return refuse(x.error().message);
    auto* made = std::get_if<engine::cluster_changed>(&*x);
    if (!made)
      return refuse("an answer of another kind");
    link::join_answer yes;
    yes.cluster = made->whole.name;
    yes.node = made->node;
    yes.members = addresses_of(*made);
    yes.shards = shards_;
    if (!made->whole.authority_certificate.empty()) {
      const auto now = world_.wall_ms() / ms_per_s;
      constexpr std::int64_t day = 24 * 3600;
      auto certificate = link::issue({made->whole.authority_certificate, made->whole.authority_key},
                                     request, {made->whole.name, made->node},
                                     {now - day, now + node_certificate_days * day});
      if (!certificate)
        return refuse(certificate.error().message);
      yes.certificate = std::move(*certificate);
    }
    log::info("node-joined", {{"node", std::to_string(made->node)}});
    answer(std::move(yes));
  });
}

void cluster_part::make_token(std::int64_t valid_ms, std::int64_t uses, const std::string& caller,
                              std::function<void(result<std::string>)> done) {
  if (seat_.authority.empty()) {
    done(error{ec::precondition_failed,
               "the links of this cluster are in the clear: nodes join without a token, with "
               "--insecure"});
    return;
  }
  auto secret = link::make_secret();
  auto print = link::fingerprint_of(seat_.authority);
  auto digest = secret ? link::digest_of(*secret) : secret;
  if (!secret || !print || !digest) {
    done(!secret ? secret.error() : !print ? print.error() : digest.error());
    return;
  }
  cluster::make_token order;
  order.token = {*digest, world_.wall_ms() + valid_ms, uses, caller};
  ask(std::move(order),
      [done = std::move(done), token = link::to_string(link::join_token{*secret, *print})](
        const result<engine::answer>& x) { done(x ? result<std::string>{token} : x.error()); });
}

} // namespace tutti::actors
