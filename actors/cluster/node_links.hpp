#pragma once

#include "actors/cluster/leader_table.hpp"
#include "actors/cluster/shard_words.hpp"
#include "actors/cluster/silence_table.hpp"
#include "actors/link/hub.hpp"
#include "actors/wire/shard_map.hpp"
#include "actors/wire/shard_messages.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tutti::actors {

/// Begins to listen.
using transport_maker
  = std::function<result<std::unique_ptr<link::transport>>(link::hub_options, link::hub_handlers)>;

/// `link::hub::start`.
result<std::unique_ptr<link::transport>> over_sockets(link::hub_options options,
                                                      link::hub_handlers handlers);

/// Who this node is, and where others reach it.
struct link_settings {
  cluster::node_no node = 1;
  std::string cluster;
  std::string address = "127.0.0.1"; ///< to listen on
  std::uint16_t port = 0;
  /// Absent: links in the clear.
  std::optional<link::node_identity> identity;
  std::string version;
  std::uint64_t incarnation = 0; ///< another one at each start
  /// A peer that is silent for so long counts as gone.
  std::chrono::milliseconds silence_max{2'000};
  transport_maker connect = over_sockets;
  /// Term and count of the last word about members that this node has heard.
  std::pair<std::uint64_t, std::uint64_t> members_version{};
};

/// What the words of other nodes are for.
struct link_targets {
  wire::log_actor log;
  wire::gateway_actor gateway;
  std::shared_ptr<const shard_map> keepers;
  /// Frames of kinds below `shard_word::leads`: consensus and pictures. Must not wait.
  std::function<void(cluster::node_no from, link::frame_kind kind, std::string_view payload)>
    on_consensus;
  /// Frames about jobs and rows. Must not wait.
  std::function<void(cluster::node_no from, link::frame_kind kind, std::string_view payload)>
    on_other;
  std::function<void(cluster::node_no peer)> on_up;
  std::function<void(cluster::node_no peer)> on_down;
  std::function<void(const link::join_request& asked, link::join_reply answer)> on_join;
  /// The members were told by whoever leads shard 0.
  std::function<void(const engine::cluster_changed&)> on_members;
  /// Jobs that run here, and that may run at a time.
  std::function<std::pair<std::uint64_t, std::uint64_t>()> jobs;
  /// The disk of this node takes nothing.
  std::function<bool()> read_only;
  /// Of a steady clock.
  std::function<std::int64_t()> now_ms;
  /// Calls a function after a pause.
  std::function<void(std::chrono::milliseconds, std::function<void()>)> later;
};

/// What a node said of the shards that it leads.
struct surveyed_node {
  cluster::node_no node = 0;
  std::vector<shard_seen> shards;
  std::uint64_t jobs = 0;
  std::uint64_t job_slots = 0;
  bool read_only = false;
};

/// Each shard as its newest leader sees it, ascending; those that nobody leads are missing.
std::vector<cluster::shard_view> newest_views(const std::vector<surveyed_node>& seen);

/// A node's words with the others about shards: who leads what, letters, questions, surveys.
/// Translates between frames and actors; decides nothing. Frames may get lost, and everything here
/// is repeated by those who need it. Any thread.
class node_links : public std::enable_shared_from_this<node_links> {
public:
  node_links(link_settings settings, engine::shard_no shards);
  ~node_links();

  node_links(const node_links&) = delete;
  node_links& operator=(const node_links&) = delete;

  /// Listens, and begins to speak. Once.
  status open(link_targets targets);

  /// Cuts all links; nothing is said or heard any more. Not from a handler.
  void close();

  cluster::node_no self() const { return settings_.node; }

  // -- members ------------------------------------------------------------------------------------

  /// Whom to keep links to.
  void set_members(std::vector<link::member_address> members);

  std::vector<link::peer_state> peers() const;

  /// Tells all others who is a member. Only for the leader of shard 0. Whoever hears it passes it
  /// on: the leader may have no link yet to a member that has not heard of the leader's own node.
  void tell_members(const engine::cluster_changed& members);

