#pragma once

#include "actors/http/message.hpp"
#include "actors/http/server.hpp"
#include "runtime/engine/message.hpp"
#include "runtime/engine/outcome.hpp"
#include "runtime/engine/views.hpp"
#include "runtime/model/validate.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tutti::http {

/// A piece of a step's log.
struct log_text {
  std::string text;
  std::int64_t offset = 0;      ///< of the first byte
  std::int64_t next_offset = 0; ///< behind the last byte
  std::int64_t dropped = 0;     ///< bytes in front of the piece that are lost
};

/// What a node in a cluster adds to the API. Each `done` is called once, on any thread.
struct cluster_api {
  /// `GET /api/v3/cluster`.
  std::function<void(std::function<void(boost::json::object)> done)> describe;
  std::function<void(std::int64_t valid_ms, std::int64_t uses, const std::string& caller,
                     std::function<void(result<std::string>)> done)>
    make_token;
};

/// What the API is wired to. All of it may be called from any thread.
struct api_deps {
  /// Asks an entity; the last argument is called once, on any thread.
  std::function<void(engine::entity_id, engine::message_ptr,
                     std::function<void(result<engine::answer>)>)>
    ask;
  engine::shard_reader rows;
  /// What is read while the result lives sees all that was committed before. Absent where that is
  /// always so.
  std::function<std::shared_ptr<void>()> read_session{};
  /// Absent on a node alone.
  std::optional<cluster_api> cluster{};
  std::function<engine::time_ms()> now;
  std::function<std::string()> make_uuid;
  model::limits limits;
  /// For what a push tries out.
  std::shared_ptr<const params::expression_evaluator> language;
  /// `GET /api/v3/node`.
  std::function<boost::json::object()> node_status;
  /// Why this node should get no requests, if so.
  std::function<std::optional<error>()> not_ready;
  std::function<result<log_text>(std::string step_uuid, bool stderr_stream, std::int64_t offset,
                                 std::int64_t limit)>
    read_log;
  /// Calls a function after a pause.
  std::function<void(std::chrono::milliseconds, std::function<void()>)> later;
};

class route_table;

/// The REST API of a node: routes to views and commands. A handler for the server; copies share
/// their routes, and answers that are still to come keep what they need alive.
class api {
public:
  explicit api(api_deps deps);

  void operator()(request asked, responder answer) const;

private:
  std::shared_ptr<const route_table> routes_;
  std::function<std::shared_ptr<void>()> session_;
};

} // namespace tutti::http
