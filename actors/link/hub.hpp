#pragma once

#include "actors/link/frame.hpp"
#include "actors/link/trust.hpp"
#include "actors/link/words.hpp"
#include "runtime/base/error.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Links between the nodes of a cluster: frames over mutually authenticated TLS 1.3. One thread of
/// its own, so that heartbeats wait for nobody.
namespace tutti::link {

struct hub_options {
  /// Where others reach this node. Port 0: any free port.
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  /// What this node says of itself.
  hello self;
  /// Absent: links in the clear, without any proof of who is there. Only on a loopback address.
  std::optional<node_identity> identity;

  /// Bytes that wait for one peer: urgent, normal, bulk.
  std::array<std::size_t, lane_count> queue_bytes_max{std::size_t{4} << 20U, std::size_t{32} << 20U,
                                                      std::size_t{32} << 20U};
  /// Room for an entry of consensus (32 MiB) and the words around it.
  std::size_t frame_max = std::size_t{40} << 20U;
  std::size_t connections_max = 256;
  std::chrono::milliseconds ping_every{500};
  /// A peer that is silent for so long counts as gone.
  std::chrono::milliseconds silence_max{2'000};
  std::chrono::milliseconds handshake_max{5'000};
  /// Pauses between two tries to reach a peer, doubled from the first to the second.
  std::chrono::milliseconds redial_min{50};
  std::chrono::milliseconds redial_max{2'000};
};

/// Answers one request to join, once, from any thread.
using join_reply = std::function<void(join_answer)>;

/// Called on the thread of the hub: they must not wait.
struct hub_handlers {
  std::function<void(node_no from, frame_kind kind, std::string_view payload)> on_frame;
  /// Frames can be sent to it; `protocol` is what both speak.
  std::function<void(const hello& peer, std::uint64_t protocol)> on_up;
  std::function<void(node_no peer, const std::string& why)> on_down;
  /// May be absent: then nobody can join here.
  std::function<void(const join_request& asked, join_reply answer)> on_join;
};

struct peer_state {
  node_no node = 0;
  std::string address;
  bool up = false;
  std::uint64_t incarnation = 0; ///< as it last said; another one at each start of its process
  std::int64_t silent_ms = 0;    ///< since when it is not up; 0 if it is
  std::int64_t unheard_ms = 0;   ///< since the last sign of life, also while it is up
  std::string last_error;        ///< why it is not up; empty if it was not tried yet
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_refused = 0; ///< queue full or not connected
};

/// Frames to the other members. `hub` carries them over sockets; a simulation has its own.
class transport {
public:
  transport() = default;
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;

  /// Cuts all links: no handler is called any more. Not from a handler.
  virtual ~transport() = default;

  /// Whom to keep a link to, from now on; others are cut, in both directions: a node that is not
  /// named here is refused even with a good certificate. From any thread.
  virtual void set_peers(std::vector<member_address> peers) = 0;

  /// Queues a frame, from any thread. False: not connected, or too much waits for it already; the
  /// frame is dropped, as a network may.
  virtual bool send(node_no to, lane on, frame_kind kind, std::string_view payload) = 0;

  virtual std::vector<peer_state> peers() const = 0;
};

class hub final : public transport {
public:
  /// Listens. `unavailable` if the port is taken, `bad_request` for links in the clear on an
  /// address that others can reach, or certificates that are none.
  static result<std::unique_ptr<hub>> start(hub_options options, hub_handlers handlers);

  /// Joins its thread too.
  ~hub() override;

  std::uint16_t port() const;

  void set_peers(std::vector<member_address> peers) override;

  /// New certificates for the connections to come; those there are stay.
  status renew(const node_identity& fresh);

  bool send(node_no to, lane on, frame_kind kind, std::string_view payload) override;

  std::vector<peer_state> peers() const override;

private:
  class impl;

  explicit hub(std::unique_ptr<impl> content);

  std::unique_ptr<impl> impl_;
};

} // namespace tutti::link
