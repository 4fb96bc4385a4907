#pragma once

#include "runtime/cluster/placement.hpp"
#include "runtime/engine/outcome.hpp"
#include "storage/journal/shard_snapshot.hpp"
#include "storage/journal/shard_write.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What crosses a mailbox inside a node. These messages never leave the process: they hold shared,
/// immutable content by pointer. What travels between shards also exists as stored bytes
/// (`engine::envelope`), which is the form for other nodes.
namespace tutti::wire {

// -- keeper and entity ----------------------------------------------------------------------------

/// The keeper hands an entity a message.
struct deliver {
  std::uint64_t number = 0; ///< names the delivery in the entity's `commit`
  std::uint64_t client = 0; ///< who waits for an answer (0 = nobody)
  engine::message_ptr what;
  /// How many commits of this entity with rows are applied: its own overlay may forget those.
  std::uint64_t commits_applied = 0;
};

/// An entity's answer to a `deliver`: what it decided. Always sent, even if nothing happened.
struct commit {
  std::uint64_t epoch = 0;
  std::uint64_t slot = 0;   ///< which entity, as the keeper numbers them
  std::uint64_t number = 0; ///< of the delivery
  std::uint64_t client = 0; ///< of the delivery
  engine::outcome todo;
  /// Rows that are still on their way are needed: deliver again after the next commit.
  bool again = false;
  /// The entity cannot trust its memory; it is dropped, and made anew by the next message.
  std::optional<error> failure;
};

// -- keeper and log -------------------------------------------------------------------------------

/// All keepers are there: join in.
struct begin {
  std::uint64_t unused = 0;
};

/// The keeper of a shard is ready to lead it; the log answers `lead` or `step_down`.
struct campaign {
  storage::shard_id shard = 0;
};

/// Asks the log to commit changes of a shard, in the order of asking. The epoch is the term of
/// `lead`.
struct proposal {
  std::uint64_t epoch = 0;
  std::uint64_t batch = 0;
  storage::shard_id shard = 0;
  std::vector<storage::row_op> rows;
};

/// The proposals of the shard up to `batch` are committed and applied.
struct committed {
  std::uint64_t epoch = 0;
  std::uint64_t batch = 0;
};

/// A proposal is not known to have committed, and no later one of its epoch will.
struct not_committed {
  std::uint64_t epoch = 0;
  std::uint64_t batch = 0;
  error why;
};

/// This node leads the shard from now on, in a term of its own that is durable. What was committed
/// before is applied.
struct lead {
  std::uint64_t term = 0;
};

/// This node does not lead the shard any more: what has not committed is forgotten.
struct step_down {
  error why;
};

// -- between replicas ---------------------------------------------------------------------------

/// A message of consensus from one node to another; may get lost, or come twice.
struct raft_mail {
  storage::shard_id shard = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::uint32_t type = 0; ///< as the consensus library numbers them
  std::string bytes;
  /// With a snapshot: the rows. Whoever carries them says in the end what became of them.
  std::shared_ptr<storage::shard_snapshot> picture;
};

/// A group whose members all have the same needs no heartbeats: its leader proposes a rest to the
/// members, and rests itself when all have agreed. A member that hears of time again asks for a
/// sign of life. May get lost, or come twice.
struct rest_word {
  enum class kind : std::uint8_t {
    propose,
    agree,
    wake
  }; // Sent: append only.

