#include "actors/client/event_reader.hpp"
#include "actors/client/http_client.hpp"
#include "actors/http/server.hpp"
#include "test/unit/http/parking_lot.hpp"

#include <doctest/doctest.h>

#include <mutex>
#include <thread>

using namespace tutti;
using namespace std::chrono_literals;
using client::http_client;

namespace {

constexpr auto patience = 10s;

std::unique_ptr<http::server> start(http::handler serve, http::server_options options = {}) {
  options.port = 0;
  auto started = http::server::start(std::move(options), std::move(serve));
  REQUIRE(started);
  return std::move(*started);
}

http_client client_of(const http::server& server, const std::string& prefix = "") {
  auto made = http_client::to("http://127.0.0.1:" + std::to_string(server.port()) + prefix);
  REQUIRE(made);
  return std::move(*made);
}

void echo(http::request asked, http::responder answer) {
  answer({201,
          "text/plain",
          asked.method + " " + asked.path + " " + asked.user + " " + asked.body,
          std::nullopt,
          {}});
}

} // namespace

TEST_CASE("a call returns the answer") {
  auto server = start(echo);
  auto client = client_of(*server);
  const auto answer = client.call("POST", "/a?b=c", {{"user", "me"}}, "body", patience);
  REQUIRE(answer);
  CHECK(answer->status == 201);
  CHECK(answer->content_type == "text/plain");
  CHECK(answer->body == "POST /a me body");
}

TEST_CASE("calls share one connection") {
  auto server = start(echo);
  auto client = client_of(*server);
  for (int i = 0; i < 10; ++i)
    REQUIRE(client.call("GET", "/", {}, "", patience));
  CHECK(server->stats().connections_total == 1);
}

TEST_CASE("the path of the base address comes first") {
  auto server = start(echo);
  auto client = client_of(*server, "/base/");
  CHECK(client.call("GET", "/a", {}, "", patience)->body == "GET /base/a  ");
}

TEST_CASE("HEAD has no body") {
  auto server = start(echo);
  auto client = client_of(*server);
  const auto answer = client.call("HEAD", "/a", {}, "", patience);
  REQUIRE(answer);
  CHECK(answer->body.empty());
  CHECK(client.call("GET", "/a", {}, "", patience)->body == "GET /a  ");
}

TEST_CASE("an answer of any status is an answer") {
  auto server = start([](http::request, http::responder answer) {
    answer({503, "application/json", "{}", 3U, {}});
  });
  auto client = client_of(*server);
  const auto answer = client.call("GET", "/", {}, "", patience);
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK(answer->retry_after_s == 3U);
}

TEST_CASE("a refused connection is unavailable, with advice") {
  auto server = start(echo);
  auto client = client_of(*server);
  const auto port = std::to_string(server->port());
  server.reset();
  const auto answer = client.call("GET", "/", {}, "", patience);
  REQUIRE(!answer);
  CHECK(answer.error().code == ec::unavailable);
  CHECK(answer.error().message
        == "cannot reach 127.0.0.1:" + port
             + ": nothing listens there; start the server, or give the address of one that runs");
}

TEST_CASE("a host that is not known is unavailable") {
  auto client = http_client::to("http://no-such-host.invalid:1");
  REQUIRE(client);
  const auto answer = client->call("GET", "/", {}, "", patience);
  REQUIRE(!answer);
  CHECK(answer.error().code == ec::unavailable);
}

TEST_CASE("a call that gets no answer in time ends with a timeout") {
  test::parking_lot parked;
  auto server = start(parked.handler());
  auto client = client_of(*server);
  const auto answer = client.call("GET", "/", {}, "", 30ms);
  REQUIRE(!answer);
  CHECK(answer.error().code == ec::timeout);
  CHECK(server->stats().connections_total == 1);
}

TEST_CASE("a connection that the server ended meanwhile is opened anew") {
  http::server_options options;
  options.idle_timeout = 20ms;
  auto server = start(echo, options);
  auto client = client_of(*server);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(client.call("POST", "/", {}, "", patience));
    while (server->stats().connections != 0)
      std::this_thread::yield();
  }
  CHECK(server->stats().requests_total == 3);
}

TEST_CASE("a refusal before the whole body was sent is read") {
  http::server_options options;
  options.body_max = 1000;
  auto server = start(echo, options);
  auto client = client_of(*server);
  const auto answer = client.call("POST", "/", {}, std::string(8U << 20U, 'x'), patience);
  REQUIRE(answer);
  CHECK(answer->status == 413);
}

