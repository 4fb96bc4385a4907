#include "actors/node/cluster_part.hpp"

#include "actors/node/node.hpp"
#include "runtime/base/log.hpp"
#include "runtime/model/stored.hpp"

#include <boost/json.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <future>
#include <map>
#include <thread>

namespace tutti::actors {

namespace {

constexpr auto version = "0.1.0";
constexpr std::uint64_t protocol = 1;
constexpr auto hello_pause = std::chrono::milliseconds{1'000};
constexpr std::int64_t ms_per_s = 1000;
constexpr std::size_t fills_max = 8;

std::int64_t steady_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

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

link_settings settings_of(const cluster_seat& seat, const config::node_options& options) {
  link_settings out;
  out.node = seat.node;
  out.cluster = seat.cluster;
  auto where = config::read_endpoint(seat.address);
  if (where) {
    out.address = where->host;
    out.port = where->port;
  }
  out.identity = identity_of(seat);
  out.version = version;
  out.incarnation = static_cast<std::uint64_t>(wall_ms());
  out.silence_max = std::chrono::milliseconds{options.link_silence_ms};
  return out;
}

} // namespace

cluster_part::cluster_part(cluster_seat seat, const config::node_options& options,
                           engine::shard_no shards)
  : options_(options),
    shards_(shards),
    links_(std::make_shared<node_links>(settings_of(seat, options), shards)),
    seat_(std::move(seat)) {
  caretaker_deps care;
  care.links = links_;
  care.rules.replicas = static_cast<std::size_t>(options.replicas);
  care.rules.dead_after_ms = options.dead_after_ms;
  // New shards are small; the courier carries a few at a time in any case.
  care.rules.fills_max = fills_max;
  care.now_ms = steady_ms;
  care.later = [this](std::chrono::milliseconds pause, std::function<void()> call) {
    later_(pause, std::move(call));
  };
  care.order = [this](cluster::membership_command what) {
    ask(std::move(what), [](const result<engine::answer>& x) {
      if (!x)
        log::warning("cluster-order-failed", {{"why", x.error().message}});
    });
  };
  care_ = std::make_shared<caretaker>(std::move(care));
}

cluster_part::~cluster_part() {
  stop();
}

// -- wiring ---------------------------------------------------------------------------------------

void cluster_part::wire_up(log_writer_deps& log) {
  log.disk = disk_mode::beside;
  log.peer_sender = [this](wire::raft_mail mail) {
    if (mail.picture) {
      if (auto carrier = courier())
        carrier->carry(std::move(mail));
    } else
      links_->send(mail.to, lane_of(mail), kind_of(peer_word::raft_mail), encode_mail(mail));
  };
  log.ask_index = [links = links_](raft::node_no leader, storage::shard_id shard,
                                   const std::string& context) {
    links->ask_index(leader, static_cast<engine::shard_no>(shard), context);
  };
  log.on_lead = [this](storage::shard_id shard, storage::term_no term) {
    links_->on_lead(static_cast<engine::shard_no>(shard), term);
    if (shard == 0)
      ask(cluster::show_members{}, [](const result<engine::answer>&) {});
  };
}

void cluster_part::wire_up(gateway_deps& doors) {
  doors.elsewhere = [links = links_](engine::shard_no shard) { return links->elsewhere(shard); };
  doors.carry = [links = links_](cluster::node_no to, std::uint64_t number,
                                 const engine::entity_id& entity, const engine::message_ptr& what,
                                 std::int64_t patience_ms) {
    return links->carry(to, number, entity, what, patience_ms);
  };
  doors.on_members = [this](const engine::cluster_changed& x) { on_members(x, true); };
}

void cluster_part::wire_up(keeper_deps& keeper) {
  keeper.letters_abroad = [links = links_](engine::shard_no to, const wire::letters& what) {
    return links->letters(to, what);
  };
  keeper.confirm_abroad = [links = links_](engine::shard_no to,
                                           const wire::letters_received& what) {
    return links->confirm(to, what);
  };
}

void cluster_part::wire_up(executor_deps& work) {
  job_peers peers;
  peers.members = [this] { return job_members(); };
  peers.ask = [links = links_](std::uint64_t node, const wire::job_asked& x) {
    links->send(node, link::lane::normal, kind_of(shard_word::job_wanted),
                model::encode(job_wanted{x.step_uuid, x.step}));
  };
  peers.answer = [links = links_](std::uint64_t node, const wire::job_answer& x) {
    links->send(node, link::lane::normal, kind_of(shard_word::job_found),
                model::encode(job_found{x.step_uuid, x.found}));
  };
  peers.spread = [links = links_](const wire::job_order& x) {
    auto bytes = model::encode(job_ordered{x.kind, x.step_uuid});
    for (auto& peer : links->peers())
      links->send(peer.node, link::lane::normal, kind_of(shard_word::job_order), bytes);
  };
  peers.tell_abroad = [links = links_, shards = shards_](const engine::entity_id& step,
                                                         const engine::message_ptr& news) {
    auto node = links->elsewhere(engine::shard_of(step, shards));
    if (node == 0)
      return false;
    links->news(node, step, news);
    return true;
  };
  work.peers = std::move(peers);
}

std::vector<job_peers::peer> cluster_part::job_members() {
  std::vector<job_peers::peer> out;
  auto peers = links_->peers();
  const auto now = steady_ms();
  const std::lock_guard guard{lock_};
  for (auto& x : peers) {
    if (x.up)
      silent_since_.erase(x.node);
    else
      silent_since_.try_emplace(x.node, now);
    out.push_back({x.node, x.up, x.up ? 0 : now - silent_since_[x.node]});
  }
  return out;
}

void cluster_part::on_job_frame(cluster::node_no from, shard_word kind, std::string_view payload) {
  wire::executor_actor executor;
  {
    const std::lock_guard guard{lock_};
    executor = executor_;
  }
  if (!executor)
    return;
  if (kind == shard_word::job_wanted) {
    if (auto x = model::decode<job_wanted>(payload))
      caf::anon_send(executor, wire::job_asked{from, x->step_uuid, x->step});
  } else if (kind == shard_word::job_found) {
    if (auto x = model::decode<job_found>(payload))
      caf::anon_send(executor, wire::job_answer{from, x->step_uuid, x->found});
  } else if (auto x = model::decode<job_ordered>(payload))
    caf::anon_send(executor, wire::job_order{x->kind, x->step_uuid});
}

status cluster_part::open(surroundings around) {
  {
    const std::lock_guard guard{lock_};
    gateway_ = around.gateway;
    executor_ = around.executor;
  }
  courier_deps carrying;
  carrying.self = seat_.node;
  carrying.incarnation = static_cast<std::uint64_t>(wall_ms());
  carrying.folder = std::filesystem::path{options_.data} / "pictures";
  carrying.send = [links = links_](link::node_no to, link::lane on, link::frame_kind kind,
                                   std::string_view payload) {
    return links->send(to, on, kind, payload);
  };
  carrying.deliver = [log = around.log](wire::raft_mail mail) {
    caf::anon_send(log, std::move(mail));
  };
  carrying.report = [log = around.log](wire::picture_sent what) { caf::anon_send(log, what); };
  carrying.now_ms = steady_ms;
  auto made = picture_courier::start(std::move(carrying));
  if (!made)
    return made.error();
  {
    const std::lock_guard guard{lock_};
    courier_ = std::move(*made);
  }
  rows_ = std::make_shared<cluster_rows>(around.store, links_, around.log, shards_);

  link_targets targets;
  targets.log = around.log;
  targets.gateway = around.gateway;
  targets.keepers = around.keepers;
  targets.jobs = around.jobs;
  targets.on_consensus = [this, log = around.log](cluster::node_no from, link::frame_kind kind,
                                                  std::string_view payload) {
    if (kind != kind_of(peer_word::raft_mail)) {
      if (auto carrier = courier())
        carrier->on_frame(from, kind, payload);
      return;
    }
    auto mail = decode_mail(payload, from, links_->self());
    if (mail)
      caf::anon_send(log, std::move(*mail));
    else
      log::warning("mail-not-readable",
                   {{"node", std::to_string(from)}, {"why", mail.error().message}});
  };
  targets.on_other = [this](cluster::node_no from, link::frame_kind kind,
                            std::string_view payload) {
    const auto word = static_cast<shard_word>(kind);
    if (word == shard_word::job_wanted || word == shard_word::job_found
        || word == shard_word::job_order)
      on_job_frame(from, word, payload);
    else
      rows_->on_frame(from, kind, payload);
  };
  targets.on_up = [this](cluster::node_no) {
    if (links_->leaders().find(0).node != links_->self())
      return;
    engine::cluster_changed members;
    {
      const std::lock_guard guard{lock_};
      members = members_;
    }
    if (!members.nodes.empty())
      links_->tell_members(members);
    care_->wake();
  };
  targets.on_down = [this](cluster::node_no node) {
    if (auto carrier = courier())
      carrier->on_down(node);
    rows_->on_down(node);
    care_->wake();
  };
  targets.on_join = [this](const link::join_request& asked, link::join_reply answer) {
    on_join(asked, std::move(answer));
  };
  targets.on_members = [this](const engine::cluster_changed& x) { on_members(x, false); };
  targets.later = [this](std::chrono::milliseconds pause, std::function<void()> call) {
    later_(pause, std::move(call));
  };
  if (auto ok = links_->open(std::move(targets)); !ok)
    return ok;
  links_->set_members(seat_.members);
  return unit{};
}

void cluster_part::hand_over(std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  auto seen = std::make_shared<std::promise<std::vector<surveyed_node>>>();
  auto later = seen->get_future();
  links_->survey(patience / 2,
                 [seen](std::vector<surveyed_node> x) { seen->set_value(std::move(x)); });
  if (later.wait_until(until) != std::future_status::ready)
    return;
  std::vector<cluster::node_no> up;
  for (auto& peer : links_->peers())
    if (peer.up)
      up.push_back(peer.node);
  std::size_t turn = 0;
  std::size_t left = 0;
  for (auto& node : later.get()) {
    if (node.node != links_->self())
      continue;
    for (auto& shard : node.shards)
      for (std::size_t i = 0; i < up.size(); ++i) {
        auto to = up[turn++ % up.size()];
        if (std::find(shard.voters.begin(), shard.voters.end(), to) == shard.voters.end())
          continue;
        links_->order(cluster::transfer_leader{shard.shard, to});
        ++left;
        break;
      }
  }
  const auto before = links_->leaders().of(links_->self()).size();
  constexpr auto pause = std::chrono::milliseconds{10};
  while (std::chrono::steady_clock::now() < until
         && links_->leaders().of(links_->self()).size() + left > before)
    std::this_thread::sleep_for(pause);
  log::info("leads-handed-over",
            {{"shards", std::to_string(before - links_->leaders().of(links_->self()).size())}});
}

void cluster_part::stop_reads() {
  if (rows_)
    rows_->stop();
}

void cluster_part::stop() {
  {
    const std::lock_guard guard{lock_};
    if (stopped_)
      return;
    stopped_ = true;
  }
  care_->stop();
  stop_reads();
  links_->close();
  // Ends outside the lock: it waits for its thread.
  std::shared_ptr<picture_courier> carrier;
  {
    const std::lock_guard guard{lock_};
    carrier.swap(courier_);
    gateway_ = nullptr;
    executor_ = nullptr;
  }
}

std::shared_ptr<picture_courier> cluster_part::courier() const {
  const std::lock_guard guard{lock_};
  return courier_;
}

// -- members --------------------------------------------------------------------------------------

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

/// `first_hand`: from the entity itself, not from another node.
void cluster_part::on_members(const engine::cluster_changed& members, bool first_hand) {
  auto fresh = members;
  fresh.whole.authority_key.clear();
  auto changed = false;
  {
    const std::lock_guard guard{lock_};
    if (stopped_ || fresh.nodes.empty())
      return;
    auto addresses = addresses_of(fresh);
    changed = addresses != seat_.members;
    seat_.members = std::move(addresses);
    members_ = fresh;
    if (changed) {
      // Not here: it waits for the disk.
      later_(std::chrono::milliseconds{0}, [this] {
        cluster_seat seat;
        {
          const std::lock_guard inner{lock_};
          seat = seat_;
        }
        if (auto ok = save_seat(options_.data, seat); !ok)
          log::warning("members-not-saved", {{"why", ok.error().message}});
      });
    }
  }
  links_->set_members(addresses_of(fresh));
  if (first_hand && links_->leaders().find(0).node == links_->self())
    links_->tell_members(fresh);
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
  out.version = version;
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
    auto kept = x && founds;
    if (kept)
      seat_.authority_key.clear();
    if (x && !founds)
      return;
    later_(kept ? std::chrono::milliseconds{0} : hello_pause, [this, kept] {
      if (kept) {
        cluster_seat seat;
        {
          const std::lock_guard inner{lock_};
          seat = seat_;
        }
        if (auto ok = save_seat(options_.data, seat); !ok)
          log::warning("members-not-saved", {{"why", ok.error().message}});
      }
      say_hello();
    });
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
      const auto now = wall_ms() / ms_per_s;
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
  order.token = {*digest, wall_ms() + valid_ms, uses, caller};
  ask(std::move(order),
      [done = std::move(done), token = link::to_string(link::join_token{*secret, *print})](
        const result<engine::answer>& x) { done(x ? result<std::string>{token} : x.error()); });
}

// -- what is to be seen ---------------------------------------------------------------------------

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
  };

