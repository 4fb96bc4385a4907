#include "runtime/base/log.hpp"
#include "runtime/sel/evaluator.hpp"
#include "tools/sim/cluster_world.hpp"

#include <algorithm>
#include <deque>

/// Machines and daemons that come and go, and the pictures that they send.
namespace tutti::sim {

namespace {

/// A picture that has crossed the network.
class carried_picture final : public storage::shard_snapshot {
public:
  carried_picture(storage::snapshot_header header, std::deque<std::string> chunks)
    : header_(std::move(header)),
      chunks_(std::move(chunks)) {}

  const storage::snapshot_header& header() const override { return header_; }

  result<std::string> next(std::size_t) override {
    if (chunks_.empty())
      return std::string{};
    auto out = std::move(chunks_.front());
    chunks_.pop_front();
    return out;
  }

private:
  storage::snapshot_header header_;
  std::deque<std::string> chunks_;
};

std::shared_ptr<storage::shard_snapshot> copy_of(storage::shard_snapshot& from) {
  constexpr std::size_t chunk_bytes = 4096;
  std::deque<std::string> chunks;
  for (;;) {
    auto next = from.next(chunk_bytes);
    if (!next)
      return nullptr;
    if (next->empty())
      break;
    chunks.push_back(std::move(*next));
  }
  return std::make_shared<carried_picture>(from.header(), std::move(chunks));
}

} // namespace

void carrier::carry(wire::raft_mail what) {
  auto mail = std::make_shared<wire::raft_mail>(std::move(what));
  world_.later(deps_.self, 0, 2 + static_cast<time_ms>(world_.dice(200)),
               [&world = world_, from = deps_.self, mail] { world.take_picture(from, mail); });
}

// -- nodes ----------------------------------------------------------------------------------------

sim_node& cluster_world::make_node(actors::cluster_seat seat) {
  auto made = std::make_unique<sim_node>();
  auto& n = *made;
  n.number = seat.node;
  n.seat = std::move(seat);
  n.disk = std::make_shared<storage::memory_disk>();
  n.around.now = now_;
  n.around.random.seed(options_.seed * 1000 + n.number);
  n.around.make_uuid = [this] { return uuids_(); };
  n.around.on_work = [this, &n](const wire::work& x) { on_work(n, x); };
  n.around.language = sel::make_evaluator(
    {{{}, [&n] { return n.around.now; }, [this] { return expression_random_(); }, {}}, {}});
  n.jobs = std::make_shared<machine>(machine::hooks{
    [this, &n](const std::string& uuid) { on_start(n, uuid); },
    [this, number = n.number](const std::string& uuid, const worker::job_event& what) {
      on_job_event(number, uuid, what);
    },
    [this] { return now_; }});
  nodes_.emplace(n.number, std::move(made));
  begin_process(n);
  return n;
}

void cluster_world::begin_process(sim_node& n) {
  const auto life_no = ++n.life_no;
  actors::outside_world world;
  world.connect = net_.maker();
  world.carrier =
    [this, &n](actors::courier_deps deps,
               const actors::picture_limits&) -> result<std::shared_ptr<actors::picture_carrier>> {
    auto made = std::make_shared<carrier>(*this, std::move(deps));
    n.pictures = made;
    return std::shared_ptr<actors::picture_carrier>{made};
  };
  world.later = [this, &n, life_no](std::chrono::milliseconds pause, std::function<void()> call) {
    later(n.number, life_no, pause.count(), std::move(call));
  };
  world.steady_ms = [this] { return now_; };
  world.wall_ms = [&n] { return n.around.now; };
  world.save_seat = [&n](const actors::cluster_seat& seat) {
    n.seat = seat;
    return status{unit{}};
  };
  n.around.now = now_ + n.skew;
  n.jobs->daemon_begins();
  n.part = std::make_unique<actors::cluster_part>(n.seat, settings_, options_.shards,
                                                  std::move(world));
  life_options how;
  how.shards = options_.shards;
  how.sabotage = options_.sabotage;
  how.groups.node = n.number;
  how.groups.voters.clear();
  if (n.seat.founder)
    how.groups.voters.push_back(n.number);
  // Short, so that pictures are needed often.
  how.groups.log_keep = 30;
  how.cluster = n.part.get();
  how.runner = n.jobs;
  how.forget_job = [&n](const std::string& uuid) { n.jobs->forget(uuid); };
  how.job_count = [&n] { return static_cast<std::uint64_t>(n.jobs->running().size()); };
  how.skip_fence = options_.skip_fence;
  n.now.emplace(n.around, n.disk, std::move(how));
  n.part->announce("");
  ++found_.lives;
}

void cluster_world::end_process(sim_node& n) {
  dying_ = true;
  n.jobs->daemon_ends();
  n.part->stop();
  n.now.reset();
  n.part.reset();
  dying_ = false;
  ++n.life_no;
  if (n.paused)
    stop_pause(n);
  std::vector<std::function<void(result<engine::answer>)>> lost;
  std::erase_if(asks_, [&](auto& x) {
    if (x.second.node != n.number)
      return false;
    lost.push_back(std::move(x.second.done));
    return true;
  });
  for (auto& done : lost)
    done(error{ec::unavailable, "the node died"});
}

void cluster_world::crash(sim_node& n, bool power) {
  log::debug("sim-crash", {{"node", std::to_string(n.number)}, {"power", power ? "1" : "0"}});
  n.disk->crash(random_());
  end_process(n);
  if (power)
    n.jobs->lose_all();
  ++unhealed_;
  later(0, 0, 50 + static_cast<time_ms>(dice(dice(4) == 0 ? 90'000 : 5'000)), [this, &n] {
    --unhealed_;
    if (!n.gone)
      begin_process(n);
  });
}

void cluster_world::order(cluster::membership_command what,
                          std::function<void(result<engine::answer>)> done) {
  ask(engine::cluster_entity(), engine::make_message(engine::cluster_order{std::move(what)}),
      std::move(done));
}

/// As a new node does it: it asks anybody, and tries again under another address if it hears
/// nothing.
void cluster_world::join() {
  joining_ = true;
  cluster::join_node word;
  word.node.address = "127.0.0.1:" + std::to_string(++last_port_);
  order(word, [this, address = word.node.address](const result<engine::answer>& x) {
    joining_ = false;
    if (x)
      on_joined(std::get<engine::cluster_changed>(*x), address);
  });
}

void cluster_world::on_joined(const engine::cluster_changed& x, const std::string& address) {
  --joins_wanted_;
  actors::cluster_seat seat;
  seat.cluster = x.whole.name;
  seat.node = x.node;
  seat.address = address;
  seat.shards = options_.shards;
  for (auto& member : x.nodes)
    seat.members.push_back({member.node, member.address});
  log::debug("sim-join", {{"node", std::to_string(x.node)}});
  make_node(std::move(seat));
}

/// Whoever has left is switched off.
void cluster_world::watch_leaving(node_no node) {
  order(cluster::show_members{}, [this, node](const result<engine::answer>& x) {
    auto* members = x ? std::get_if<engine::cluster_changed>(&*x) : nullptr;
    auto& n = *nodes_.at(node);
    if (members && std::none_of(members->nodes.begin(), members->nodes.end(), [&](auto& m) {
          return m.node == node;
        })) {
      --unhealed_;
      n.gone = true;
      if (n.now)
        end_process(n);
      log::debug("sim-gone", {{"node", std::to_string(node)}});
      return;
    }
    constexpr time_ms pause = 2'000;
    later(0, 0, pause, [this, node] { watch_leaving(node); });
  });
}

void cluster_world::take_picture(node_no from, const std::shared_ptr<wire::raft_mail>& mail) {
  auto source = nodes_.at(from)->pictures.lock();
  if (!source)
    return;
  auto target = nodes_.find(mail->to);
  auto ok = false;
  if (target != nodes_.end() && net_.connected(from, mail->to) && dice(10) != 0)
    if (auto at = target->second->pictures.lock()) {
      auto copy = *mail;
      copy.picture = copy_of(*mail->picture);
      ok = copy.picture != nullptr;
      if (ok)
        at->deps().deliver(std::move(copy));
    }
  source->deps().report({mail->shard, mail->to, ok});
}

} // namespace tutti::sim
