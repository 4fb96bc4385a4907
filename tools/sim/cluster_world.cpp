#include "tools/sim/cluster_world.hpp"

#include "actors/node/cluster_part.hpp"
#include "actors/node/uuid.hpp"
#include "actors/run/executor.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/overload.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/engine/workflow_core.hpp"
#include "runtime/model/stored.hpp"
#include "runtime/sel/evaluator.hpp"
#include "storage/raft/membership.hpp"
#include "tools/sim/checks.hpp"
#include "tools/sim/clients.hpp"
#include "tools/sim/life.hpp"
#include "tools/sim/machine.hpp"
#include "tools/sim/network.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <memory>
#include <optional>

namespace tutti::sim {

namespace {

constexpr std::uint64_t events_max = 6'000'000;
constexpr time_ms span_max = 3 * 3600 * 1000;
constexpr time_ms begin_time = 1'800'000'000'000;
/// What a client waits for an answer.
constexpr time_ms patience_ms = 45'000;

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

class carrier;

/// A machine with its disk and its processes, and the daemon on it.
struct sim_node {
  node_no number = 0;
  actors::cluster_seat seat; ///< as its disk has it
  std::shared_ptr<storage::memory_disk> disk;
  std::shared_ptr<machine> jobs;
  outside around;
  time_ms skew = 0; ///< of its wall clock
  std::unique_ptr<actors::cluster_part> part;
  std::optional<life> now;
  std::weak_ptr<carrier> pictures;
  std::uint64_t life_no = 0;
  bool paused = false;
  bool full = false;
  bool gone = false;  ///< left the cluster for ever
  time_ms missed = 0; ///< while paused
};

class cluster_world;

class carrier final : public actors::picture_carrier {
public:
  carrier(cluster_world& world, actors::courier_deps deps)
    : world_(world),
      deps_(std::move(deps)) {}

  void carry(wire::raft_mail what) override;

  bool on_frame(link::node_no, link::frame_kind, std::string_view) override { return true; }

  void on_down(link::node_no) override {}

  const actors::courier_deps& deps() const { return deps_; }

private:
  cluster_world& world_;
  actors::courier_deps deps_;
};

class cluster_world : public front {
public:
  explicit cluster_world(const world_options& options)
    : options_(options),
      random_(options.seed),
      expression_random_(options.seed ^ 0x5e1ULL),
      net_(random_),
      uuids_(options.seed ^ 0x5eedULL),
      rows_(*this) {}

  verdict run();

  // -- what clients see ---------------------------------------------------------------------------

  void ask(engine::entity_id to, engine::message_ptr what,
           std::function<void(result<engine::answer>)> done) override;

  const storage::read_view& rows() const override { return rows_; }

  time_ms now() const override { return now_; }

  std::string make_uuid() override { return uuids_(); }

  // -- for carriers -------------------------------------------------------------------------------

  std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }

  void take_picture(node_no from, const std::shared_ptr<wire::raft_mail>& mail);

  /// Calls it unless that life of the node is over by then; node 0 is the world.
  void later(node_no node, std::uint64_t life_no, time_ms pause, std::function<void()> call) {
    events_.emplace(now_ + pause, event{node, life_no, std::move(call)});
  }

private:
  struct event {
    node_no node = 0;
    std::uint64_t life_no = 0;
    std::function<void()> call;
  };

  struct open_ask {
    node_no node = 0;
    std::function<void(result<engine::answer>)> done;
  };

  /// Each shard where most of it is applied.
  class newest_rows final : public storage::read_view {
  public:
    explicit newest_rows(const cluster_world& world) : world_(world) {}

    result<std::optional<std::string>> get(storage::shard_id shard,
                                           std::string_view key) const override {
      auto* store = world_.newest(shard);
      if (!store)
        return nobody;
      return store->get(shard, key);
    }

    status scan(storage::shard_id shard, std::string_view from, std::string_view to,
                const row_visitor& visit) const override {
      auto* store = world_.newest(shard);
      return store ? store->scan(shard, from, to, visit) : status{nobody};
    }

    status scan_back(storage::shard_id shard, std::string_view from, std::string_view to,
                     const row_visitor& visit) const override {
      auto* store = world_.newest(shard);
      return store ? store->scan_back(shard, from, to, visit) : status{nobody};
    }