  engine::cluster_changed members;
  {
    const std::lock_guard guard{lock_};
    members = members_;
  }
  std::vector<cluster::node_view> views;
  for (auto& x : members.nodes)
    views.push_back({x.node, x.mode, true, 0});
  cluster::placement_rules rules;
  rules.replicas = static_cast<std::size_t>(options_.replicas);
  const auto wanted = cluster::wanted_voters(views, rules);

  std::map<cluster::node_no, counts> of;
  std::map<engine::shard_no, std::pair<std::uint64_t, const shard_seen*>> newest;
  std::map<engine::shard_no, cluster::node_no> leader;
  for (auto& node : seen) {
    auto& mine = of[node.node];
    mine.answered = true;
    mine.jobs = node.jobs;
    mine.job_slots = node.job_slots;
    for (auto& x : node.shards)
      if (auto& known = newest[x.shard]; !known.second || x.term > known.first) {
        known = {x.term, &x};
        leader[x.shard] = node.node;
      }
  }
  std::uint64_t whole = 0;
  std::uint64_t moving = 0;
  boost::json::array incomplete;
  for (auto& [shard, view] : newest) {
    auto& x = *view.second;
    ++of[leader[shard]].leads;
    for (auto node : x.voters)
      ++of[node].replicas;
    for (auto node : x.learners)
      ++of[node].learners;
    auto up = std::count_if(x.voters.begin(), x.voters.end(),
                            [&](auto node) { return of[node].answered; });
    if (static_cast<std::size_t>(up) >= wanted)
      ++whole;
    else
      incomplete.push_back(shard);
    if (x.changing || !x.learners.empty())
      ++moving;
  }
  boost::json::array without;
  for (engine::shard_no shard = 0; shard < shards_; ++shard)
    if (!newest.contains(shard))
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
    {"name", links_->self() == 0 ? "" : seat_.cluster},
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
