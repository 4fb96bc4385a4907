#include "tools/sim/network.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace tutti::sim {

namespace {

constexpr std::size_t frames_max = 20'000;

} // namespace

/// The links of one process; ends with it.
class simulated_link final : public link::transport {
public:
  simulated_link(network& net, node_no self) : net_(net), self_(self) {}

  ~simulated_link() override { net_.endpoints_.erase(self_); }

  void set_peers(std::vector<link::member_address> peers) override { net_.set_peers(self_, peers); }

  bool send(node_no to, link::lane on, link::frame_kind kind, std::string_view payload) override {
    return net_.send({self_, to, on}, kind, payload);
  }

  std::vector<link::peer_state> peers() const override { return net_.peers(self_); }

private:
  network& net_;
  node_no self_;
};

actors::transport_maker network::maker() {
  return [this](link::hub_options options,
                link::hub_handlers handlers) -> result<std::unique_ptr<link::transport>> {
    const auto self = options.self.node;
    auto made = std::make_unique<endpoint>();
    made->options = std::move(options);
    made->handlers = std::move(handlers);
    endpoints_[self] = std::move(made);
    return std::unique_ptr<link::transport>{std::make_unique<simulated_link>(*this, self)};
  };
}

std::pair<node_no, node_no> network::pair_of(node_no one, node_no other) {
  return {std::min(one, other), std::max(one, other)};
}

network::endpoint* network::find(node_no node) {
  auto found = endpoints_.find(node);
  return found == endpoints_.end() ? nullptr : found->second.get();
}

network::view* network::view_of(node_no self, node_no peer) {
  auto* end = find(self);
  if (!end)
    return nullptr;
  auto found = end->peers.find(peer);
  return found == end->peers.end() ? nullptr : &found->second;
}

bool network::runs(node_no node) const {
  return endpoints_.contains(node) && !paused_.contains(node);
}

// -- what a node does -----------------------------------------------------------------------------

void network::set_peers(node_no self, const std::vector<link::member_address>& peers) {
  auto* end = find(self);
  if (!end)
    return;
  std::set<node_no> wanted;
  for (auto& x : peers) {
    wanted.insert(x.node);
    if (end->peers.try_emplace(x.node, view{false, 0, now_, 0}).second)
      pairs_[pair_of(self, x.node)];
  }
  std::erase_if(end->peers, [&](auto& x) { return !wanted.contains(x.first); });
}

bool network::send(const way& on, link::frame_kind kind, std::string_view payload) {
  auto* to = view_of(on.from, on.to);
  auto& queue = frames_[on];
  if (!to || !to->up || queue.size() >= frames_max)
    return false;
  auto due = now_ + 1 + static_cast<time_ms>(dice(dice(50) == 0 ? 100 : 4));
  if (!queue.empty())
    due = std::max(due, queue.back().due);
  queue.push_back({due, to->session, kind, std::string{payload}});
  return true;
}

std::vector<link::peer_state> network::peers(node_no self) const {
  std::vector<link::peer_state> out;
  auto end = endpoints_.find(self);
  if (end == endpoints_.end())
    return out;
  for (auto& [node, at] : end->second->peers) {
    link::peer_state state;
    state.node = node;
    state.up = at.up;
    state.incarnation = at.incarnation;
    state.silent_ms = at.up ? 0 : std::max<std::int64_t>(1, now_ - at.heard);
    state.unheard_ms = now_ - at.heard;
    out.push_back(std::move(state));
  }
  return out;
}

// -- faults ---------------------------------------------------------------------------------------

void network::cut(node_no from, node_no to, bool on) {
  if (on)
    cuts_.insert({from, to});
  else
    cuts_.erase({from, to});
}

void network::pause(node_no node, bool on) {
  if (on)
    paused_.insert(node);
  else
    paused_.erase(node);
}

void network::heal() {
  cuts_.clear();
  paused_.clear();
}

bool network::connected(node_no one, node_no other) const {
  if (!runs(one) || !runs(other) || is_cut(one, other) || is_cut(other, one))
    return false;
  auto& peers = endpoints_.at(one)->peers;
  auto at = peers.find(other);
  return at != peers.end() && at->second.up;
}

// -- time -----------------------------------------------------------------------------------------

time_ms network::next_due() const {
  auto due = std::numeric_limits<time_ms>::max();
  for (auto& [pair, at] : pairs_)
    due = std::min(due, at.next_look);
  for (auto& [on, queue] : frames_)
    if (!queue.empty() && !is_cut(on.from, on.to) && !paused_.contains(on.to))
      due = std::min(due, queue.front().due);
  return due;
}

void network::advance(time_ms now) {
  now_ = now;
  while (deliver_one()) {
    // In the order of time.
  }
  std::vector<std::pair<node_no, node_no>> due;
  for (auto& [pair, at] : pairs_)
    if (at.next_look <= now_)
      due.push_back(pair);
  for (auto [one, other] : due) {
    pairs_[{one, other}].next_look = now_ + 40 + static_cast<time_ms>(dice(120));
    look(one, other);
  }
}

bool network::deliver_one() {
  const way* best = nullptr;
  for (auto& [on, queue] : frames_)
    if (!queue.empty() && queue.front().due <= now_ && !is_cut(on.from, on.to)
        && !paused_.contains(on.to) && (!best || queue.front().due < frames_.at(*best).front().due))
      best = &on;
  if (!best)
    return false;
  const auto on = *best;
  auto next = std::move(frames_[on].front());
  frames_[on].pop_front();
  auto* at = view_of(on.to, on.from);
  if (!at || !at->up || at->session != next.session)
    return true;
  at->heard = now_;
  find(on.to)->handlers.on_frame(on.from, next.kind, next.payload);
  return true;
}

void network::look(node_no one, node_no other) {
  look_from(one, other);
  look_from(other, one);
  dial(one, other);
}

/// Pings are so frequent that an open connection is never silent.
void network::look_from(node_no self, node_no peer) {
  auto* mine = view_of(self, peer);
  if (!mine || !mine->up || paused_.contains(self))
    return;
  auto* theirs = view_of(peer, self);
  auto open = theirs && theirs->up && theirs->session == mine->session;
  auto reaches = !is_cut(peer, self);
  if (open && reaches && !paused_.contains(peer)) {
    mine->heard = now_;
    return;
  }
  // The end of a connection is a word too.
  if (!open && reaches && !paused_.contains(peer))
    down(self, peer, "closed");
  else if (now_ - mine->heard > find(self)->options.silence_max.count())
    down(self, peer, "silent");
}

void network::down(node_no self, node_no peer, const std::string& why) {
  auto* mine = view_of(self, peer);
  mine->up = false;
  mine->session = 0;
  find(self)->handlers.on_down(peer, why);
}

void network::dial(node_no one, node_no other) {
  auto& at = pairs_[pair_of(one, other)];
  auto* a = view_of(one, other);
  auto* b = view_of(other, one);
  if (!a || !b || a->up || b->up || now_ < at.next_dial || !runs(one) || !runs(other)
      || is_cut(one, other) || is_cut(other, one))
    return;
  at.next_dial = now_ + 50 + static_cast<time_ms>(dice(500));
  ++last_session_;
  *a = {true, last_session_, now_, find(other)->options.self.incarnation};
  *b = {true, last_session_, now_, find(one)->options.self.incarnation};
  auto first = dice(2) == 0 ? one : other;
  auto second = first == one ? other : one;
  find(first)->handlers.on_up(find(second)->options.self, 1);
  find(second)->handlers.on_up(find(first)->options.self, 1);
}

} // namespace tutti::sim
