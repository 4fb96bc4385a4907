#pragma once

#include "actors/wire/shard_messages.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/store_reader.hpp"
#include "storage/journal/shard_write.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace tutti::actors {

/// The post of a shard: letters sent and not confirmed, and how far letters of others were taken.
///
/// Sender: a letter is a row until its receiver confirmed it; the newest row of a receiver stays,
/// since it remembers the number to go on with. Receiver: the highest number taken per sender is a
/// row that commits together with what the letters caused, so that a repeated letter is known.
class shard_book {
public:
  status load(const engine::row_reader& rows);

  // -- sender -------------------------------------------------------------------------------------

  std::uint64_t next_seq(engine::shard_no to) { return ++out_[to].last; }

  void sent(engine::shard_no to, const wire::numbered_envelope& letter) {
    out_[to].waiting.push_back(letter);
  }

  /// The receiver has committed everything up to `seq`.
  void confirm(engine::shard_no to, std::uint64_t seq);

  /// How far the receiver has confirmed; 0 = nothing.
  std::uint64_t confirmed_by(engine::shard_no to) const;

  /// Letters are not confirmed.
  bool waits_for(engine::shard_no to) const;

  /// Rows of confirmed letters go with the next batch; they are no reason for one.
  void write_confirmed(std::vector<storage::row_op>& rows);

  static constexpr std::size_t resend_max = 1000;

  /// Letters that `may_leave` and are not confirmed, in order, at most `resend_max`.
  std::shared_ptr<const std::vector<wire::numbered_envelope>>
  unconfirmed(engine::shard_no to,
              const std::function<bool(std::uint64_t, engine::shard_no)>& may_leave) const;

  // -- receiver -----------------------------------------------------------------------------------

  /// Takes a letter if it is the next one of its sender; it will be handled in batch `batch`.
  bool accept(engine::shard_no from, std::uint64_t seq, std::uint64_t batch);

  /// Rows for what was taken since the last batch.
  void write_inbox(std::vector<storage::row_op>& rows);

  /// What batch `batch` and those before it confirm: sender and number.
  std::vector<std::pair<engine::shard_no, std::uint64_t>> committed_inbox(std::uint64_t batch);

  /// The highest number of `from` that is committed here; 0 if none.
  std::uint64_t confirmed_for(engine::shard_no from) const;

private:
  struct outgoing {
    std::uint64_t last = 0;
    std::uint64_t confirmed = 0;
    std::uint64_t deleted = 0; ///< rows up to this one are gone
    std::deque<wire::numbered_envelope> waiting;
  };

  struct incoming {
    std::uint64_t taken = 0;
    std::uint64_t committed = 0;
    bool dirty = false;
    std::deque<std::pair<std::uint64_t, std::uint64_t>> under_way; ///< batch, number
  };

  std::map<engine::shard_no, outgoing> out_;
  std::map<engine::shard_no, incoming> in_;
};

/// Messages that were delivered and not handled when their batch closed, in order.
status load_pending(const engine::row_reader& rows,
                    std::vector<std::pair<std::uint64_t, engine::envelope>>& out);

/// Entities that have something running outside.
status load_external(const engine::row_reader& rows, std::vector<engine::entity_id>& out);

} // namespace tutti::actors