  /// Of the newest word about members: term of the leader who said it, and its count.
  std::pair<std::uint64_t, std::uint64_t> members_version() const;

  /// For how long a majority of all members has not heard of a node: 0 if it is up for so many that
  /// it may be in touch with a majority itself. Links may be cut between two nodes only.
  std::int64_t agreed_silence_ms(cluster::node_no node) const;

  // -- leaders ------------------------------------------------------------------------------------

  const leader_table& leaders() const { return leaders_; }

  /// This node leads the shard in that term.
  void on_lead(engine::shard_no shard, std::uint64_t term);

  /// The other node that leads a shard; 0 = this one, or nobody is known.
  cluster::node_no elsewhere(engine::shard_no shard) const;

  // -- words --------------------------------------------------------------------------------------

  /// False: not connected, or too much waits.
  bool send(cluster::node_no to, link::lane on, link::frame_kind kind, std::string_view payload);

  /// To all other members, in the normal lane.
  void send_all(shard_word what, std::string_view payload);

  bool carry(cluster::node_no to, std::uint64_t number, const engine::entity_id& entity,
             const engine::message_ptr& what, std::int64_t patience_ms);

  /// The answer to a client of another node.
  bool answer(cluster::node_no to, std::uint64_t number, const wire::reply& what);

  /// News of a job, to whoever leads the shard of the step.
  bool news(cluster::node_no to, const engine::entity_id& entity, const engine::message_ptr& what);

  /// A word about rest, to the node that it names.
  void rest(const wire::rest_word& what);

  /// Asks a leader how far the rows of a shard have to be; the answer goes to the log.
  void ask_index(cluster::node_no leader, engine::shard_no shard, const std::string& context);

  /// True if the shard is led elsewhere; the letters are on their way or got lost.
  bool letters(engine::shard_no to, const wire::letters& what);
  bool confirm(engine::shard_no to, const wire::letters_received& what);

  /// Asks all nodes which shards they lead; `done` is called once, with the answers that came
  /// within `patience`.
  void survey(std::chrono::milliseconds patience,
              std::function<void(std::vector<surveyed_node>)> done);

  /// Carries out a step of a plan at the leader of its shard.
  void order(const cluster::move& what);

private:
  struct survey_state {
    std::set<cluster::node_no> awaited;
    std::vector<surveyed_node> answers;
    std::function<void(std::vector<surveyed_node>)> done;
  };

  std::shared_ptr<const link_targets> targets() const;
  void watch_silence();
  void tell_silence();
  void take_silence(cluster::node_no from, const silence_told& what);
  void send_letters_again(engine::shard_no shard);
  void on_frame(cluster::node_no from, link::frame_kind kind, std::string_view payload);
  void on_up(cluster::node_no peer);
  void on_down(cluster::node_no peer);
  void learn(cluster::node_no node, engine::shard_no shard, std::uint64_t term);
  void take_letters(letters_carried what);
  void take_request(cluster::node_no from, request_carried what);
  void take_answer(answer_carried what);
  void take_members(std::string_view payload);
  void answer_index(cluster::node_no to, const index_wanted& what);
  void answer_survey(cluster::node_no to, std::uint64_t number);
  void take_views(surveyed_node what, std::uint64_t number);
  void end_survey(std::uint64_t number);
  void look_here(std::uint64_t number, std::function<void(shards_seen)> done);
  void tell_leads(cluster::node_no to);
  void watch_leads();
  void tell_all_leads();
  void take_leads(cluster::node_no from, const shards_led& what);

  link_settings settings_;
  engine::shard_no shards_;
  leader_table leaders_;

  mutable std::mutex lock_; ///< guards what follows
  std::shared_ptr<const link_targets> targets_;
  std::shared_ptr<link::transport> hub_;
  std::map<std::uint64_t, survey_state> surveys_;
  std::uint64_t last_survey_ = 0;
  /// The newest word about members: term of the leader, its count, and the word itself.
  std::pair<std::uint64_t, std::uint64_t> members_version_{};
  std::string members_word_;
  silence_table silences_;
  bool watching_silence_ = false;
};

} // namespace tutti::actors
