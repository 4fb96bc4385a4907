#include "actors/node/service.hpp"

#include "actors/http/api.hpp"
#include "actors/http/server.hpp"
#include "actors/node/cluster_part.hpp"
#include "actors/node/later.hpp"
#include "actors/node/node_status.hpp"
#include "actors/node/uuid.hpp"
#include "actors/run/process_language.hpp"
#include "actors/run/shard_rows.hpp"
#include "runtime/base/log.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <atomic>
#include <vector>

namespace tutti::actors {

namespace {

class node_service final : public service {
public:
  explicit node_service(const ::tutti::config::node_options& options) : options_(options) {}

  status open() {
    started_ = wall_ms();
    auto made = node::start(options_);
    if (!made)
      return made.error();
    node_ = std::move(*made);
    for (engine::shard_no shard = 0; shard < node_->shards(); ++shard)
      rows_.push_back(std::make_unique<shard_rows>(node_->rows(), shard));
    http::server_options server;
    server.address = options_.http.host;
    server.port = static_cast<std::uint16_t>(options_.http.port);
    // Reads in a cluster wait for other nodes.
    constexpr std::int64_t threads_in_cluster = 8;
    server.threads = static_cast<unsigned>(node_->cluster()
                                             ? std::max(options_.http_threads, threads_in_cluster)
                                             : options_.http_threads);
    server.body_max = static_cast<std::size_t>(options_.request_body_max);
    server.in_flight_max = static_cast<std::size_t>(options_.in_flight_requests_max);
    auto listening = http::server::start(server, http::api{api_deps()});
    if (!listening)
      return listening.error();
    server_ = std::move(*listening);
    address_ = options_.http.host + ":" + std::to_string(server_->port());
    if (auto* cluster = node_->cluster())
      cluster->announce(address_);
    return unit{};
  }

  ~node_service() override {
    // Threads of the server may wait for other nodes.
    if (node_ && node_->cluster())
      node_->cluster()->stop_reads();
  }

  std::string address() const override { return address_; }

  node& nucleus() override { return *node_; }

  void drain() override {
    draining_ = true;
    constexpr auto hand_over_patience = std::chrono::milliseconds{3'000};
    if (auto* cluster = node_->cluster())
      cluster->hand_over(hand_over_patience);
    server_->drain(std::chrono::milliseconds{options_.drain_timeout_ms});
  }

private:
  http::api_deps api_deps() {
    http::api_deps deps;
    deps.ask = [this](engine::entity_id to, engine::message_ptr what,
                      std::function<void(result<engine::answer>)> done) {
      node_->ask(std::move(to), std::move(what), std::move(done));
    };
    deps.rows.shards = node_->shards();
    if (auto* cluster = node_->cluster()) {
      deps.rows.rows = [cluster](engine::shard_no shard) -> const engine::row_reader& {
        return cluster->rows().rows(shard);
      };
      deps.read_session = [cluster] { return std::make_shared<read_session>(&cluster->rows()); };
      deps.cluster = cluster_deps(*cluster);
    } else
      deps.rows.rows = [this](engine::shard_no shard) -> const engine::row_reader& {
        return *rows_[shard];
      };
    deps.now = wall_ms;
    deps.make_uuid = [] {
      thread_local uuid_source source;
      return source();
    };
    deps.language = process_language();
    deps.limits.step_count_max = static_cast<std::size_t>(options_.steps_max);
    deps.limits.request_bytes_max = static_cast<std::size_t>(options_.definition_max_bytes);
    deps.limits.strict_push = options_.strict_push;
    deps.limits.iteration_count_max = options_.foreach_iterations_max;
    deps.limits.foreach_concurrency_max = options_.foreach_concurrency_max;
    deps.limits.leaf_step_count_max = options_.leaf_steps_max;
    deps.limits.depth_max = options_.nesting_depth_max;
    deps.limits.run_param_count_max = static_cast<std::size_t>(options_.run_params_max);
    deps.limits.params_text_max = static_cast<std::size_t>(options_.params_max_chars);
    deps.node_status = [this] { return node_status(*node_, options_.data, address_, started_); };
    deps.not_ready = [this] { return not_ready(); };
    deps.read_log = [this](const std::string& uuid, bool errors, std::int64_t offset,
                           std::int64_t limit) { return read_log(uuid, errors, offset, limit); };
    deps.later = [this](std::chrono::milliseconds pause, std::function<void()> call) {
      later_(pause, std::move(call));
    };
    return deps;
  }

  static http::cluster_api cluster_deps(cluster_part& of) {
    http::cluster_api out;
    out.describe = [&of](std::function<void(boost::json::object)> done) {
      of.describe(std::move(done));
    };
    out.make_token = [&of](std::int64_t valid_ms, std::int64_t uses, const std::string& caller,
                           std::function<void(result<std::string>)> done) {
      of.make_token(valid_ms, uses, caller, std::move(done));
    };
    return out;
  }

  std::optional<error> not_ready() const {
    if (draining_)
      return error{ec::unavailable, "this node is shutting down"};
    if (auto why = node_->trouble())
      return why;
    if (!node_->serving())
      return error{ec::unavailable, "this node is starting"};
    return std::nullopt;
  }

  result<http::log_text> read_log(const std::string& uuid, bool errors, std::int64_t offset,
                                  std::int64_t limit) {
    auto chunk = node_->runner().read_log(uuid, errors ? "stderr" : "stdout", offset, limit);
    if (!chunk)
      return chunk.error();
    return http::log_text{std::move(chunk->data), chunk->offset, chunk->next_offset,
                          chunk->skipped};
  }

  ::tutti::config::node_options options_;
  engine::time_ms started_ = 0;
  std::string address_;
  std::atomic<bool> draining_{false};
  std::unique_ptr<node> node_;
  std::vector<std::unique_ptr<shard_rows>> rows_;
  later later_;
  // Last: it stops first, so that no request finds a part missing.
  std::unique_ptr<http::server> server_;
};

} // namespace

result<std::unique_ptr<service>> service::start(const ::tutti::config::node_options& options) {
  auto made = std::make_unique<node_service>(options);
  if (auto ok = made->open(); !ok)
    return ok.error();
  return std::unique_ptr<service>{std::move(made)};
}

} // namespace tutti::actors
