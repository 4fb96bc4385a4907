#include "actors/node/cluster_part.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <set>

/// What is to be seen of a cluster: members, leaders, copies.
namespace tutti::actors {

namespace {

const char* text_of(cluster::node_mode x) {
  switch (x) {
    case cluster::node_mode::active:
      return "active";
    case cluster::node_mode::cordoned:
      return "cordoned";
    case cluster::node_mode::draining:
      return "draining";
    case cluster::node_mode::leaving:
      return "leaving";
  }
  return "unknown";
}

} // namespace

bool cluster_part::leaders_known() const {
  auto all = links_->leaders().all();
  return std::all_of(all.begin(), all.end(), [](auto& x) { return x.node != 0; });
}

void cluster_part::describe(std::function<void(boost::json::object)> done) {
  constexpr auto patience = std::chrono::milliseconds{1'000};
  links_->survey(patience, [this, done = std::move(done)](const std::vector<surveyed_node>& seen) {
    done(described(seen));
  });
}

boost::json::object cluster_part::described(const std::vector<surveyed_node>& seen) const {
  struct counts {
    std::uint64_t leads = 0;
    std::uint64_t replicas = 0;
    std::uint64_t learners = 0;
    std::uint64_t jobs = 0;
    std::uint64_t job_slots = 0;
    bool answered = false;
    bool read_only = false;
  };

  engine::cluster_changed members;
  {
    const std::lock_guard guard{lock_};
    members = members_;
  }
  std::vector<cluster::node_view> views;
  for (auto& x : members.nodes)
    views.push_back({x.node, x.mode, true, 0, false});
  cluster::placement_rules rules;
  rules.replicas = static_cast<std::size_t>(options_.replicas);
  const auto wanted = cluster::wanted_voters(views, rules);

  std::map<cluster::node_no, counts> of;
  for (auto& node : seen) {
    auto& mine = of[node.node];
    mine.answered = true;
    mine.jobs = node.jobs;
    mine.job_slots = node.job_slots;
    mine.read_only = node.read_only;
  }
  std::uint64_t whole = 0;
  std::uint64_t moving = 0;
  boost::json::array incomplete;
  std::set<engine::shard_no> led;
  for (auto& x : newest_views(seen)) {
    led.insert(x.shard);
    ++of[x.leader].leads;
    for (auto node : x.voters)
      ++of[node].replicas;
    for (auto node : x.learners)
      ++of[node].learners;
    auto up = std::count_if(x.voters.begin(), x.voters.end(),
                            [&](auto node) { return of[node].answered; });
    if (static_cast<std::size_t>(up) >= wanted)
      ++whole;
    else
      incomplete.push_back(x.shard);
    if (x.changing || !x.learners.empty())
      ++moving;
  }
  boost::json::array without;
  for (engine::shard_no shard = 0; shard < shards_; ++shard)
    if (!led.contains(shard))
      without.push_back(shard);

  std::map<cluster::node_no, link::peer_state> peers;
  for (auto& x : links_->peers())
    peers.emplace(x.node, x);
  boost::json::array nodes;
  for (auto& x : members.nodes) {
    auto& count = of[x.node];
    const auto self = x.node == links_->self();
    boost::json::array labels(x.labels.begin(), x.labels.end());
    boost::json::object one{
      {"node", x.node},
      {"mode", text_of(x.mode)},
      {"up", self || count.answered},
      {"read_only", count.read_only},
      {"address", x.address},
      {"http", x.http},
      {"labels", std::move(labels)},
      {"version", x.version},
      {"joined_ms", x.joined_ms},
      {"leads", count.leads},
      {"replicas", count.replicas},
      {"learners", count.learners},
      {"jobs", count.jobs},
      {"job_slots", count.job_slots},
    };
    if (!self && !count.answered)
      one["why"] = peers.contains(x.node) ? peers[x.node].last_error : "no link to it yet";
    nodes.push_back(std::move(one));
  }
  return {
    {"name", seat_.cluster},
    {"node", links_->self()},
    {"protocol", members.whole.protocol},
    {"replicas_wanted", wanted},
    {"encrypted", !seat_.authority.empty()},
    {"shards",
     {{"total", shards_},
      {"whole", whole},
      {"moving", moving},
      {"without_leader", std::move(without)},
      {"incomplete", std::move(incomplete)}}},
    {"nodes", std::move(nodes)},
  };
}

} // namespace tutti::actors
