#include "actors/http/reply.hpp"
#include "actors/http/server.hpp"
#include "test/unit/http/raw_client.hpp"

#include <doctest/doctest.h>

#include <mutex>
#include <optional>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

const std::string get = "GET /events HTTP/1.1\r\nHost: h\r\n\r\n";

/// A server whose handler opens a stream and leaves it to the test.
class stream_server {
public:
  explicit stream_server(http::server_options options = {}) {
    options.port = 0;
    auto started = http::server::start(options, [this](http::request, http::responder answer) {
      auto opened = answer.open_stream();
      const std::lock_guard guard{mutex_};
      stream_ = std::move(opened);
    });
    REQUIRE(started);
    server_ = std::move(*started);
  }

  http::stream opened() {
    REQUIRE(eventually([&] {
      const std::lock_guard guard{mutex_};
      return stream_.has_value();
    }));
    const std::lock_guard guard{mutex_};
    auto taken = *stream_;
    stream_.reset();
    return taken;
  }

  http::server& operator*() { return *server_; }

  http::server* operator->() { return server_.get(); }

private:
  std::mutex mutex_;
  std::optional<http::stream> stream_;
  std::unique_ptr<http::server> server_;
};

} // namespace

TEST_CASE("events have a name and keep the lines of their data") {
  CHECK(http::encode_event("step", "a") == "event: step\ndata: a\n\n");
  CHECK(http::encode_event("", "a\nb\r\nc\rd") == "data: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(http::encode_event("x\ny", "") == "event: x y\ndata: \n\n");
}

TEST_CASE("a stream sends its events and ends in order") {
  stream_server server;
  raw_client client{server->port()};
  client.send(get);
  auto stream = server.opened();
  CHECK(stream.send_event("one", "1"));
  const auto head = client.read_until("\r\n\r\n");
  CHECK(status_of(head) == 200);
  CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(head.find("Cache-Control: no-cache\r\n") != std::string::npos);
  CHECK(head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(client.read_until("\n\n\r\n") == "14\r\nevent: one\ndata: 1\n\n\r\n");
  CHECK(server->stats().streams == 1);
  CHECK(server->stats().in_flight == 0);
  stream.close();
  CHECK(!stream.send_event("two", "2"));
  bool ended = false;
  CHECK(client.read_to_end(&ended) == "0\r\n\r\n");
  CHECK(ended);
  CHECK(eventually([&] { return server->stats().streams == 0; }));
}

TEST_CASE("a stream to HTTP/1.0 is not chunked") {
  stream_server server;
  raw_client client{server->port()};
  client.send("GET /events HTTP/1.0\r\n\r\n");
  auto stream = server.opened();
  stream.send_event("", "1");
  stream.close();
  const auto all = client.read_to_end();
  CHECK(all.find("Transfer-Encoding") == std::string::npos);
  CHECK(body_of(all) == "data: 1\n\n");
}

TEST_CASE("HEAD of a stream gets its header and an end") {
  stream_server server;
  raw_client client{server->port()};
  client.send("HEAD /events HTTP/1.1\r\nHost: h\r\n\r\n");
  auto stream = server.opened();
  const auto all = client.read_to_end();
  CHECK(status_of(all) == 200);
  CHECK(body_of(all).empty());
  CHECK(eventually([&] { return stream.client_gone(); }));
}

TEST_CASE("a dropped stream ends in order") {
  stream_server server;
  raw_client client{server->port()};
  client.send(get);
  {
    auto stream = server.opened();
    stream.send_event("one", "1");
  }
  CHECK(client.read_to_end().ends_with("0\r\n\r\n"));
}

TEST_CASE("the sender learns that the client has gone") {
  stream_server server;
  raw_client client{server->port()};
  client.send(get);
  auto stream = server.opened();
  CHECK(stream.send_event("one", "1"));
  client.read_until("data: 1");
  client.reset();
  CHECK(eventually([&] { return stream.client_gone(); }));
  CHECK(!stream.send_event("two", "2"));
}

TEST_CASE("a client that reads too slowly is dropped") {
  http::server_options options;
  options.stream_buffer_max = 100'000;
  stream_server server{options};
  raw_client slow{server->port(), 4096};
  slow.send(get);
  auto stream = server.opened();
  const std::string data(10'000, 'x');
  std::size_t sent = 0;
  while (stream.send_event("big", data))
    REQUIRE(++sent < 100'000);
  CHECK(stream.client_gone());
  CHECK(eventually([&] { return server->stats().connections == 0; }));
  CHECK(server->stats().slow_streams_total == 1);
  CHECK(slow.ends());
}

TEST_CASE("a client that reads may get any number of bytes") {
  http::server_options options;
  options.stream_buffer_max = 100'000;
  stream_server server{options};
  raw_client client{server->port()};
  client.send(get);
  auto stream = server.opened();
  const std::string data(10'000, 'x');
  bool all = true;
  for (int i = 0; i < 300; ++i) {
    all = all && stream.send_event("e" + std::to_string(i), data);
    all = all && !client.read_until("event: e" + std::to_string(i) + "\n").empty();
  }
  CHECK(all);
}

TEST_CASE("draining ends streams in order") {
  stream_server server;
  raw_client client{server->port()};
  client.send(get);
  auto stream = server.opened();
  stream.send_event("one", "1");
  client.read_until("data: 1");
  server->drain(patience);
  CHECK(client.read_to_end().ends_with("0\r\n\r\n"));
  CHECK(!stream.send_event("two", "2"));
}

TEST_CASE("a stream may outlive its server") {
  std::optional<http::stream> stream;
  {
    stream_server server;
    raw_client client{server->port()};
    client.send(get);
    stream = server.opened();
    stream->send_event("one", "1");
    client.read_until("data: 1");
  }
  CHECK(!stream->send_event("two", "2"));
}
