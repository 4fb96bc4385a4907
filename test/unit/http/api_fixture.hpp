#pragma once

#include "actors/http/api.hpp"
#include "actors/http/reply.hpp"
#include "actors/http/target.hpp"
#include "test/support/engine_world.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace tutti::test {

/// What a client gets, without a socket.
class fake_client : public http::connection {
public:
  void answer(std::uint64_t, http::response with) override { response = std::move(with); }

  void start_stream(std::uint64_t, std::shared_ptr<http::stream_state> state) override {
    streaming = true;
    stream = std::move(state);
  }

  void send_events(std::string_view text) override { events += text; }

  void finish_stream() override { finished = true; }

  void drop_slow_stream() override {}

  /// Runs what waits for the client's thread.
  void receive() {
    box->adopt_thread();
    box->run();
  }

  std::optional<http::response> response;
  bool streaming = false;
  bool finished = false;
  std::string events;
  std::shared_ptr<http::stream_state> stream;
  std::shared_ptr<http::mailbox> box = std::make_shared<http::mailbox>([] {});
  std::weak_ptr<http::reply_token> token;
};

/// The API over cores in memory. Commands are carried out at once unless `answers` has one.
class api_fixture {
public:
  engine_world world;
  std::optional<result<engine::answer>> answers; ///< instead of the cores
  engine::entity_id asked_entity;                ///< of the last command
  engine::message_ptr asked_message;
  std::optional<error> not_ready;
  std::string log;
  std::deque<std::pair<std::chrono::milliseconds, std::function<void()>>> waiting;

  api_fixture() : api_{deps()} {}

  std::shared_ptr<fake_client> open(const std::string& method, const std::string& target,
                                    std::string body = {}, std::string content_type = {}) {
    http::request asked;
    asked.method = method;
    REQUIRE(http::read_target(target, asked));
    asked.body = std::move(body);
    asked.content_type = std::move(content_type);
    asked.accept = accept;
    asked.user = user.value_or("");
    asked.has_user = user.has_value();
    auto client = std::make_shared<fake_client>();
    auto token = std::make_shared<http::reply_token>(client->box,
                                                     std::make_shared<http::counters>(), client, 1,
                                                     std::size_t{1} << 20U);
    client->token = token;
    api_(std::move(asked), http::responder{std::move(token)});
    client->receive();
    return client;
  }

  http::response send(const std::string& method, const std::string& target, std::string body = {},
                      std::string content_type = {}) {
    if (!body.empty() && content_type.empty())
      content_type = "application/json";
    auto client = open(method, target, std::move(body), std::move(content_type));
    REQUIRE(client->response);
    return *client->response;
  }

  http::response get(const std::string& target) { return send("GET", target); }

  boost::json::object object(const std::string& target) {
    auto got = get(target);
    REQUIRE_MESSAGE(got.status == 200, got.body);
    return model::parse_text(got.body)->as_object();
  }

  /// Runs the next thing that was put off; its pause.
  std::int64_t wake(fake_client& client) {
    REQUIRE_FALSE(waiting.empty());
    auto next = std::move(waiting.front());
    waiting.pop_front();
    next.second();
    client.receive();
    return next.first.count();
  }

  std::optional<std::string> user = "tester";
  std::string accept;

private:
  http::api_deps deps() {
    http::api_deps out;
    out.ask = [this](engine::entity_id to, engine::message_ptr what, auto done) {
      asked_entity = to;
      asked_message = what;
      done(answers ? *answers : world.ask(to, what));
    };
    out.rows = world.reader();
    out.now = [this] { return world.now; };
    out.language = world.language();
    out.make_uuid = [this] { return world.make_uuid(); };
    out.node_status = [] { return boost::json::object{{"version", "1"}}; };
    out.not_ready = [this] { return not_ready; };
    out.read_log = [this](const std::string&, bool of_stderr, std::int64_t offset,
                          std::int64_t limit) -> result<http::log_text> {
      auto all = of_stderr ? std::string{"errors"} : log;
      auto from = std::min(static_cast<std::size_t>(offset), all.size());
      auto text = all.substr(from, static_cast<std::size_t>(limit));
      auto next = static_cast<std::int64_t>(from + text.size());
      return http::log_text{std::move(text), static_cast<std::int64_t>(from), next, 0};
    };
    out.later = [this](std::chrono::milliseconds pause, std::function<void()> call) {
      waiting.emplace_back(pause, std::move(call));
    };
    return out;
  }

  http::api api_;
};

} // namespace tutti::test
