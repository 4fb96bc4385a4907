#include "actors/http/server.hpp"
#include "test/unit/http/parking_lot.hpp"
#include "test/unit/http/raw_client.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void ok(http::request asked, http::responder answer) {
  answer({200, "text/plain", std::to_string(asked.body.size()), {}, {}});
}

std::unique_ptr<http::server> start(http::server_options options, http::handler serve = ok) {
  options.port = 0;
  auto started = http::server::start(std::move(options), std::move(serve));
  REQUIRE(started);
  return std::move(*started);
}

/// Sends the bytes and expects this answer and the end of the connection.
void check_refused(http::server& server, std::string_view bytes, int status,
                   std::string_view body) {
  raw_client client{server.port()};
  client.send(bytes);
  bool ended = false;
  const auto answer = client.read_to_end(&ended);
  CHECK(status_of(answer) == status);
  CHECK(body_of(answer).starts_with(body));
  CHECK(answer.find("Connection: close\r\n") != std::string::npos);
  CHECK(answer.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(ended);
}

} // namespace

TEST_CASE("what is not HTTP is answered and closed") {
  auto server = start({});
  const std::string_view bad = R"({"status":"BAD_REQUEST","message":")";
  check_refused(*server, "\x16\x03\x01 hello\r\n\r\n", 400, bad);
  check_refused(*server, "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 400, bad);
  check_refused(*server, "GET / HTTP/1.1\r\nHost: h\r\nbroken header\r\n\r\n", 400, bad);
  check_refused(*server, "GET / HTTP/1.1\r\n\r\n", 400, bad);
  check_refused(*server, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, bad);
  check_refused(*server, "GET x HTTP/1.1\r\nHost: h\r\n\r\n", 400, bad);
  check_refused(*server, "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400, bad);
  check_refused(*server, "GET /%FF HTTP/1.1\r\nHost: h\r\n\r\n", 400, bad);
  check_refused(*server, "GET /?a=%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400, bad);
  CHECK(server->stats().broken_total == 9);
}

TEST_CASE("a request whose end cannot be told is refused") {
  auto server = start({});
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::string_view bad = R"({"status":"BAD_REQUEST")";
  check_refused(*server, head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 400,
                bad);
  check_refused(*server, head + "Transfer-Encoding: gzip\r\n\r\nabc", 400, bad);
  check_refused(*server, head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, bad);
  check_refused(*server, head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400, bad);
  check_refused(*server, head + "Content-Length: -1\r\n\r\n", 400, bad);
  check_refused(*server, head + "Content-Length: 99999999999999999999\r\n\r\n", 400, bad);
  check_refused(*server, head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, bad);
}

TEST_CASE("answers that came before a broken request are not lost") {
  auto server = start({});
  raw_client client{server->port()};
  client.send(get + "rubbish\r\n\r\n");
  CHECK(status_of(client.read_response()) == 200);
  CHECK(status_of(client.read_response()) == 400);
  CHECK(client.ends());
}

TEST_CASE("a header over its limit gets 431") {
  http::server_options options;
  options.header_max = 1024;
  auto server = start(options);
  const std::string_view refused
    = R"({"status":"REQUEST_HEADER_FIELDS_TOO_LARGE","message":"the request header is longer than 1024 bytes"})";
  check_refused(*server, "GET / HTTP/1.1\r\nHost: h\r\nx: " + std::string(2000, 'x') + "\r\n\r\n",
                431, refused);
  check_refused(*server, "GET /" + std::string(2000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n", 431,
                refused);
  check_refused(*server, "GET / HTTP/1.1\r\nHost: h\r\nx: " + std::string(200'000, 'x'), 431,
                refused);
  raw_client client{server->port()};
  client.send("GET / HTTP/1.1\r\nHost: h\r\nx: " + std::string(900, 'x') + "\r\n\r\n");
  CHECK(status_of(client.read_response()) == 200);
}

TEST_CASE("a header over its limit that comes field by field gets 431") {
  http::server_options options;
  options.header_max = 1024;
  auto server = start(options);
  raw_client client{server->port()};
  client.send("GET / HTTP/1.1\r\nHost: h\r\n");
  // The server may refuse and close while the rest is being sent.
  for (int i = 0; i < 100 && server->stats().broken_total == 0; ++i)
    client.send("field: " + std::string(20, 'x') + "\r\n");
  CHECK(eventually([&] { return server->stats().broken_total == 1; }));
  CHECK(status_of(client.read_response()) == 431);
}

TEST_CASE("a body over its limit gets 413") {
  http::server_options options;
  options.body_max = 10;
  auto server = start(options);
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::string_view refused
    = R"({"status":"PAYLOAD_TOO_LARGE","message":"the request body is longer than 10 bytes"})";
  check_refused(*server, head + "Content-Length: 11\r\n\r\n12345678901", 413, refused);
  check_refused(*server, head + "Content-Length: 11\r\nExpect: 100-continue\r\n\r\n", 413, refused);
  check_refused(*server, head + "Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\nabcde\r\n",
                413, refused);
  raw_client client{server->port()};
  client.send(head + "Content-Length: 10\r\n\r\n1234567890");
  CHECK(body_of(client.read_response()) == "10");
}

TEST_CASE("a client that sends on after a refusal still reads it") {
  http::server_options options;
  options.body_max = 10;
  auto server = start(options);
  raw_client client{server->port()};
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n"
              + std::string(500'000, 'x'));
  CHECK(status_of(client.read_response()) == 413);
}

TEST_CASE("a chunk header without an end is refused") {
  http::server_options options;
  options.header_max = 1024;
  auto server = start(options);
  check_refused(*server,
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;"
                  + std::string(200'000, 'x'),
                400, R"({"status":"BAD_REQUEST")");
}

TEST_CASE("a header that trickles in is cut by the deadline") {
  http::server_options options;
  options.header_timeout = 100ms;
  auto server = start(options);
  raw_client client{server->port()};
  client.send("GET / HTTP/1.1\r\n");
  // Bytes keep coming; they must not move the deadline.
  int bytes = 0;
  while (!client.readable_within(2ms) && ++bytes < 5000)
    client.send("x");
  CHECK(server->stats().timeouts_total == 1);
  bool ended = false;
  const auto answer = client.read_to_end(&ended);
  CHECK(ended);
  CHECK(
    body_of(answer)
    == R"({"status":"REQUEST_TIMEOUT","message":"the request header was not complete after 100 ms"})");
}

TEST_CASE("a body that does not come is cut by the deadline") {
  http::server_options options;
  options.body_timeout = 50ms;
  auto server = start(options);
  check_refused(
    *server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc", 408,
    R"({"status":"REQUEST_TIMEOUT","message":"the request body was not complete after 50 ms"})");
}

TEST_CASE("a connection that asks nothing is closed without a word") {
  http::server_options options;
  options.header_timeout = 50ms;
  options.idle_timeout = 50ms;
  auto server = start(options);
  raw_client silent{server->port()};
  bool ended = false;
  CHECK(silent.read_to_end(&ended).empty());
  CHECK(ended);
  raw_client idle{server->port()};
  idle.send(get);
  CHECK(status_of(idle.read_response()) == 200);
  CHECK(idle.read_to_end(&ended).empty());
  CHECK(ended);
}

TEST_CASE("a running request has no deadline of the connection") {
  http::server_options options;
  options.header_timeout = options.body_timeout = options.idle_timeout = options.write_timeout
    = 10ms;
  parking_lot parked;
  auto server = start(options, parked.handler());
  raw_client waiting{server->port()};
  waiting.send(get);
  auto answer = parked.take();
  // The deadlines of another connection pass meanwhile.
  raw_client silent{server->port()};
  CHECK(silent.ends());
  raw_client again{server->port()};
  CHECK(again.ends());
  answer({});
  CHECK(status_of(waiting.read_response()) == 200);
}

TEST_CASE("a client that does not read its answer is cut by the deadline") {
  http::server_options options;
  options.write_timeout = 50ms;
  auto server = start(options, [](http::request, http::responder answer) {
    answer({200, "text/plain", std::string(32U << 20U, 'x'), {}, {}});
  });
  raw_client client{server->port(), 4096};
  client.send(get);
  CHECK(eventually([&] { return server->stats().timeouts_total == 1; }));
  CHECK(eventually([&] { return server->stats().connections == 0; }));
}

TEST_CASE("connections over their limit get 503 and an end") {
  http::server_options options;
  options.connections_max = 2;
  auto server = start(options);
  {
    raw_client one{server->port()};
    raw_client two{server->port()};
    REQUIRE(eventually([&] { return server->stats().connections == 2; }));
    raw_client three{server->port()};
    three.send(get);
    bool ended = false;
    const auto answer = three.read_to_end(&ended);
    CHECK(ended);
    CHECK(status_of(answer) == 503);
    CHECK(answer.find("Retry-After: 2\r\n") != std::string::npos);
    CHECK(
      body_of(answer)
      == R"({"status":"SERVICE_UNAVAILABLE","message":"the server has 2 connections and takes no more, try again later","retryable":true})");
    one.send(get);
    CHECK(status_of(one.read_response()) == 200);
  }
  REQUIRE(eventually([&] { return server->stats().connections == 0; }));
  raw_client later{server->port()};
  later.send(get);
  CHECK(status_of(later.read_response()) == 200);
  CHECK(server->stats().refused_total == 1);
}

TEST_CASE("requests over their limit get 503 and keep their connection") {
  http::server_options options;
  options.in_flight_max = 1;
  parking_lot parked;
  auto server = start(options, parked.handler());
  raw_client one{server->port()};
  one.send(get);
  auto answer = parked.take();
  raw_client two{server->port()};
  two.send(get);
  const auto refused = two.read_response();
  CHECK(status_of(refused) == 503);
  CHECK(refused.find("Retry-After: 2\r\n") != std::string::npos);
  CHECK(refused.find("Connection: close") == std::string::npos);
  answer({});
  CHECK(status_of(one.read_response()) == 200);
  two.send(get);
  parked.take()({});
  CHECK(status_of(two.read_response()) == 200);
  CHECK(server->stats().refused_total == 1);
}
