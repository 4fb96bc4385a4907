#include "actors/node/cluster_part.hpp"

#include "actors/node/node.hpp"
#include "actors/node/version.hpp"
#include "runtime/base/log.hpp"
#include "runtime/model/stored.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <future>
#include <thread>

namespace tutti::actors {

namespace {

constexpr std::size_t fills_max = 8;

std::int64_t steady_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

link_settings settings_of(const cluster_seat& seat, const config::node_options& options,
                          const outside_world& world) {
  link_settings out;
  out.node = seat.node;
  out.cluster = seat.cluster;
  auto where = config::read_endpoint(seat.address);
  if (where) {
    out.address = where->host;
    out.port = where->port;
  }
  out.identity = identity_of(seat);
  out.version = program_version;
  out.incarnation = static_cast<std::uint64_t>(world.wall_ms());
  out.silence_max = std::chrono::milliseconds{options.link_silence_ms};
  out.connect = world.connect;
  out.members_version = {seat.members_term, seat.members_count};
  return out;
}

} // namespace

outside_world real_world(const config::node_options& options, later& calls) {
  outside_world out;
  out.carrier = [](courier_deps deps,
                   picture_limits limits) -> result<std::shared_ptr<picture_carrier>> {
    auto made = picture_courier::start(std::move(deps), limits);
    if (!made)
      return made.error();
    return std::shared_ptr<picture_carrier>{std::move(*made)};
  };
  out.later = [&calls](std::chrono::milliseconds pause, std::function<void()> call) {
    calls(pause, std::move(call));
  };
  out.steady_ms = steady_ms;
  out.wall_ms = actors::wall_ms;
  out.save_seat = [data = options.data](const cluster_seat& seat) {
    return actors::save_seat(data, seat);
  };
  return out;
}

cluster_part::cluster_part(cluster_seat seat, const config::node_options& options,
                           engine::shard_no shards, outside_world world)
  : options_(options),
    shards_(shards),
    world_(std::move(world)),
    links_(std::make_shared<node_links>(settings_of(seat, options, world_), shards)),
    seat_(std::move(seat)) {
  caretaker_deps care;
  care.links = links_;
  care.rules.replicas = static_cast<std::size_t>(options.replicas);
  care.rules.dead_after_ms = options.dead_after_ms;
  // New shards are small; the courier carries a few at a time in any case.
  care.rules.fills_max = fills_max;
  care.now_ms = world_.steady_ms;
  care.later = world_.later;
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
  log.rest_sender = [links = links_](const wire::rest_word& what) { links->rest(what); };
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
  doors.node = links_->self();
  doors.answer_abroad = [links = links_](cluster::node_no to, const wire::reply& x) {
    links->answer(to, x.client, x);
  };
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
  peers.members = [links = links_] {
    std::vector<job_peers::peer> out;
    for (auto& x : links->peers())
      out.push_back({x.node, x.incarnation, x.silent_ms, x.unheard_ms});
    return out;
  };
  peers.agreed_silence_ms = [links = links_](std::uint64_t node) {
    return links->agreed_silence_ms(node);
  };
  peers.leads = [links = links_, shards = shards_](const engine::entity_id& step,
                                                   std::uint64_t term) {
    auto lead = links->leaders().find(engine::shard_of(step, shards));
    return lead.node == links->self() && lead.term == term;
  };
  peers.confirm = [this](const engine::entity_id& step, std::uint64_t term,
                         std::function<void(bool)> done) {
    const auto shard = engine::shard_of(step, shards_);
    wire::index_asked question;
    question.shard = shard;
    question.answer = [links = links_, shard, term,
                       done = std::move(done)](const result<storage::log_index>& index) {
      // Later terms of this node are in the table before the log answers anything in them.
      auto lead = links->leaders().find(shard);
      done(index.has_value() && lead.node == links->self() && lead.term == term);
    };
    const std::lock_guard guard{lock_};
    if (log_)
      caf::anon_send(log_, std::move(question));
  };
  peers.ask = [links = links_](std::uint64_t node, const wire::job_asked& x) {
    links->send(node, link::lane::normal, kind_of(shard_word::job_wanted),
                model::encode(job_wanted{x.step_uuid, x.step}));
  };
  peers.answer = [links = links_](std::uint64_t node, const wire::job_answer& x) {
    links->send(node, link::lane::normal, kind_of(shard_word::job_found),
                model::encode(job_found{x.step_uuid, x.found}));
  };
  peers.spread = [links = links_](const wire::job_order& x) {
    links->send_all(shard_word::job_order, model::encode(job_ordered{x.kind, x.step_uuid}));
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
    log_ = around.log;
    executor_ = around.executor;
  }
  courier_deps carrying;
  carrying.self = seat_.node;
  carrying.incarnation = static_cast<std::uint64_t>(world_.wall_ms());
  carrying.folder = std::filesystem::path{options_.data} / "pictures";
  carrying.send = [links = links_](link::node_no to, link::lane on, link::frame_kind kind,
                                   std::string_view payload) {
    return links->send(to, on, kind, payload);
  };
  carrying.deliver = [log = around.log](wire::raft_mail mail) {
    caf::anon_send(log, std::move(mail));
  };
  carrying.report = [log = around.log](wire::picture_sent what) { caf::anon_send(log, what); };
  carrying.now_ms = world_.steady_ms;
  picture_limits limits;
  limits.keep_free_bytes = static_cast<std::uint64_t>(options_.reserve_disk_bytes);
  auto made = world_.carrier(std::move(carrying), limits);
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
  targets.read_only = around.read_only;
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
  targets.on_up = [this](cluster::node_no) { care_->wake(); };
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
  targets.now_ms = world_.steady_ms;
  targets.later = world_.later;
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
  std::shared_ptr<picture_carrier> carrier;
  {
    const std::lock_guard guard{lock_};
    carrier.swap(courier_);
    gateway_ = nullptr;
    log_ = nullptr;
    executor_ = nullptr;
  }
}

std::shared_ptr<picture_carrier> cluster_part::courier() const {
  const std::lock_guard guard{lock_};
  return courier_;
}

} // namespace tutti::actors
