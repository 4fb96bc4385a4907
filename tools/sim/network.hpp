#pragma once

#include "actors/cluster/node_links.hpp"
#include "runtime/engine/address.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::sim {

using engine::time_ms;
using link::node_no;

/// Links between simulated nodes, as sockets behave: within a connection nothing gets lost or
/// changes its order, a cut holds bytes back until somebody has been silent for too long, and with
/// a connection everything dies that is still on its way.
class network {
public:
  explicit network(std::mt19937_64& random) : random_(random) {}

  network(const network&) = delete;
  network& operator=(const network&) = delete;

  /// What gives a process of that node its links.
  actors::transport_maker maker();

  // -- faults -------------------------------------------------------------------------------------

  /// Nothing of `from` reaches `to`.
  void cut(node_no from, node_no to, bool on);

  /// The process of a node stands still.
  void pause(node_no node, bool on);

  void heal();

  bool whole() const { return cuts_.empty() && paused_.empty(); }

  /// Both can speak to each other.
  bool connected(node_no one, node_no other) const;

  // -- time ---------------------------------------------------------------------------------------

  /// Does what is due.
  void advance(time_ms now);

  /// When something is due next.
  time_ms next_due() const;

private:
  friend class simulated_link;

  /// One end's view of a peer.
  struct view {
    bool up = false;
    std::uint64_t session = 0; ///< while up
    time_ms heard = 0;
    std::uint64_t incarnation = 0;
  };

  struct endpoint {
    link::hub_options options;
    link::hub_handlers handlers;
    std::map<node_no, view> peers; ///< who is wanted
  };

  struct pair_state {
    time_ms next_look = 0;
    time_ms next_dial = 0;
  };

  struct frame {
    time_ms due = 0;
    std::uint64_t session = 0;
    link::frame_kind kind{};
    std::string payload;
  };

  struct way {
    node_no from = 0;
    node_no to = 0;
    link::lane lane{};

    auto operator<=>(const way&) const = default;
  };

  static std::pair<node_no, node_no> pair_of(node_no one, node_no other);

  std::uint64_t dice(std::uint64_t sides) { return random_() % sides; }

  endpoint* find(node_no node);
  view* view_of(node_no self, node_no peer);

  bool is_cut(node_no from, node_no to) const { return cuts_.contains({from, to}); }

  bool runs(node_no node) const;
  void set_peers(node_no self, const std::vector<link::member_address>& peers);
  bool send(const way& on, link::frame_kind kind, std::string_view payload);
  std::vector<link::peer_state> peers(node_no self) const;
  void look(node_no one, node_no other);
  void look_from(node_no self, node_no peer);
  void dial(node_no one, node_no other);
  void down(node_no self, node_no peer, const std::string& why);
  bool deliver_one();

  std::mt19937_64& random_;
  time_ms now_ = 0;
  std::uint64_t last_session_ = 0;
  std::map<node_no, std::unique_ptr<endpoint>> endpoints_;
  std::map<std::pair<node_no, node_no>, pair_state> pairs_;
  std::map<way, std::deque<frame>> frames_;
  std::set<std::pair<node_no, node_no>> cuts_;
  std::set<node_no> paused_;
};

} // namespace tutti::sim
