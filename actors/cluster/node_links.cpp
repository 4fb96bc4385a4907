#include "actors/cluster/node_links.hpp"

#include "runtime/base/log.hpp"
#include "runtime/model/stored.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <thread>
#include <tuple>
#include <utility>

namespace tutti::actors {

namespace {

/// The members, in the words of the leader of shard 0.
struct members_told {
  std::uint64_t term = 0;
  engine::cluster_changed members;
  std::uint64_t count = 0; ///< of what was told in this term

  static constexpr auto fields() {
    using self = members_told;
    return std::make_tuple(model::field(1, "term", &self::term),
                           model::field(2, "members", &self::members),
                           model::field(3, "count", &self::count));
  }
};

constexpr auto silence_pause = std::chrono::milliseconds{1'000};

/// A group that rests hears no more seldom than this that its leader still leads it.
constexpr auto leads_pause = std::chrono::milliseconds{5'000};

/// A frame that cannot be read comes from a newer program, or is damaged; it counts as lost.
template <class T, class Use>
void with(std::string_view payload, const char* what, Use use) {
  auto x = model::decode<T>(payload);
  if (x)
    use(std::move(*x));
  else
    log::warning("frame-not-readable", {{"what", what}, {"why", x.error().message}});
}

} // namespace

std::vector<cluster::shard_view> newest_views(const std::vector<surveyed_node>& seen) {
  std::map<engine::shard_no, std::pair<std::uint64_t, cluster::shard_view>> newest;
  for (auto& node : seen)
    for (auto& x : node.shards)
      if (auto& known = newest[x.shard]; x.term >= known.first)
        known = {x.term, view_of(x, node.node)};
  std::vector<cluster::shard_view> out;
  for (auto& [shard, view] : newest)
    out.push_back(std::move(view.second));
  return out;
}

result<std::unique_ptr<link::transport>> over_sockets(link::hub_options options,
                                                      link::hub_handlers handlers) {
  auto made = link::hub::start(std::move(options), std::move(handlers));
  if (!made)
    return made.error();
  return std::unique_ptr<link::transport>{std::move(*made)};
}

node_links::node_links(link_settings settings, engine::shard_no shards)
  : settings_(std::move(settings)),
    shards_(shards),
    leaders_(shards),
    members_version_(settings_.members_version) {
  // nop
}

node_links::~node_links() {
  close();
}

status node_links::open(link_targets targets) {
  {
    const std::lock_guard guard{lock_};
    targets_ = std::make_shared<const link_targets>(std::move(targets));
  }
  link::hub_options options;
  options.address = settings_.address;
  options.port = settings_.port;
  options.identity = settings_.identity;
  options.silence_max = settings_.silence_max;
  options.ping_every = settings_.silence_max / 4;
  options.self.protocol_min = 1;
  options.self.protocol_max = 1;
  options.self.cluster = settings_.cluster;
  options.self.node = settings_.node;
  options.self.incarnation = settings_.incarnation;
  options.self.version = settings_.version;
  link::hub_handlers handlers;
  handlers.on_frame = [this](link::node_no from, link::frame_kind kind, std::string_view payload) {
    on_frame(from, kind, payload);
  };
  handlers.on_up = [this](const link::hello& peer, std::uint64_t) { on_up(peer.node); };
  handlers.on_down = [this](link::node_no peer, const std::string&) { on_down(peer); };
  handlers.on_join = [this](const link::join_request& asked, link::join_reply answer) {
    if (const auto to = this->targets())
      to->on_join(asked, std::move(answer));
  };
  auto made = settings_.connect(std::move(options), std::move(handlers));
  if (!made)
    return made.error();
  {
    const std::lock_guard guard{lock_};
    hub_ = std::move(*made);
  }
  watch_leads();
  return unit{};
}

void node_links::close() {
  std::shared_ptr<link::transport> hub;
  {
    const std::lock_guard guard{lock_};
    hub = std::exchange(hub_, nullptr);
  }
  // A word that is being sent keeps it a moment longer. Its own thread must not be the last one.
  while (hub && hub.use_count() > 1)
    std::this_thread::yield();
  // Ends its thread: no handler runs behind this line.
  hub.reset();
  const std::lock_guard guard{lock_};
  targets_ = nullptr;
  surveys_.clear();
  silences_.clear();
}

std::shared_ptr<const link_targets> node_links::targets() const {
  const std::lock_guard guard{lock_};
  return targets_;
}

// -- members --------------------------------------------------------------------------------------

void node_links::set_members(std::vector<link::member_address> members) {
  std::erase_if(members, [&](auto& x) { return x.node == settings_.node; });
  {
    const std::lock_guard guard{lock_};
    if (hub_)
      hub_->set_peers(std::move(members));
  }
  // Some may never have been heard of.
  watch_silence();
}

std::vector<link::peer_state> node_links::peers() const {
  const std::lock_guard guard{lock_};
  return hub_ ? hub_->peers() : std::vector<link::peer_state>{};
}

void node_links::tell_members(const engine::cluster_changed& members) {
  members_told word{leaders_.find(0).term, members, 0};
  // Whoever signs certificates reads the key from the rows.
  word.members.whole.authority_key.clear();
  std::string bytes;
  {
    const std::lock_guard guard{lock_};
    word.count = word.term == members_version_.first ? members_version_.second + 1 : 1;
    if (word.term < members_version_.first)
      return;
    members_version_ = {word.term, word.count};
    bytes = members_word_ = model::encode(word);
  }
  send_all(shard_word::members, bytes);
}

std::pair<std::uint64_t, std::uint64_t> node_links::members_version() const {
  const std::lock_guard guard{lock_};
  return members_version_;
}

void node_links::take_members(std::string_view payload) {
  with<members_told>(payload, "members", [&](const members_told& x) {
    std::shared_ptr<const link_targets> to;
    {
      const std::lock_guard guard{lock_};
      const std::pair version{x.term, x.count};
      if (version <= members_version_)
        return;
      members_version_ = version;
      members_word_ = std::string{payload};
      to = targets_;
    }
    if (to)
      to->on_members(x.members);
    send_all(shard_word::members, payload);
  });
}

// -- silence --------------------------------------------------------------------------------------

/// While somebody is not heard, all others hear that.
void node_links::watch_silence() {
  const auto to = targets();
  {
    const std::lock_guard guard{lock_};
    if (!to || std::exchange(watching_silence_, true))
      return;
  }
  to->later(silence_pause, [self = weak_from_this()] {
    if (auto links = self.lock())
      links->tell_silence();
  });
}

void node_links::tell_silence() {
  silence_told word;
  for (auto& peer : peers())
    if (!peer.up)
      word.peers.push_back({peer.node, peer.silent_ms});
  {
    const std::lock_guard guard{lock_};
    watching_silence_ = false;
  }
  if (word.peers.empty())
    return;
  send_all(shard_word::silence, model::encode(word));
  watch_silence();
}

void node_links::take_silence(cluster::node_no from, const silence_told& what) {
  const std::lock_guard guard{lock_};
  if (targets_)
    silences_.take(from, what, targets_->now_ms());
}

std::int64_t node_links::agreed_silence_ms(cluster::node_no node) const {
  const auto all = peers();
  const std::lock_guard guard{lock_};
  return targets_ ? silences_.agreed_ms(node, all, targets_->now_ms()) : 0;
}

// -- leaders --------------------------------------------------------------------------------------

void node_links::on_lead(engine::shard_no shard, std::uint64_t term) {
  learn(settings_.node, shard, term);
  send_all(shard_word::leads, model::encode(shards_led{{{shard, term}}}));
}

void node_links::tell_leads(cluster::node_no to) {
  shards_led word;
  for (auto [shard, term] : leaders_.of(settings_.node))
    word.shards.push_back({shard, term});
  if (!word.shards.empty())
    send(to, link::lane::normal, kind_of(shard_word::leads), model::encode(word));
}

void node_links::watch_leads() {
  const auto to = targets();
  if (!to)
    return;
  to->later(leads_pause, [self = weak_from_this()] {
    if (auto links = self.lock()) {
      links->tell_all_leads();
      links->watch_leads();
    }
  });
}

/// Words about leads and rest get lost; this one comes again.
void node_links::tell_all_leads() {
  if (peers().empty())
    return;
  look_here(0, [self = weak_from_this()](const shards_seen& x) {
    auto links = self.lock();
    if (!links)
      return;
    shards_led word;
    word.whole = true;
    for (auto& shard : x.shards)
      word.shards.push_back({shard.shard, shard.term});
    links->send_all(shard_word::leads, model::encode(word));
  });
}

void node_links::take_leads(cluster::node_no from, const shards_led& what) {
  for (auto& x : what.shards)
    learn(from, x.shard, x.term);
  const auto to = targets();
  if (!to || !what.whole)
    return;
  wire::leads_told told{from, {}};
  for (auto& x : what.shards)
    told.terms[x.shard] = x.term;
  caf::anon_send(to->log, std::move(told));
}

void node_links::rest(const wire::rest_word& what) {
  rest_told word{static_cast<engine::shard_no>(what.shard), what.term, what.index,
                 static_cast<std::uint32_t>(what.what)};
  send(what.to, link::lane::normal, kind_of(shard_word::rest), model::encode(word));
}

void node_links::learn(cluster::node_no node, engine::shard_no shard, std::uint64_t term) {
  if (!leaders_.tell(shard, {node, term}))
    return;
  // A keeper here asks for letters itself.
  if (node != settings_.node)
    send_letters_again(shard);
}

void node_links::send_letters_again(engine::shard_no shard) {
  const auto to = targets();
  for (engine::shard_no other = 0; to && other < shards_; ++other)
    if (other != shard)
      caf::anon_send(to->keepers->keeper(other), wire::letters_wanted{shard});
}

cluster::node_no node_links::elsewhere(engine::shard_no shard) const {
  auto node = leaders_.find(shard).node;
  return node == settings_.node ? 0 : node;
}

// -- words ----------------------------------------------------------------------------------------

bool node_links::send(cluster::node_no to, link::lane on, link::frame_kind kind,
                      std::string_view payload) {
  std::shared_ptr<link::transport> hub;
  {
    const std::lock_guard guard{lock_};
    hub = hub_;
  }
  return hub && hub->send(to, on, kind, payload);
}

void node_links::send_all(shard_word what, std::string_view payload) {
  for (auto& peer : peers())
    send(peer.node, link::lane::normal, kind_of(what), payload);
}

bool node_links::carry(cluster::node_no to, std::uint64_t number, const engine::entity_id& entity,
                       const engine::message_ptr& what, std::int64_t patience_ms) {
  return send(to, link::lane::normal, kind_of(shard_word::request),
              model::encode(request_carried{number, {entity, what}, patience_ms}));
}

bool node_links::answer(cluster::node_no to, std::uint64_t number, const wire::reply& what) {
  answer_carried word{number, {}, {}, what.not_taken};
  if (what.good)
    word.good = *what.good;
  if (what.bad)
    word.bad = carried(*what.bad);
  return send(to, link::lane::normal, kind_of(shard_word::answer), model::encode(word));
}

bool node_links::news(cluster::node_no to, const engine::entity_id& entity,
                      const engine::message_ptr& what) {
  return send(to, link::lane::normal, kind_of(shard_word::news),
              model::encode(request_carried{0, {entity, what}, 0}));
}

void node_links::ask_index(cluster::node_no leader, engine::shard_no shard,
                           const std::string& context) {
  send(leader, link::lane::urgent, kind_of(shard_word::index_wanted),
       model::encode(index_wanted{shard, context}));
}

void node_links::answer_index(cluster::node_no to, const index_wanted& what) {
  const auto here = targets();
  if (!here || what.shard >= shards_)
    return;
  wire::index_asked ask;
  ask.shard = what.shard;
  ask.answer = [self = weak_from_this(), to, what](const result<storage::log_index>& index) {
    // No answer is one too: whoever asks tries again.
    if (auto links = self.lock(); links && index)
      links->send(to, link::lane::urgent, kind_of(shard_word::index_told),
                  model::encode(index_carried{what.shard, what.context, *index}));
  };
  caf::anon_send(here->log, std::move(ask));
}

bool node_links::letters(engine::shard_no to, const wire::letters& what) {
  auto node = elsewhere(to);
  if (node == 0)
    return false;
  letters_carried word{what.from, to, {}};
  for (auto& x : *what.items)
    word.items.push_back({x.seq, x.letter});
  send(node, link::lane::normal, kind_of(shard_word::letters), model::encode(word));
  return true;
}

bool node_links::confirm(engine::shard_no to, const wire::letters_received& what) {
  auto node = elsewhere(to);
  if (node == 0)
    return false;
  send(node, link::lane::normal, kind_of(shard_word::confirmed),
       model::encode(letters_confirmed{what.by, to, what.seq}));
  return true;
}

void node_links::order(const cluster::move& what) {
  auto word = ordered(what);
  const auto here = targets();
  if (auto node = elsewhere(word.shard); node != 0)
    send(node, link::lane::normal, kind_of(shard_word::move), model::encode(word));
  else if (here)
    caf::anon_send(here->log, wire::member_move{what});
}

// -- what others say ------------------------------------------------------------------------------

void node_links::on_up(cluster::node_no peer) {
  tell_leads(peer);
  std::string members;
  {
    const std::lock_guard guard{lock_};
    members = members_word_;
  }
  if (!members.empty())
    send(peer, link::lane::normal, kind_of(shard_word::members), members);
  const auto to = targets();
  if (!to)
    return;
  caf::anon_send(to->log, wire::peer_seen{peer, true});
  to->on_up(peer);
  // What was sent while the link was away is sent again.
  for (auto [shard, term] : leaders_.of(peer))
    send_letters_again(shard);
}

void node_links::on_down(cluster::node_no peer) {
  const auto to = targets();
  if (!to)
    return;
  watch_silence();
  caf::anon_send(to->log, wire::peer_seen{peer, false});
  caf::anon_send(to->gateway, wire::node_silent{peer});
  if (to->on_down)
    to->on_down(peer);
}

void node_links::on_frame(cluster::node_no from, link::frame_kind kind, std::string_view payload) {
  const auto to = targets();
  if (!to)
    return;
  if (kind < kind_of(shard_word::leads)) {
    to->on_consensus(from, kind, payload);
    return;
  }
  switch (static_cast<shard_word>(kind)) {
    case shard_word::leads:
      with<shards_led>(payload, "leads", [&](const shards_led& x) { take_leads(from, x); });
      return;
    case shard_word::rest:
      with<rest_told>(payload, "rest", [&](const rest_told& x) {
        using word = wire::rest_word::kind;
        if (x.what <= static_cast<std::uint32_t>(word::wake))
          caf::anon_send(to->log, wire::rest_word{x.shard, from, settings_.node, x.term, x.index,
                                                  static_cast<word>(x.what)});
      });
      return;
    case shard_word::letters:
      with<letters_carried>(payload, "letters",
                            [&](letters_carried x) { take_letters(std::move(x)); });
      return;
    case shard_word::confirmed:
      with<letters_confirmed>(payload, "confirmed", [&](const letters_confirmed& x) {
        if (x.to < shards_ && x.by < shards_)
          caf::anon_send(to->keepers->keeper(x.to), wire::letters_received{x.by, x.seq});
      });
      return;
    case shard_word::request:
    case shard_word::news:
      with<request_carried>(payload, "request",
                            [&](request_carried x) { take_request(from, std::move(x)); });
      return;
    case shard_word::answer:
      with<answer_carried>(payload, "answer", [&](answer_carried x) { take_answer(std::move(x)); });
      return;
    case shard_word::members:
      take_members(payload);
      return;
    case shard_word::silence:
      with<silence_told>(payload, "silence", [&](const silence_told& x) { take_silence(from, x); });
      return;
    case shard_word::survey:
      with<survey_wanted>(payload, "survey",
                          [&](const survey_wanted& x) { answer_survey(from, x.number); });
      return;
    case shard_word::views:
      with<shards_seen>(payload, "views", [&](shards_seen x) {
        take_views({from, std::move(x.shards), x.jobs, x.job_slots, x.read_only}, x.number);
      });
      return;
    case shard_word::move:
      with<move_ordered>(payload, "move", [&](const move_ordered& x) {
        if (x.shard < shards_)
          caf::anon_send(to->log, wire::member_move{move_of(x)});
      });
      return;
    case shard_word::index_wanted:
      with<index_wanted>(payload, "index_wanted",
                         [&](const index_wanted& x) { answer_index(from, x); });
      return;
    case shard_word::index_told:
      with<index_carried>(payload, "index_told", [&](const index_carried& x) {
        caf::anon_send(to->log, wire::index_told{x.shard, x.context, x.index});
      });
      return;
    default:
      if (to->on_other)
        to->on_other(from, kind, payload);
  }
}

void node_links::take_letters(letters_carried what) {
  const auto to = targets();
  if (!to || what.to >= shards_ || what.from >= shards_)
    return;
  auto items = std::make_shared<std::vector<wire::numbered_envelope>>();
  for (auto& x : what.items) {
    if (!x.letter.what)
      return;
    items->push_back({x.seq, std::move(x.letter)});
  }
  caf::anon_send(to->keepers->keeper(what.to), wire::letters{what.from, std::move(items)});
}

void node_links::take_request(cluster::node_no from, request_carried what) {
  const auto to = targets();
  if (!to || !what.what.what)
    return;
  if (what.number == 0) {
    auto shard = engine::shard_of(what.what.to, shards_);
    caf::anon_send(to->keepers->keeper(shard),
                   wire::request{std::move(what.what.to), std::move(what.what.what), 0});
    return;
  }
  wire::ask ask;
  ask.to = std::move(what.what.to);
  ask.what = std::move(what.what.what);
  ask.patience_ms = what.patience_ms;
  ask.done_reply = [self = weak_from_this(), from, number = what.number](const wire::reply& x) {
    if (auto links = self.lock())
      links->answer(from, number, x);
  };
  caf::anon_send(to->gateway, std::move(ask));
}

void node_links::take_answer(answer_carried what) {
  const auto to = targets();
  if (!to)
    return;
  wire::reply reply{what.number, nullptr, nullptr, what.not_taken};
  if (what.good)
    reply.good = std::make_shared<const engine::answer>(std::move(*what.good));
  if (what.bad)
    reply.bad = std::make_shared<const error>(error_of(std::move(*what.bad)));
  caf::anon_send(to->gateway, std::move(reply));
}

} // namespace tutti::actors
