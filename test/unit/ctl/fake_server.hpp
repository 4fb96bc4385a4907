#pragma once

#include "actors/http/server.hpp"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tutti::ctl {

/// A server with canned answers, by "METHOD path", and a record of what it was asked. Several
/// answers to one request come one after another; the last one stays.
class fake_server {
public:
  using events = std::vector<std::pair<std::string, std::string>>;

  fake_server() {
    http::server_options options;
    options.port = 0;
    auto started
      = http::server::start(options, [this](const http::request& asked,
                                            const http::responder& reply) { serve(asked, reply); });
    REQUIRE(started.has_value());
    server_ = std::move(*started);
    answer("GET /readyz", 200, "{}");
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  void answer(const std::string& request, unsigned status, const std::string& body) {
    std::lock_guard lock{guard_};
    http::response made;
    made.status = status;
    made.body = body;
    answers_[request].push_back(made);
  }

  /// Answers the path with a stream of these events, then ends it.
  void stream(const std::string& path, events sent) {
    std::lock_guard lock{guard_};
    streams_[path] = std::move(sent);
  }

  std::vector<http::request> asked() const {
    std::lock_guard lock{guard_};
    return asked_;
  }

  /// The last request of this kind. @pre there was one
  http::request last(const std::string& request) const {
    auto all = asked();
    for (auto i = all.rbegin(); i != all.rend(); ++i)
      if (i->method + " " + i->path == request)
        return *i;
    FAIL("never asked: ", request);
    return {};
  }

private:
  void serve(const http::request& asked, const http::responder& reply) {
    std::lock_guard lock{guard_};
    asked_.push_back(asked);
    if (auto i = streams_.find(asked.path); i != streams_.end()) {
      auto to = reply.open_stream();
      for (const auto& [name, data] : i->second)
        to.send_event(name, data);
      to.close();
      return;
    }
    auto found = answers_.find(asked.method + " " + asked.path);
    if (found == answers_.end()) {
      reply({404, "application/json", R"({"status":"NOT_FOUND","message":"unknown"})", {}, {}});
      return;
    }
    auto& left = found->second;
    reply(left.front());
    if (left.size() > 1)
      left.erase(left.begin());
  }

  mutable std::mutex guard_;
  std::map<std::string, std::vector<http::response>> answers_;
  std::map<std::string, events> streams_;
  std::vector<http::request> asked_;
  // Last, so that it is gone before what its threads use.
  std::unique_ptr<http::server> server_;
};

} // namespace tutti::ctl