    result<storage::shard_position> position(storage::shard_id shard) const override {
      auto* store = world_.newest(shard);
      if (!store)
        return nobody;
      return store->position(shard);
    }

  private:
    inline static const error nobody{ec::unavailable, "no node is up"};

    const cluster_world& world_;
  };

  void say(std::string what) {
    if (found_.violations.size() < 20)
      found_.violations.push_back(std::move(what));
  }

  const storage::node_store* newest(storage::shard_id shard) const;
  std::vector<sim_node*> nodes_up();
  sim_node* any_up();

  // -- nodes --------------------------------------------------------------------------------------

  sim_node& make_node(actors::cluster_seat seat);
  void begin_process(sim_node& n);
  void end_process(sim_node& n);
  void crash(sim_node& n, bool power);
  void join();
  void on_joined(const engine::cluster_changed& x, const std::string& address);
  void order(cluster::membership_command what, std::function<void(result<engine::answer>)> done);
  void watch_leaving(node_no node);

  // -- faults -------------------------------------------------------------------------------------

  void break_something();
  void cut_some();
  void pause_one();
  void stop_pause(sim_node& n);
  bool unharmed() const;

  // -- steps --------------------------------------------------------------------------------------

  void act();
  void pass_to(time_ms time);
  time_ms next_time();
  bool clients_act();
  void read_one();
  void on_work(const sim_node& n, const wire::work& x);
  void on_start(const sim_node& n, const std::string& uuid);
  void on_job_event(node_no node, const std::string& uuid, const worker::job_event& what);

  // -- the end ------------------------------------------------------------------------------------

  bool calm();
  bool rows_are_calm();
  std::string pending_text();
  bool converge();
  std::string compare();
  void finish();