  storage::shard_id shard = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::uint64_t term = 0;
  storage::log_index index = 0; ///< where the log ends
  kind what = kind::propose;
};

/// A node can be heard, or not any more.
struct peer_seen {
  std::uint64_t node = 0;
  bool up = false;
};

/// All shards that node `from` leads, with their terms.
struct leads_told {
  std::uint64_t from = 0;
  std::map<storage::shard_id, std::uint64_t> terms;
};

/// What became of a picture for node `member`.
struct picture_sent {
  storage::shard_id shard = 0;
  std::uint64_t member = 0;
  bool delivered = false;
};

/// Wants to read rows that are at least as new as now. `done` is called once, on the log's thread:
/// true when the rows of this node are so new, false if it has no full copy.
struct read_barrier {
  storage::shard_id shard = 0;
  std::function<void(result<bool>)> done;
};

/// Another node wants to read a shard that this one leads: how far must its rows be? `answer` is
/// called once, on the log's thread.
struct index_asked {
  storage::shard_id shard = 0;
  std::function<void(result<storage::log_index>)> answer;
};

/// The leader's answer to a question named `context`.
struct index_told {
  storage::shard_id shard = 0;
  std::string context;
  storage::log_index index = 0;
};

/// Wants to know the shards that this node leads.
struct survey {
  std::function<void(std::vector<cluster::shard_view>)> done;
};

/// A change of replicas or of the lead of a shard that this node leads; else it does nothing.
struct member_move {
  cluster::move what;
};

/// The link to a node is gone.
struct node_silent {
  std::uint64_t node = 0;
};

// -- between shards -------------------------------------------------------------------------------

struct numbered_envelope {
  std::uint64_t seq = 0;
  engine::envelope letter;
};

/// Rows of the sender's outbox for the receiving shard, in order.
struct letters {
  engine::shard_no from = 0;
  std::shared_ptr<const std::vector<numbered_envelope>> items;
};

/// Everything up to `seq` is committed at shard `by`: the sender may delete it.
struct letters_received {
  engine::shard_no by = 0;
  std::uint64_t seq = 0;
};

/// A shard serves (again): send what it has not confirmed.
struct letters_wanted {
  engine::shard_no by = 0;
};

// -- from outside ---------------------------------------------------------------------------------

/// A client's request, or an executor's news (client 0): not durable here, the sender repeats it.
struct request {
  engine::entity_id to;
  engine::message_ptr what;
  std::uint64_t client = 0;
};

/// The answer to a client, after everything it says is committed.
struct reply {
  std::uint64_t client = 0;
  std::shared_ptr<const engine::answer> good;
  std::shared_ptr<const error> bad;
  /// With `bad`: certainly nothing came of the request, since this shard is not led here.
  bool not_taken = false;
};

/// A question of a client of this process; `done` is called once, from the gateway's thread.
struct ask {
  engine::entity_id to;
  engine::message_ptr what;
  std::function<void(result<engine::answer>)> done;
  /// 0 = the gateway's own patience.
  std::int64_t patience_ms = 0;
  /// Another node sent it: it is not passed on, and `done_reply` is called instead.
  std::function<void(const reply&)> done_reply{};
};

/// An order to the executor, released by a commit.
struct work {
  engine::entity_id step;
  std::shared_ptr<const engine::effect> what;
  std::uint64_t term = 0; ///< in which it was decided
};

/// Another node looks for a job that it was told to start again.
struct job_asked {
  std::uint64_t node = 0;
  std::string step_uuid;
  engine::entity_id step;
};

/// The answer of a node: it has the job and tells about it from now on, or knows nothing of it.
struct job_answer {
  std::uint64_t node = 0;
  std::string step_uuid;
  bool found = false;
};

/// An order about a job that may be here, from the node that leads its step.
struct job_order {
  // Sent: append only.
  enum class kind_type : std::uint8_t {
    terminate = 0,
    forget = 1,
    erase = 2,
  };