TEST_CASE("an address that cannot be used is told") {
  for (const auto* bad : {"localhost:8080", "https://x", "http://", "http://:80", "http://h:0",
                          "http://h:99999", "http://h:x", "http://[::1"}) {
    CAPTURE(bad);
    const auto made = http_client::to(bad);
    REQUIRE(!made);
    CHECK(made.error().code == ec::bad_request);
    CHECK(made.error().message.find(bad) != std::string::npos);
  }
  CHECK(http_client::to("http://[::1]:8080"));
  CHECK(http_client::to("http://host"));
}

TEST_CASE("a request cannot smuggle lines") {
  auto server = start(echo);
  auto client = client_of(*server);
  CHECK(!client.call("GET", "/a b", {}, "", patience));
  CHECK(!client.call("GET", "a", {}, "", patience));
  CHECK(!client.call("GET", "/", {{"user", "a\r\nx: y"}}, "", patience));
  CHECK(!client.call("GET /", "/", {}, "", patience));
  CHECK(server->stats().requests_total == 0);
}

TEST_CASE("texts are percent-encoded for a path") {
  CHECK(client::percent_encode("a-b_c.d~1") == "a-b_c.d~1");
  CHECK(client::percent_encode("a b/\xC3\xBC%") == "a%20b%2F%C3%BC%25");
}

TEST_CASE("events are read until the stream ends") {
  auto server = start([](http::request, http::responder answer) {
    const auto stream = answer.open_stream();
    stream.send_event("one", "1\n2");
    stream.send_event("", std::string(100'000, 'x'));
  });
  auto client = client_of(*server);
  std::vector<std::pair<std::string, std::string>> seen;
  const auto ended = client.read_events(
    "/", {},
    [&](std::string_view name, std::string_view data) {
      seen.emplace_back(name, data);
      return true;
    },
    patience);
  REQUIRE(ended);
  CHECK(ended->status == 200);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0] == std::pair<std::string, std::string>{"one", "1\n2"});
  CHECK(seen[1] == std::pair<std::string, std::string>{"message", std::string(100'000, 'x')});
}

TEST_CASE("the reader of events may stop") {
  std::mutex mutex;
  std::vector<http::stream> streams;
  auto server = start([&](http::request, http::responder answer) {
    const std::lock_guard guard{mutex};
    streams.push_back(answer.open_stream());
    streams.back().send_event("a", "1");
    streams.back().send_event("b", "2");
  });
  auto client = client_of(*server);
  int seen = 0;
  const auto ended = client.read_events(
    "/", {},
    [&](std::string_view, std::string_view) {
      ++seen;
      return false;
    },
    patience);
  CHECK(ended);
  CHECK(seen == 1);
}

TEST_CASE("a silent stream ends with a timeout") {
  std::mutex mutex;
  std::vector<http::stream> streams;
  auto server = start([&](http::request, http::responder answer) {
    const std::lock_guard guard{mutex};
    streams.push_back(answer.open_stream());
  });
  auto client = client_of(*server);
  const auto ended = client.read_events(
    "/", {}, [](std::string_view, std::string_view) { return true; }, 50ms);
  REQUIRE(!ended);
  CHECK(ended.error().code == ec::timeout);
}

TEST_CASE("a silent stream calls now and then") {
  std::mutex mutex;
  std::vector<http::stream> streams;
  auto server = start([&](http::request, http::responder answer) {
    const std::lock_guard guard{mutex};
    streams.push_back(answer.open_stream());
  });
  auto client = client_of(*server);
  int calls = 0;
  const auto ended = client.read_events(
    "/", {}, [](std::string_view, std::string_view) { return true; }, 1500ms, [&] { ++calls; });
  REQUIRE(!ended);
  CHECK(ended.error().code == ec::timeout);
  CHECK(calls == 1);
}

TEST_CASE("an answer that is no stream is given as it is") {
  auto server = start(echo);
  auto client = client_of(*server);
  const auto answer = client.read_events(
    "/x", {}, [](std::string_view, std::string_view) { return true; }, patience);
  REQUIRE(answer);
  CHECK(answer->status == 201);
  CHECK(answer->body == "GET /x  ");
}

TEST_CASE("events come out whole, however their bytes are cut") {
  const std::string bytes = ":beat\n\nevent: a\r\ndata: 1\r\ndata:2\r\nid: 7\r\n\r\n"
                            "event: none\n\ndata\n\ndata: last";
  client::event_reader whole;
  client::event_reader cut;
  std::vector<client::event_reader::event> parts;
  for (const char c : bytes)
    for (auto& one : cut.feed(std::string_view{&c, 1}))
      parts.push_back(std::move(one));
  const auto all = whole.feed(bytes);
  REQUIRE(all.size() == 2);
  REQUIRE(parts.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(all[i].name == parts[i].name);
    CHECK(all[i].data == parts[i].data);
  }
  CHECK(all[0].name == "a");
  CHECK(all[0].data == "1\n2");
  CHECK(all[1].name == "message");
  CHECK(all[1].data.empty());
}
