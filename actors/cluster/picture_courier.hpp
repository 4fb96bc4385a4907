#pragma once

#include "actors/cluster/incoming_picture.hpp"
#include "actors/cluster/outgoing_picture.hpp"
#include "actors/cluster/peer_words.hpp"
#include "actors/cluster/picture_limits.hpp"
#include "actors/link/frame.hpp"
#include "actors/link/words.hpp"
#include "actors/wire/shard_messages.hpp"
#include "runtime/base/error.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace tutti::actors {

struct courier_deps {
  link::node_no self = 0;
  /// Another one at each start of the process: answers to its forerunner find nothing.
  std::uint64_t incarnation = 0;
  /// Where pictures lie that come in; of this courier alone.
  std::filesystem::path folder;
  /// `link::hub::send`.
  std::function<bool(link::node_no to, link::lane on, link::frame_kind kind,
                     std::string_view payload)>
    send;
  /// Takes mail whose picture is complete and undamaged. On the courier's thread.
  std::function<void(wire::raft_mail)> deliver;
  /// From any thread, also inside `carry` and the destructor.
  std::function<void(wire::picture_sent)> report;
  /// Of a steady clock; any thread.
  std::function<std::int64_t()> now_ms;
};

/// Tells once what became of a picture: undelivered, unless told otherwise before its end.
class owed_report {
public:
  owed_report(const courier_deps& deps, storage::shard_id shard, link::node_no member)
    : deps_(&deps),
      shard_(shard),
      member_(member) {}

  owed_report(owed_report&& other) noexcept
    : deps_(std::exchange(other.deps_, nullptr)),
      shard_(other.shard_),
      member_(other.member_) {}

  owed_report& operator=(owed_report&&) = delete;
  owed_report(const owed_report&) = delete;
  owed_report& operator=(const owed_report&) = delete;

  ~owed_report() { tell(false); }

  void tell(bool delivered) {
    if (const auto* deps = std::exchange(deps_, nullptr))
      deps->report({shard_, member_, delivered});
  }

private:
  const courier_deps* deps_;
  storage::shard_id shard_;
  link::node_no member_;
};

/// Carries pictures of shards between this node and others. Repeats nothing: what fails is
/// reported, and consensus asks for another picture. `picture_courier` is it; a simulation has its
/// own.
class picture_carrier {
public:
  picture_carrier() = default;
  picture_carrier(const picture_carrier&) = delete;
  picture_carrier& operator=(const picture_carrier&) = delete;
  virtual ~picture_carrier() = default;

  /// Brings mail with a picture to node `what.to`, and reports the outcome exactly once. If too
  /// many wait, it is undelivered at once. From any thread.
  virtual void carry(wire::raft_mail what) = 0;

  /// Takes a frame of the three kinds of pictures; false if it is of another kind. Never waits:
  /// what is too much is dropped, and its transfer fails. From any thread, one at a time for each
  /// node.
  virtual bool on_frame(link::node_no from, link::frame_kind kind, std::string_view payload) = 0;

  /// Gives up what is on its way to and from `node`. From any thread; never waits.
  virtual void on_down(link::node_no node) = 0;
};

/// Carries them piece by piece, on a thread of its own. The words are in picture_words.hpp.
class picture_courier final : public picture_carrier {
public:
  /// Clears the folder and starts the thread. `ec::io` if the folder cannot be used.
  static result<std::unique_ptr<picture_courier>> start(courier_deps deps,
                                                        picture_limits limits = {});

  ~picture_courier() override { stop(); }

  /// Gives up what is on its way and joins the thread. Afterwards nothing is sent or delivered, so
  /// links may end before the courier does: frames are dropped, and what is carried is undelivered.
  /// Pictures that were delivered stay good. Not from its own thread.
  void stop();

  void carry(wire::raft_mail what) override;
  bool on_frame(link::node_no from, link::frame_kind kind, std::string_view payload) override;
  void on_down(link::node_no node) override;

private:
  struct waiting {
    wire::raft_mail mail;
    owed_report report;
    std::int64_t since_ms = 0;
  };

  struct frame {
    link::node_no from = 0;
    peer_word kind{};
    std::string payload;
  };

  struct outgoing {
    outgoing_picture picture;
    owed_report report;
    std::int64_t since_ms = 0;
    std::int64_t heard_ms = 0; ///< of progress
  };

  struct incoming {
    incoming_picture picture;
    std::int64_t heard_ms = 0;
    bool unconfirmed = false; ///< word of its progress could not be sent
  };

  /// The end of a transfer, of which the sender has to hear.
  struct last_word {
    link::node_no to = 0;
    picture_answer what;
    std::int64_t since_ms = 0;
  };

  using incoming_key = std::pair<link::node_no, std::uint64_t>;
  using outgoing_map = std::map<std::uint64_t, outgoing>;
  using incoming_map = std::map<incoming_key, incoming>;

  picture_courier(courier_deps deps, picture_limits limits);

  void run();

  /// Waits for something to do, at most until transfers have to be looked at. False at the end.
  bool wait(std::set<link::node_no>& downs, std::optional<frame>& next);

  void drop_node(link::node_no node);
  void look();

  // -- out --
  void start_waiting();
  void begin(waiting what);
  void push(outgoing_map::iterator at);
  void on_answer(link::node_no from, std::string_view payload);
  void on_progress(outgoing_map::iterator at, std::uint32_t pieces);
  void give_up(outgoing_map::iterator at, const std::string& why);

  // -- in --
  void on_begin(link::node_no from, std::string_view payload);
  void on_piece(link::node_no from, std::string_view payload);
  void confirm(incoming_map::iterator at);
  void complete(incoming_map::iterator at);
  void refuse(const incoming_key& of, std::uint32_t pieces, const std::string& why);
  void say_last(link::node_no to, picture_answer what);

  bool say(link::node_no to, const picture_answer& what) const;

  const courier_deps deps_;
  const picture_limits limits_;

  std::mutex mutex_; ///< guards what follows, up to the thread
  std::condition_variable changed_;
  std::deque<waiting> waiting_;
  std::deque<frame> inbox_;
  std::size_t inbox_bytes_ = 0;
  std::size_t inbox_words_bytes_ = 0;
  std::set<link::node_no> downs_;
  bool stopping_ = false;

  // Of the courier's thread.
  outgoing_map out_;
  incoming_map in_;
  std::deque<last_word> unsaid_;
  std::uint64_t last_transfer_;

  std::thread thread_;
};

} // namespace tutti::actors
