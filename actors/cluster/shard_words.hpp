#pragma once

#include "actors/link/frame.hpp"
#include "actors/wire/shard_messages.hpp"
#include "runtime/cluster/placement.hpp"
#include "runtime/engine/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// What nodes say to each other about shards, beside consensus: stored records in frames of a link
/// (docs/protocol.md). Append members only.
namespace tutti::actors {

/// Kinds of frames. Sent: append only.
enum class shard_word : link::frame_kind {
  leads = 32,        ///< shards_led
  letters = 33,      ///< letters_carried
  confirmed = 34,    ///< letters_confirmed
  request = 35,      ///< request_carried
  answer = 36,       ///< answer_carried
  news = 37,         ///< request_carried that nobody waits for
  members = 38,      ///< engine::cluster_changed without secrets
  survey = 39,       ///< survey_wanted
  views = 40,        ///< shards_seen
  move = 41,         ///< move_ordered
  rows_wanted = 42,  ///< rows_asked
  rows_read = 43,    ///< rows_answered
  job_wanted = 44,   ///< job_wanted
  job_found = 45,    ///< job_found
  job_order = 46,    ///< job_ordered
  index_wanted = 47, ///< index_wanted
  index_told = 48,   ///< index_carried
  silence = 49,      ///< silence_told
  rest = 50,         ///< rest_told
};

constexpr link::frame_kind kind_of(shard_word x) {
  return static_cast<link::frame_kind>(x);
}

/// The sender leads a shard in a term.
struct shard_led {
  engine::shard_no shard = 0;
  std::uint64_t term = 0;

  static constexpr auto fields() {
    using self = shard_led;
    return std::make_tuple(model::field(1, "shard", &self::shard),
                           model::field(2, "term", &self::term));
  }
};

struct shards_led {
  std::vector<shard_led> shards;
  bool whole = false; ///< the sender leads nothing else

  static constexpr auto fields() {
    using self = shards_led;
    return std::make_tuple(model::field(1, "shards", &self::shards),
                           model::field(2, "whole", &self::whole));
  }
};

/// See `wire::rest_word`.
struct rest_told {
  engine::shard_no shard = 0;
  std::uint64_t term = 0;
  std::uint64_t index = 0;
  std::uint32_t what = 0; ///< `wire::rest_word::kind`

  static constexpr auto fields() {
    using self = rest_told;
    return std::make_tuple(model::field(1, "shard", &self::shard),
                           model::field(2, "term", &self::term),
                           model::field(3, "index", &self::index),
                           model::field(4, "what", &self::what));
  }
};

struct letter_carried {
  std::uint64_t seq = 0;
  engine::envelope letter;

  static constexpr auto fields() {
    using self = letter_carried;
    return std::make_tuple(model::field(1, "seq", &self::seq),
                           model::field(2, "letter", &self::letter));
  }
};

/// Rows of an outbox for a shard that the receiver leads.
struct letters_carried {
  engine::shard_no from = 0;
  engine::shard_no to = 0;
  std::vector<letter_carried> items;

  static constexpr auto fields() {
    using self = letters_carried;
    return std::make_tuple(model::field(1, "from", &self::from), model::field(2, "to", &self::to),
                           model::field(3, "items", &self::items));
  }
};

struct letters_confirmed {
  engine::shard_no by = 0;
  engine::shard_no to = 0;
  std::uint64_t seq = 0;

  static constexpr auto fields() {
    using self = letters_confirmed;
    return std::make_tuple(model::field(1, "by", &self::by), model::field(2, "to", &self::to),
                           model::field(3, "seq", &self::seq));
  }
};

/// A question for an entity of a shard that the receiver leads, as far as the sender knows. It is
/// not passed on to a third node.
struct request_carried {
  std::uint64_t number = 0; ///< of the sender; 0 = nobody waits
  engine::envelope what;
  std::int64_t patience_ms = 0;

  static constexpr auto fields() {
    using self = request_carried;
    return std::make_tuple(model::field(1, "number", &self::number),
                           model::field(2, "what", &self::what),
                           model::field(3, "patience_ms", &self::patience_ms));
  }
};

struct error_carried {
  ec code = ec::internal;
  std::string message;
  std::vector<std::string> details;
  std::string kind;

  static constexpr auto fields() {
    using self = error_carried;
    return std::make_tuple(model::field(1, "code", &self::code),
                           model::field(2, "message", &self::message),
                           model::field(3, "details", &self::details),
                           model::field(4, "kind", &self::kind));
  }
};

error_carried carried(const error& why);
error error_of(error_carried what);

/// `good` or `bad`.
struct answer_carried {
  std::uint64_t number = 0;
  std::optional<engine::answer> good;
  std::optional<error_carried> bad;
  bool not_taken = false; ///< as in `wire::reply`

