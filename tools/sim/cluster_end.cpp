#include "storage/raft/membership.hpp"
#include "tools/sim/checks.hpp"
#include "tools/sim/cluster_world.hpp"

/// A whole run: until everything rests, and what must hold then.
namespace tutti::sim {

namespace {

constexpr std::uint64_t events_max = 6'000'000;
constexpr time_ms span_max = 24 * 3600 * 1000;
constexpr time_ms begin_time = 1'800'000'000'000;

} // namespace

bool cluster_world::calm() {
  if (!clients_ || !any_up() || !clients_->content() || !unharmed() || joins_wanted_ > 0
      || joining_)
    return false;
  for (auto& [number, n] : nodes_) {
    if (!n->gone && !n->now)
      return false;
    if (!n->jobs->running().empty())
      return false;
  }
  // Seldom, since it reads the lists of what is under way.
  return ++looks_ % 256 == 0 && rows_at_rest(rows_, options_.shards);
}

std::string cluster_world::pending_text() {
  auto links_of = [](sim_node& n) {
    std::string out = " hears";
    if (n.part)
      for (auto& peer : n.part->links().peers())
        out += (peer.up ? " " : " not ") + std::to_string(peer.node);
    return out;
  };
  std::string nodes;
  for (auto& [number, n] : nodes_)
    nodes += " " + std::to_string(number)
             + (n->gone  ? " gone"
                : n->now ? " up"
                         : " down")
             + (n->paused ? " paused" : "") + links_of(*n) + " "
             + std::to_string(n->jobs->running().size()) + " jobs;";
  return "left:" + rows_left(rows_, options_.shards) + "; nodes:" + nodes + " "
         + std::to_string(found_.events) + " events, " + std::to_string((now_ - begin_time) / 1000)
         + " s, " + std::to_string(clients_ ? clients_->unacknowledged() : 0)
         + " starts not acknowledged, " + std::to_string(asks_.size()) + " questions open, "
         + std::to_string(unhealed_) + " faults not over, " + std::to_string(joins_wanted_)
         + " nodes to join";
}

/// Empty if all replicas of all shards have the same rows.
std::string cluster_world::compare() {
  for (shard_no shard = 0; shard < options_.shards; ++shard) {
    auto* best = newest(shard);
    auto at = best ? best->position(shard) : error{ec::unavailable, "no node is up"};
    if (!at)
      return at.error().message;
    auto members = raft::members_of(at->conf_state);
    if (!members)
      return members.error().message;
    for (auto& member : *members) {
      auto found = nodes_.find(member.id);
      if (found == nodes_.end() || !found->second->now)
        return "shard " + std::to_string(shard) + " has a replica on node "
               + std::to_string(member.id) + ", which is not there";
      auto& store = found->second->now->store();
      auto there = store.position(shard);
      if (!there || there->applied != at->applied)
        return "node " + std::to_string(member.id) + " is behind in shard " + std::to_string(shard);
      std::string mine;
      std::string theirs;
      auto collect = [](std::string& out) {
        return [&out](std::string_view key, std::string_view value) {
          out.append(key).append("\0", 1).append(value).append("\0", 1);
          return true;
        };
      };
      if (!best->scan(shard, {}, {}, collect(mine)) || !store.scan(shard, {}, {}, collect(theirs))
          || mine != theirs)
        return "node " + std::to_string(member.id) + " has other rows in shard "
               + std::to_string(shard) + " after the same entries";
    }
  }
  return {};
}

/// All replicas get the same rows, soon.
bool cluster_world::converge() {
  constexpr time_ms patience = 120'000;
  const auto until = now_ + patience;
  std::string why;
  while (now_ < until && found_.events < events_max) {
    for (auto i = 0; i < 500; ++i)
      act();
    why = compare();
    if (why.empty())
      return true;
  }
  say("the replicas do not become equal: " + why);
  return false;
}

void cluster_world::finish() {
  ending_ = true;
  if (!found_.violations.empty() || !converge())
    return;
  check_always(rows_, options_.shards, found_.violations);
  check_rows(rows_, options_.shards, found_.violations);
  found_.runs = clients_->check();
  for (auto& [number, n] : nodes_)
    if (n->now && n->now->failures() != 0)
      say("node " + std::to_string(number) + " could not handle "
          + std::to_string(n->now->failures()) + " messages");
}

verdict cluster_world::run() {
  now_ = begin_time;
  settings_.shards = options_.shards;
  settings_.dead_after_ms = dice(2) == 0 ? 20'000 : 600'000;
  settings_.insecure = true;
  faults_left_ = static_cast<int>(dice(static_cast<std::uint64_t>(options_.faults_max) + 1));
  removals_left_ = 1;
  joins_wanted_ = options_.nodes - 1 + (dice(3) == 0 ? 1 : 0);
  actors::cluster_seat founder;
  founder.cluster = "sim";
  founder.node = 1;
  founder.address = "127.0.0.1:" + std::to_string(++last_port_);
  founder.shards = options_.shards;
  founder.founder = true;
  make_node(std::move(founder));
  // Sometimes work begins before the others are there.
  const auto alone = dice(3) == 0;
  auto rested = false;
  while (found_.violations.empty() && found_.events < events_max && now_ < begin_time + span_max
         && !(rested = calm() && !clients_->restart_some() && !clients_->delete_some())) {
    if (!clients_ && (alone || nodes_.size() >= static_cast<std::size_t>(options_.nodes))
        && dice(200) == 0)
      clients_.emplace(client_options{options_.shards, options_.workflows, options_.starts, false},
                       *this, random_, found_.violations);
    act();
  }
  if (found_.violations.empty() && !rested)
    say("did not come to rest: " + pending_text());
  finish();
  dying_ = true;
  for (auto& [number, n] : nodes_)
    if (n->now) {
      n->jobs->daemon_ends();
      n->part->stop();
      n->now.reset();
      n->part.reset();
    }
  return std::move(found_);
}

} // namespace tutti::sim