  kind_type kind = kind_type::terminate;
  std::string step_uuid;
};

// -- to oneself -----------------------------------------------------------------------------------

/// INTERNAL: close the open batch. Queues behind what already waits, so batches grow under load.
struct flush {
  std::uint64_t epoch = 0;
};

/// INTERNAL to the gateway: try again what found no leader.
struct again {
  std::uint64_t unused = 0;
};

/// INTERNAL to a keeper: see whether letters to other nodes got lost.
struct post_check {
  std::uint64_t epoch = 0;
};

/// INTERNAL to the gateway: some questions may have waited too long.
struct overdue {
  std::uint64_t unused = 0;
};

/// INTERNAL to the executor: news of a job, by the uuid of its attempt.
struct job_news {
  engine::job_update what;
};

/// INTERNAL to the executor: what became of a question to the log.
struct search_confirmed {
  std::string step_uuid;
  std::uint64_t question = 0;
  bool leads
    = false; ///< this node led the shard of the step in the term of the order, a majority says
};

/// INTERNAL to the executor: look whether nodes that are asked for jobs have answered, and whether
/// this node still hears of the others.
struct look_around {
  std::uint64_t unused = 0;
};

/// INTERNAL: a timer may be due. Stale ones name an older generation.
struct tick {
  std::uint64_t generation = 0;
};

/// INTERNAL: look for entities that were idle for long.
struct sweep {
  std::uint64_t epoch = 0;
};

/// INTERNAL to the log: time passes for groups of several members.
struct raft_tick {
  std::uint64_t unused = 0;
};

/// INTERNAL to the log: the disk did what it was asked for, or failed.
struct disk_done {
  bool written = false; ///< there was something to write
  std::uint64_t took_us = 0;
  std::uint64_t row_bytes = 0;
  std::optional<error> failure;
  std::vector<storage::shard_id> refused; ///< shards whose picture was no good
};

/// INTERNAL to the log: see whether the disk has room again.
struct recheck {
  std::uint64_t unused = 0;
};

// -- interfaces -----------------------------------------------------------------------------------

/// One workflow, run, step or loop part.
using entity_actor = caf::typed_actor<caf::reacts_to<deliver>>;

/// Runs jobs outside the shards.
using executor_actor
  = caf::typed_actor<caf::reacts_to<work>, caf::reacts_to<job_news>,
                     // Other nodes.
                     caf::reacts_to<job_asked>, caf::reacts_to<job_answer>,
                     caf::reacts_to<job_order>,
                     // INTERNAL
                     caf::reacts_to<look_around>, caf::reacts_to<search_confirmed>>;

/// Finds the keeper for a question and hands the reply back to whoever asked.
using gateway_actor = caf::typed_actor<caf::reacts_to<ask>, caf::reacts_to<reply>,
                                       // Who was asked there does not answer any more.
                                       caf::reacts_to<node_silent>,
                                       // INTERNAL
                                       caf::reacts_to<overdue>, caf::reacts_to<again>>;

using shard_keeper_actor = caf::typed_actor<
  // The node is complete.
  caf::reacts_to<begin>,
  // A client or executor wants something of an entity of this shard.
  caf::reacts_to<request>,
  // An entity decided.
  caf::reacts_to<commit>,
  // The log answers.
  caf::reacts_to<committed>, caf::reacts_to<not_committed>,
  // Consensus says who leads.
  caf::reacts_to<lead>, caf::reacts_to<step_down>,
  // Other shards.
  caf::reacts_to<letters>, caf::reacts_to<letters_received>, caf::reacts_to<letters_wanted>,
  // INTERNAL
  caf::reacts_to<flush>, caf::reacts_to<tick>, caf::reacts_to<sweep>, caf::reacts_to<post_check>>;

/// Gets proposals of all shards committed, and makes them durable together.
using log_actor = caf::typed_actor<
  // Answered by `lead` or `step_down` to the keeper, now and whenever that changes.
  caf::reacts_to<campaign, shard_keeper_actor>,
  // Answered by `committed` or `not_committed` to the keeper.
  caf::reacts_to<proposal, shard_keeper_actor>,
  // From other nodes, and from who carries pictures to them.
  caf::reacts_to<raft_mail>, caf::reacts_to<picture_sent>, caf::reacts_to<rest_word>,
  caf::reacts_to<peer_seen>, caf::reacts_to<leads_told>,
  // Reads, and the care for replicas.
  caf::reacts_to<read_barrier>, caf::reacts_to<index_asked>, caf::reacts_to<index_told>,
  caf::reacts_to<survey>, caf::reacts_to<member_move>,
  // INTERNAL: write what has gathered.
  caf::reacts_to<flush>,
  // INTERNAL: the disk answers.
  caf::reacts_to<disk_done>,
  // INTERNAL: a tick of consensus.
  caf::reacts_to<raft_tick>,
  // INTERNAL: the disk may have room again.
  caf::reacts_to<recheck>>;

} // namespace tutti::wire

// In-process only (see above).
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::deliver)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::commit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::proposal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::not_committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::lead)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::step_down)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::letters)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::letters_received)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::ask)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::overdue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::job_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::work)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::flush)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::sweep)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::recheck)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::raft_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::picture_sent)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::rest_word)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::peer_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::leads_told)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::raft_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::disk_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::begin)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::campaign)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::letters_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::post_check)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::read_barrier)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::survey)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::member_move)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::node_silent)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::job_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::job_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::job_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::look_around)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::search_confirmed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::index_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::wire::index_told)