  static constexpr auto fields() {
    using self = answer_carried;
    return std::make_tuple(model::field(1, "number", &self::number),
                           model::field(2, "good", &self::good), model::field(3, "bad", &self::bad),
                           model::field(4, "not_taken", &self::not_taken));
  }
};

/// A shard as its leader sees it; `cluster::shard_view`.
struct shard_seen {
  engine::shard_no shard = 0;
  std::vector<std::uint64_t> voters;
  std::vector<std::uint64_t> learners;
  std::vector<std::uint64_t> caught_up;
  bool changing = false;
  std::uint64_t load = 0;
  std::uint64_t term = 0;

  static constexpr auto fields() {
    using self = shard_seen;
    return std::make_tuple(
      model::field(1, "shard", &self::shard), model::field(2, "voters", &self::voters),
      model::field(3, "learners", &self::learners), model::field(4, "caught_up", &self::caught_up),
      model::field(5, "changing", &self::changing), model::field(6, "load", &self::load),
      model::field(7, "term", &self::term));
  }
};

/// Whoever leads shard 0 wants to know which shards the receiver leads.
struct survey_wanted {
  std::uint64_t number = 0;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "number", &survey_wanted::number));
  }
};

struct shards_seen {
  std::uint64_t number = 0; ///< of the survey
  std::vector<shard_seen> shards;
  /// Jobs that run on the node, and that it can run at a time.
  std::uint64_t jobs = 0;
  std::uint64_t job_slots = 0;
  bool read_only = false; ///< the disk of the node takes nothing

  static constexpr auto fields() {
    using self = shards_seen;
    return std::make_tuple(model::field(1, "number", &self::number),
                           model::field(2, "shards", &self::shards),
                           model::field(3, "jobs", &self::jobs),
                           model::field(4, "job_slots", &self::job_slots),
                           model::field(5, "read_only", &self::read_only));
  }
};

/// A step of a plan, for the leader of its shard.
struct move_ordered {
  // Sent: append only.
  enum class kind_type : std::uint8_t {
    add_learner = 0,
    promote = 1,
    remove = 2,
    transfer = 3,
  };

  kind_type kind = kind_type::add_learner;
  engine::shard_no shard = 0;
  std::uint64_t node = 0;
  std::uint64_t instead_of = 0; ///< promote: who goes (0: nobody)

  static constexpr auto fields() {
    using self = move_ordered;
    return std::make_tuple(model::field(1, "kind", &self::kind),
                           model::field(2, "shard", &self::shard),
                           model::field(3, "node", &self::node),
                           model::field(4, "instead_of", &self::instead_of));
  }
};

/// Does the receiver have this job? If so, it tells the step from now on.
struct job_wanted {
  std::string step_uuid;
  engine::entity_id step;

  static constexpr auto fields() {
    using self = job_wanted;
    return std::make_tuple(model::field(1, "step_uuid", &self::step_uuid),
                           model::field(2, "step", &self::step));
  }
};

struct job_found {
  std::string step_uuid;
  bool found = false;

  static constexpr auto fields() {
    using self = job_found;
    return std::make_tuple(model::field(1, "step_uuid", &self::step_uuid),
                           model::field(2, "found", &self::found));
  }
};

struct job_ordered {
  wire::job_order::kind_type kind = wire::job_order::kind_type::terminate;
  std::string step_uuid;

  static constexpr auto fields() {
    using self = job_ordered;
    return std::make_tuple(model::field(1, "kind", &self::kind),
                           model::field(2, "step_uuid", &self::step_uuid));
  }
};

/// How far have the rows of a shard to be that are read now? To its leader.
struct index_wanted {
  engine::shard_no shard = 0;
  std::string context; ///< names the question

  static constexpr auto fields() {
    using self = index_wanted;
    return std::make_tuple(model::field(1, "shard", &self::shard),
                           model::field(2, "context", &self::context));
  }
};

struct index_carried {
  engine::shard_no shard = 0;
  std::string context;
  std::uint64_t index = 0;

  static constexpr auto fields() {
    using self = index_carried;
    return std::make_tuple(model::field(1, "shard", &self::shard),
                           model::field(2, "context", &self::context),
                           model::field(3, "index", &self::index));
  }
};

/// Whom the sender does not hear, and for how long.
struct silent_peer {
  std::uint64_t node = 0;
  std::int64_t silent_ms = 0;

  static constexpr auto fields() {
    using self = silent_peer;
    return std::make_tuple(model::field(1, "node", &self::node),
                           model::field(2, "silent_ms", &self::silent_ms));
  }
};

struct silence_told {
  std::vector<silent_peer> peers;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "peers", &silence_told::peers));
  }
};

move_ordered ordered(const cluster::move& what);
cluster::move move_of(const move_ordered& what);
shard_seen seen(const cluster::shard_view& what);
cluster::shard_view view_of(shard_seen what, cluster::node_no leader);

} // namespace tutti::actors
