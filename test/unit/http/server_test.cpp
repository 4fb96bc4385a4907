#include "actors/http/server.hpp"
#include "test/unit/http/parking_lot.hpp"
#include "test/unit/http/raw_client.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<http::server> start(http::handler serve, http::server_options options = {}) {
  options.port = 0;
  auto started = http::server::start(std::move(options), std::move(serve));
  REQUIRE(started);
  return std::move(*started);
}

void echo(http::request asked, http::responder answer) {
  answer({200, "text/plain", asked.method + " " + asked.path + " " + asked.body, {}, {}});
}

std::string get(std::string_view path) {
  return "GET " + std::string{path} + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

} // namespace

TEST_CASE("the server answers a request with its handler's answer") {
  auto server = start(echo);
  raw_client client{server->port()};
  client.send("POST /a/b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
  const auto answer = client.read_response();
  CHECK(status_of(answer) == 200);
  CHECK(answer.find("Content-Type: text/plain\r\n") != std::string::npos);
  CHECK(answer.find("\r\nDate: ") != std::string::npos);
  CHECK(answer.find("Connection: close") == std::string::npos);
  CHECK(body_of(answer) == "POST /a/b hello");
}

TEST_CASE("the handler gets the decoded request") {
  http::request seen;
  auto server = start([&](http::request asked, http::responder answer) {
    seen = std::move(asked);
    answer({});
  });
  raw_client client{server->port()};
  client.send(
    "PUT /api/a%20b/%C3%BC?x=1&y=a+b&x HTTP/1.1\r\nhost: h\r\nUSER: J\xF6rg\r\n"
    "Content-Type: application/json\r\nAccept: text/html\r\nAccept: */*\r\n"
    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nuser: other\r\n\r\n");
  REQUIRE(status_of(client.read_response()) == 200);
  CHECK(seen.method == "PUT");
  CHECK(seen.path == "/api/a%20b/%C3%BC");
  CHECK(seen.segments == std::vector<std::string>{"api", "a b", "\xC3\xBC"});
  CHECK(seen.query == http::name_values{{"x", "1"}, {"y", "a b"}, {"x", ""}});
  CHECK(seen.content_type == "application/json");
  CHECK(seen.accept == "text/html, */*");
  CHECK(seen.has_user);
  CHECK(seen.user == "J\xC3\xB6rg");
  CHECK(seen.body == "abcde");
}

TEST_CASE("an empty user header is told from an absent one") {
  std::vector<bool> seen;
  auto server = start([&](http::request asked, http::responder answer) {
    seen.push_back(asked.has_user);
    answer({});
  });
  raw_client client{server->port()};
  client.send("GET / HTTP/1.1\r\nHost: h\r\nuser:\r\n\r\n" + get("/"));
  client.read_response();
  client.read_response();
  CHECK(seen == std::vector<bool>{true, false});
}

TEST_CASE("an answer without a body has no content type") {
  auto server = start([](http::request, http::responder answer) { answer({}); });
  raw_client client{server->port()};
  client.send(get("/"));
  const auto answer = client.read_response();
  CHECK(answer.find("Content-Type") == std::string::npos);
  CHECK(answer.find("Content-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("headers of an answer stay on their lines") {
  auto server = start([](http::request, http::responder answer) {
    answer({307, "application/json", "", 7U, {{"Location", "/x\r\nEvil: 1"}}});
  });
  raw_client client{server->port()};
  client.send(get("/"));
  const auto answer = client.read_response();
  CHECK(answer.starts_with("HTTP/1.1 307 Temporary Redirect\r\n"));
  CHECK(answer.find("Location: /x  Evil: 1\r\n") != std::string::npos);
  CHECK(answer.find("Retry-After: 7\r\n") != std::string::npos);
}

TEST_CASE("a connection serves many requests one after another") {
  auto server = start(echo);
  raw_client client{server->port()};
  for (int i = 0; i < 100; ++i) {
    client.send(get("/" + std::to_string(i)));
    REQUIRE(body_of(client.read_response()) == "GET /" + std::to_string(i) + " ");
  }
  CHECK(server->stats().connections_total == 1);
  CHECK(server->stats().requests_total == 100);
}

TEST_CASE("pipelined requests are answered in their order, whoever answers") {
  std::vector<std::thread> threads;
  auto server = start([&](http::request asked, http::responder answer) {
    if (asked.path.back() % 2 == 0)
      threads.emplace_back([asked, answer] { echo(asked, answer); });
    else
      echo(std::move(asked), answer);
  });
  raw_client client{server->port()};
  std::string burst;
  for (int i = 0; i < 200; ++i)
    burst += get("/" + std::to_string(i));
  client.send(burst);
  for (int i = 0; i < 200; ++i)
    CHECK(body_of(client.read_response()) == "GET /" + std::to_string(i) + " ");
  for (auto& one : threads)
    one.join();
}

TEST_CASE("a request is not begun before the one ahead of it is answered") {
  parking_lot parked;
  auto server = start(parked.handler());
  raw_client client{server->port()};
  client.send(get("/1") + get("/2"));
  auto first = parked.take();
  CHECK(server->stats().requests_total == 1);
  first({200, "text/plain", "one", {}, {}});
  CHECK(body_of(client.read_response()) == "one");
  parked.take()({200, "text/plain", "two", {}, {}});
  CHECK(body_of(client.read_response()) == "two");
}

TEST_CASE("pipelined answers larger than any buffer arrive whole") {
  const std::string big(3U << 20U, 'x');
  auto server = start([&](http::request, http::responder answer) {
    answer({200, "text/plain", big, {}, {}});
  });
  raw_client client{server->port()};
  client.send(get("/") + get("/") + get("/"));
  for (int i = 0; i < 3; ++i)
    CHECK(body_of(client.read_response()) == big);
}

TEST_CASE("HEAD gets the header of GET and no body") {
  auto server = start(echo);
  raw_client client{server->port()};
  client.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n" + get("/y"));
  const auto head = client.read_response(true);
  CHECK(head.find("Content-Length: 8\r\n") != std::string::npos);
  CHECK(head.find("Content-Type: text/plain\r\n") != std::string::npos);
  CHECK(body_of(client.read_response()) == "GET /y ");
}

TEST_CASE("a client that asks for it gets 100 Continue before its body") {
  auto server = start(echo);
  raw_client client{server->port()};
  client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  CHECK(body_of(client.read_response()) == "POST / ok");
}

TEST_CASE("Connection: close ends the connection after the answer") {
  auto server = start(echo);
  raw_client client{server->port()};
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  bool ended = false;
  const auto answer = client.read_to_end(&ended);
  CHECK(ended);
  CHECK(answer.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("HTTP/1.0 is served, and kept alive only when asked") {
  auto server = start(echo);
  raw_client plain{server->port()};
  plain.send("GET / HTTP/1.0\r\n\r\n");
  CHECK(plain.read_to_end().find("Connection: close\r\n") != std::string::npos);
  raw_client kept{server->port()};
  kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(kept.read_response().find("Connection: keep-alive\r\n") != std::string::npos);
  kept.send(get("/again"));
  CHECK(status_of(kept.read_response()) == 200);
}

TEST_CASE("line ends between requests are skipped") {
  auto server = start(echo);
  raw_client client{server->port()};
  client.send(get("/1") + "\r\n\r\n" + get("/2"));
  CHECK(body_of(client.read_response()) == "GET /1 ");
  CHECK(body_of(client.read_response()) == "GET /2 ");
}

TEST_CASE("a client that closed its sending side still gets its answer") {
  parking_lot parked;
  auto server = start(parked.handler());
  raw_client client{server->port()};
  client.send(get("/"));
  auto answer = parked.take();
  client.half_close();
  CHECK(eventually([&] { return answer.client_gone(); }));
  answer({200, "text/plain", "late", {}, {}});
  bool ended = false;
  CHECK(body_of(client.read_to_end(&ended)) == "late");
  CHECK(ended);
}

TEST_CASE("an answer to a client that has gone does nothing") {
  parking_lot parked;
  auto server = start(parked.handler());
  raw_client client{server->port()};
  client.send(get("/"));
  auto answer = parked.take();
  client.reset();
  CHECK(eventually([&] { return answer.client_gone(); }));
  CHECK(eventually([&] { return server->stats().connections == 0; }));
  CHECK(server->stats().in_flight == 1);
  answer({});
  CHECK(server->stats().in_flight == 0);
  raw_client other{server->port()};
  other.send(get("/"));
  parked.take()({});
  CHECK(status_of(other.read_response()) == 200);
}

TEST_CASE("a client that leaves in the middle of its answer is forgotten") {
  const std::string big(32U << 20U, 'x');
  auto server = start([&](http::request, http::responder answer) {
    answer({200, "text/plain", big, {}, {}});
  });
  raw_client client{server->port(), 4096};
  client.send(get("/"));
  client.read_until("xxx");
  client.reset();
  CHECK(eventually([&] { return server->stats().connections == 0; }));
}

TEST_CASE("only the first answer counts") {
  auto server = start([](http::request, http::responder answer) {
    answer({200, "text/plain", "first", {}, {}});
    answer({200, "text/plain", "second", {}, {}});
    CHECK(answer.open_stream().client_gone());
  });
  raw_client client{server->port()};
  client.send(get("/"));
  CHECK(body_of(client.read_response()) == "first");
  client.send(get("/"));
  CHECK(body_of(client.read_response()) == "first");
  CHECK(server->stats().in_flight == 0);
}

TEST_CASE("a dropped responder answers 500") {
  auto server = start([](http::request, const http::responder&) {});
  raw_client client{server->port()};
  client.send(get("/"));
  const auto answer = client.read_response();
  CHECK(status_of(answer) == 500);
  CHECK(
    body_of(answer)
    == R"({"status":"INTERNAL_ERROR","message":"the request was dropped before it was answered"})");
  client.send(get("/"));
  CHECK(status_of(client.read_response()) == 500);
  CHECK(server->stats().unanswered_total == 2);
}

TEST_CASE("a responder dropped by another thread answers 500") {
  parking_lot parked;
  auto server = start(parked.handler());
  raw_client client{server->port()};
  client.send(get("/"));
  { const auto dropped = parked.take(); }
  CHECK(status_of(client.read_response()) == 500);
}

TEST_CASE("a handler that throws answers 500 and the server goes on") {
  auto server = start([](http::request asked, http::responder answer) {
    if (asked.path == "/bad")
      throw std::runtime_error{"no such luck"};
    answer({});
  });
  raw_client client{server->port()};
  client.send(get("/bad") + get("/good"));
  const auto bad = client.read_response();
  CHECK(status_of(bad) == 500);
  CHECK(bad.find("no such luck") != std::string::npos);
  CHECK(status_of(client.read_response()) == 200);
}

TEST_CASE("many threads answer many connections at once") {
  http::server_options options;
  options.threads = 3;
  auto server = start(echo, options);
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      raw_client client{server->port()};
      for (int i = 0; i < 200; ++i) {
        client.send(get("/x"));
        good += body_of(client.read_response()) == "GET /x ";
      }
    });
  for (auto& one : threads)
    one.join();
  CHECK(good == 1600);
}

TEST_CASE("a responder may outlive its server") {
  parking_lot parked;
  auto server = start(parked.handler());
  raw_client client{server->port()};
  client.send(get("/"));
  auto answer = parked.take();
  server.reset();
  CHECK(answer.client_gone());
  answer({});
  CHECK(client.ends());
}

TEST_CASE("a port in use is told with advice") {
  auto server = start(echo);
  http::server_options options;
  options.port = server->port();
  const auto second = http::server::start(options, echo);
  REQUIRE(!second);
  CHECK(second.error().code == ec::unavailable);
  CHECK(second.error().message
        == "cannot listen on 127.0.0.1:" + std::to_string(server->port())
             + ": the port is in use; stop the program that listens there, or choose another port "
               "for this one");
}

TEST_CASE("a port is free again as soon as its server has gone") {
  auto server = start(echo);
  raw_client client{server->port()};
  client.send(get("/"));
  client.read_response();
  http::server_options options;
  options.port = server->port();
  server.reset();
  CHECK(http::server::start(options, echo));
}

TEST_CASE("an address that is none of this host is refused") {
  http::server_options options;
  options.port = 0;
  options.address = "192.0.2.1";
  const auto started = http::server::start(options, echo);
  REQUIRE(!started);
  CHECK(started.error().code == ec::bad_request);
}

TEST_CASE("draining finishes what runs and takes nothing new") {
  parking_lot parked;
  auto server = start(parked.handler());
  raw_client idle{server->port()};
  idle.send(get("/"));
  parked.take()({});
  idle.read_response();
  raw_client busy{server->port()};
  busy.send(get("/"));
  auto answer = parked.take();
  std::atomic<bool> drained = false;
  std::thread drainer{[&] {
    server->drain(patience);
    drained = true;
  }};
  CHECK(idle.ends());
  CHECK(!drained);
  answer({200, "text/plain", "done", {}, {}});
  bool ended = false;
  const auto last = busy.read_to_end(&ended);
  CHECK(body_of(last) == "done");
  CHECK(last.find("Connection: close\r\n") != std::string::npos);
  CHECK(ended);
  drainer.join();
  CHECK(server->stats().connections == 0);
  raw_client late{server->port()};
  CHECK(!late.send(get("/")));
}

TEST_CASE("draining cuts what does not finish in time") {
  parking_lot parked;
  auto server = start(parked.handler());
  raw_client busy{server->port()};
  busy.send(get("/"));
  auto answer = parked.take();
  server->drain(20ms);
  CHECK(busy.ends());
  CHECK(answer.client_gone());
  CHECK(server->stats().connections == 0);
}