  world_options options_;
  std::mt19937_64 random_;
  std::mt19937_64 expression_random_;
  network net_;
  actors::uuid_source uuids_;
  newest_rows rows_;
  config::node_options settings_;
  time_ms now_ = begin_time;
  std::multimap<time_ms, event> events_;
  std::map<node_no, std::unique_ptr<sim_node>> nodes_;
  std::optional<clients> clients_;
  std::map<std::uint64_t, open_ask> asks_;
  std::uint64_t last_ask_ = 0;
  std::map<std::string, engine::entity_id> steps_of_jobs_;
  std::set<std::string> forgotten_; ///< jobs whose end is recorded
  std::map<storage::shard_id, storage::log_index> read_floor_;
  bool dying_ = false;
  bool ending_ = false; ///< nobody wants anything any more
  int joins_wanted_ = 0;
  bool joining_ = false;
  int last_port_ = 9000;
  int faults_left_ = 0;
  int removals_left_ = 0;
  int unhealed_ = 0;
  int long_jobs_left_ = 10;
  std::uint64_t looks_ = 0;
  verdict found_;
};

void carrier::carry(wire::raft_mail what) {
  auto mail = std::make_shared<wire::raft_mail>(std::move(what));
  world_.later(deps_.self, 0, 2 + static_cast<time_ms>(world_.dice(200)),
               [&world = world_, from = deps_.self, mail] { world.take_picture(from, mail); });
}

// -- what clients see -----------------------------------------------------------------------------

void cluster_world::ask(engine::entity_id to, engine::message_ptr what,
                        std::function<void(result<engine::answer>)> done) {
  auto* n = any_up();
  if (!n) {
    done(error{ec::unavailable, "no node is up"});
    return;
  }
  auto number = ++last_ask_;
  asks_.emplace(number, open_ask{n->number, std::move(done)});
  auto answer = [this, number](result<engine::answer> x) {
    if (dying_)
      return;
    if (auto asked = asks_.extract(number))
      asked.mapped().done(std::move(x));
  };
  n->now->ask(std::move(to), std::move(what), answer);
  later(0, 0, patience_ms, [answer] { answer(error{ec::timeout, "no answer"}); });
}

const storage::node_store* cluster_world::newest(storage::shard_id shard) const {
  const storage::node_store* best = nullptr;
  storage::log_index applied = 0;
  for (auto& [number, n] : nodes_) {
    if (!n->now)
      continue;
    auto at = n->now->store().position(shard);
    if (at && (!best || at->applied > applied)) {
      best = &n->now->store();
      applied = at->applied;
    }
  }
  return best;
}

std::vector<sim_node*> cluster_world::nodes_up() {
  std::vector<sim_node*> out;
  for (auto& [number, n] : nodes_)
    if (n->now && !n->paused)
      out.push_back(n.get());
  return out;
}

sim_node* cluster_world::any_up() {
  auto up = nodes_up();
  return up.empty() ? nullptr : up[dice(up.size())];
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
  actors::cluster_world world;
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

// -- faults ---------------------------------------------------------------------------------------

bool cluster_world::unharmed() const {
  return unhealed_ == 0 && net_.whole();
}

void cluster_world::break_something() {
  --faults_left_;
  ++found_.faults;
  auto up = nodes_up();
  if (up.empty())
    return;
  auto& n = *up[dice(up.size())];
  switch (dice(9)) {
    case 0:
    case 1:
      crash(n, dice(3) == 0);
      return;
    case 2:
      pause_one();
      return;
    case 3:
    case 4:
      cut_some();
      return;
    case 5: {
      storage::memory_faults faults;
      faults.full = true;
      n.disk->set_faults(faults);
      ++unhealed_;
      later(0, 0, 100 + static_cast<time_ms>(dice(15'000)), [this, &n] {
        --unhealed_;
        n.disk->set_faults({});
      });
      return;
    }
    case 6:
      n.skew += static_cast<time_ms>(dice(1'200'000)) - 600'000;
      n.around.now = now_ + n.skew;
      return;
    case 7:
      for (auto* x : up)
        x->now->hand_over(static_cast<shard_no>(dice(options_.shards)), n.number);
      return;
    default:
      if (removals_left_ > 0 && up.size() >= 4) {
        --removals_left_;
        ++unhealed_;
        order(cluster::set_mode{n.number, cluster::node_mode::leaving},
              [this, number = n.number](const result<engine::answer>& x) {
                if (x)
                  watch_leaving(number);
                else
                  --unhealed_;
              });
      } else if (dice(4) == 0) {
        for (auto* x : up)
          crash(*x, true);
      }
  }
}

void cluster_world::cut_some() {
  auto up = nodes_up();
  auto& n = *up[dice(up.size())];
  std::vector<std::pair<node_no, node_no>> ways;
  auto kind = dice(4);
  for (auto* x : up) {
    if (x == &n)
      continue;
    if (kind != 1)
      ways.emplace_back(n.number, x->number);
    if (kind != 2)
      ways.emplace_back(x->number, n.number);
    if (kind == 3)
      break; // Only one other.
  }
  for (auto [from, to] : ways)
    net_.cut(from, to, true);
  log::debug("sim-cut", {{"node", std::to_string(n.number)}, {"kind", std::to_string(kind)}});
  later(0, 0, 100 + static_cast<time_ms>(dice(dice(4) == 0 ? 80'000 : 8'000)), [this, ways] {
    for (auto [from, to] : ways)
      net_.cut(from, to, false);
    log::debug("sim-healed", {});
  });
}

void cluster_world::pause_one() {
  auto* n = any_up();
  n->paused = true;
  ++unhealed_;
  net_.pause(n->number, true);
  log::debug("sim-pause", {{"node", std::to_string(n->number)}});
  later(0, 0, 50 + static_cast<time_ms>(dice(dice(4) == 0 ? 90'000 : 6'000)),
        [this, n, life_no = n->life_no] {
          if (n->paused && n->life_no == life_no)
            stop_pause(*n);
        });
}

void cluster_world::stop_pause(sim_node& n) {
  n.paused = false;
  --unhealed_;
  net_.pause(n.number, false);
  log::debug("sim-continue", {{"node", std::to_string(n.number)}});
  auto missed = std::exchange(n.missed, 0);
  if (n.now)
    n.now->pass(std::chrono::milliseconds{missed});
}

// -- steps ----------------------------------------------------------------------------------------

void cluster_world::act() {
  if (faults_left_ > 0 && clients_ && !ending_ && dice(800) == 0)
    break_something();
  if (joins_wanted_ > 0 && !joining_ && nodes_.begin()->second->now && dice(500) == 0)
    join();
  if (dice(12) == 0)
    clients_act();
  if (clients_ && dice(150) == 0)
    read_one();
  std::vector<sim_node*> busy;
  for (auto* n : nodes_up())
    if (n->now->busy())
      busy.push_back(n);
  if (!busy.empty()) {
    busy[dice(busy.size())]->now->step();
    ++found_.events;
    // Work takes time too.
    if (dice(40) == 0)
      pass_to(now_ + 1 + static_cast<time_ms>(dice(5)));
    return;
  }
  if (!clients_act())
    pass_to(next_time());
}

bool cluster_world::clients_act() {
  return clients_ && !ending_ && any_up() && clients_->act();
}

time_ms cluster_world::next_time() {
  auto next = std::min(now_ + 1000, net_.next_due());
  if (!events_.empty())
    next = std::min(next, events_.begin()->first);
  for (auto* n : nodes_up())
    if (auto wait = n->now->until_next_timer(); wait >= 0)
      next = std::min(next, now_ + wait);
  return std::max(next, now_ + 1);
}

void cluster_world::pass_to(time_ms time) {
  const auto span = time - now_;
  now_ = time;
  for (auto& [number, n] : nodes_) {
    n->around.now = now_ + n->skew;
    if (n->paused)
      n->missed += span;
    else if (n->now)
      n->now->pass(std::chrono::milliseconds{span});
  }
  for (auto& [number, n] : nodes_)
    n->jobs->end_unkept();
  net_.advance(now_);
  std::vector<event> due;
  while (!events_.empty() && events_.begin()->first <= now_) {
    due.push_back(std::move(events_.begin()->second));
    events_.erase(events_.begin());
  }
  for (auto& x : due) {
    if (x.node != 0) {
      auto& n = *nodes_.at(x.node);
      if (x.life_no != 0 && n.life_no != x.life_no)
        continue;
      if (n.paused) {
        events_.emplace(now_ + 10, std::move(x));
        continue;
      }
    }
    x.call();
  }
}

void cluster_world::read_one() {
  std::vector<const wish*> known;
  for (auto& x : clients_->wishes())
    if (x.acknowledged && !clients_->deleted(x.workflow_id))
      known.push_back(&x);
  auto* n = any_up();
  if (known.empty() || !n)
    return;
  auto& x = *known[dice(known.size())];
  auto shard = engine::shard_of(engine::workflow_entity(x.workflow_id), options_.shards);
  n->now->read(shard, [this, n, shard, workflow = x.workflow_id, uuid = x.uuid,
                       floor = read_floor_[shard]](const result<bool>& ready) {
    if (dying_ || !ready || !*ready)
      return;
    auto at = n->now->store().position(shard);
    if (!at)
      return;
    if (at->applied < floor)
      say("a read of shard " + std::to_string(shard) + " at node " + std::to_string(n->number)
          + " sees entry " + std::to_string(at->applied) + ", an earlier one saw "
          + std::to_string(floor));
    read_floor_[shard] = std::max(read_floor_[shard], at->applied);
    auto row = n->now->store().get(shard, engine::rows::request(workflow, uuid));
    if (!clients_->deleted(workflow) && row && !*row)
      say("start " + uuid + " of " + workflow + " was acknowledged, and node "
          + std::to_string(n->number) + " does not see it");
  });
}

// -- jobs -----------------------------------------------------------------------------------------

void cluster_world::on_work(const sim_node& n, const wire::work& x) {
  if (dying_)
    return;
  std::visit(overload{
               [&](const engine::launch_job& o) {
                 steps_of_jobs_.emplace(o.step_uuid, x.step);
                 log::debug("sim-order", {{"node", std::to_string(n.number)},
                                          {"job", o.step_uuid},
                                          {"again", o.again ? "1" : "0"}});
                 auto row = n.now->store().get(engine::shard_of(x.step, options_.shards),
                                               engine::rows::step(x.step, o.attempt));
                 auto state = row && *row ? model::decode<engine::step_state>(**row) : error{};
                 if ((!state || state->step_uuid != o.step_uuid)
                     && !(clients_ && clients_->deleted(x.step.workflow_id)))
                   say("job " + o.step_uuid + " of " + to_string(x.step)
                       + " was ordered before its attempt was committed");
               },
               [&](const engine::forget_job& o) { forgotten_.insert(o.step_uuid); },
               [](const auto&) {},
             },
             *x.what);
}

void cluster_world::on_start(const sim_node& n, const std::string& uuid) {
  ++found_.jobs;
  log::debug("sim-job", {{"node", std::to_string(n.number)}, {"job", uuid}});
  // A few outlast any fault; of many the others would wait too long.
  const auto takes_long = long_jobs_left_ > 0 && dice(5) == 0;
  long_jobs_left_ -= takes_long ? 1 : 0;
  later(0, 0, static_cast<time_ms>(dice(takes_long ? 120'000 : 2'000)),
        [this, jobs = n.jobs, uuid] {
          jobs->end(uuid, dice(20) == 0 ? -1 : dice(4) == 0 ? 1 : 0);
        });
  if (forgotten_.contains(uuid))
    say("job " + uuid + " begins on node " + std::to_string(n.number)
        + " after its end was recorded");
  // Of one step only one attempt runs at a time.
  auto step = steps_of_jobs_.find(uuid);
  for (auto& [number, other] : nodes_)
    for (auto& running : other->jobs->running())
      if (auto x = steps_of_jobs_.find(running);
          step != steps_of_jobs_.end() && x != steps_of_jobs_.end() && x->second == step->second
          && (running != uuid || other.get() != &n))
        say("job " + uuid + " of " + to_string(step->second) + " begins on node "
            + std::to_string(n.number) + " while job " + running + " of it runs on node "
            + std::to_string(number));
}

void cluster_world::on_job_event(node_no node, const std::string& uuid,
                                 const worker::job_event& what) {
  auto& n = *nodes_.at(node);
  later(node, n.life_no, 1 + static_cast<time_ms>(dice(20)), [&n, uuid, what] {
    if (auto news = actors::to_update(uuid, what, n.around.now); news && n.now)
      n.now->tell_executor(std::move(*news));
  });
}

// -- the end --------------------------------------------------------------------------------------

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
  return rows_are_calm();
}

/// Looked at seldom, since it reads the lists of what is under way.
bool cluster_world::rows_are_calm() {
  if (++looks_ % 256 != 0)
    return false;
  for (shard_no shard = 0; shard < options_.shards; ++shard)
    for (auto table : {'A', 'Q', 'M', 'T', 'X', 'W'}) {
      auto any = false;
      auto [from, to] = engine::rows::table(table);
      auto ok = rows_.scan(shard, from, to, [&](auto, std::string_view value) {
        any = true;
        if (table == 'W') {
          auto state = model::decode<engine::workflow_state>(value);
          any = state && state->deletion;
        }
        return !any;
      });
      if (!ok || any)
        return false;
    }
  return true;
}

std::string cluster_world::pending_text() {
  std::string left;
  for (shard_no shard = 0; shard < options_.shards; ++shard)
    for (auto table : {'A', 'Q', 'M', 'T', 'X'}) {
      auto [from, to] = engine::rows::table(table);
      auto ok = rows_.scan(shard, from, to, [&](std::string_view key, auto) {
        left += " " + std::to_string(shard) + ":";
        for (auto c : key)
          if (c > ' ' && c < 127)
            left += c;
        return true;
      });
      if (!ok)
        left += ok.error().message;
    }
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
  return "left:" + left + "; nodes:" + nodes + " " + std::to_string(found_.events) + " events, "
         + std::to_string((now_ - begin_time) / 1000) + " s, "
         + std::to_string(clients_ ? clients_->unacknowledged() : 0) + " starts not acknowledged, "
         + std::to_string(asks_.size()) + " questions open, " + std::to_string(unhealed_)
         + " faults not over, " + std::to_string(joins_wanted_) + " nodes to join";
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
    if (!clients_ && (alone || joins_wanted_ <= (options_.nodes > 3 ? 1 : 0)) && dice(200) == 0)
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

} // namespace

verdict simulate_cluster(const world_options& options) {
  return cluster_world{options}.run();
}

} // namespace tutti::sim
