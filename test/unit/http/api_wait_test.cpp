#include "test/unit/http/api_fixture.hpp"

using namespace tutti;
using test::api_fixture;

namespace {

const std::string run = "/api/v3/workflows/w/instances/1/runs/1";
const std::string shell = R"({"id":"w","steps":[{"step":{"id":"a","type":"Shell",
  "params":{"command":{"value":"x","type":"STRING"}}}}]})";

using phase = engine::job_update::phase_type;

struct running_api : api_fixture {
  running_api() {
    world.push(shell);
    world.start("w");
  }

  void end_job() { world.job(engine::step_entity("w", 1, 1, "a"), phase::ended); }
};

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++n;
  return n;
}

} // namespace

// -- the end of a run -----------------------------------------------------------------------------

TEST_CASE("a wait for a run answers when it has ended") {
  running_api api;
  auto client = api.open("GET", run + "?wait_ms=60000");
  CHECK_FALSE(client->response);
  CHECK(api.wake(*client) == 50);
  CHECK_FALSE(client->response);
  api.end_job();
  CHECK(api.wake(*client) == 100);
  REQUIRE(client->response);
  CHECK(client->response->body.find(R"("status":"SUCCEEDED")") != std::string::npos);
  CHECK(api.waiting.empty());
}

TEST_CASE("a wait that lasts too long answers the run as it is") {
  running_api api;
  auto client = api.open("GET", run + "?wait_ms=100");
  std::vector<std::int64_t> pauses;
  while (!client->response)
    pauses.push_back(api.wake(*client));
  CHECK(pauses == std::vector<std::int64_t>{50, 50});
  CHECK(client->response->body.find(R"("status":"IN_PROGRESS")") != std::string::npos);
}

TEST_CASE("pauses grow to a second, and no wait is longer than a minute") {
  running_api api;
  auto client = api.open("GET", run + "?wait_ms=999999");
  std::int64_t sum = 0;
  std::int64_t longest = 0;
  while (!client->response) {
    auto pause = api.wake(*client);
    sum += pause;
    longest = std::max(longest, pause);
  }
  CHECK(sum == 60'000);
  CHECK(longest == 1000);
}

TEST_CASE("a wait for a run that does not exist is answered at once") {
  running_api api;
  CHECK(api.get("/api/v3/workflows/w/instances/9/runs/latest?wait_ms=1000").status == 404);
  CHECK(api.get("/api/v3/workflows/w/instances/1/runs/7?wait_ms=1000").status == 404);
}

TEST_CASE("a wait ends when its client goes") {
  running_api api;
  auto client = api.open("GET", run + "?wait_ms=60000");
  auto token = client->token.lock();
  REQUIRE(token);
  token->set_gone();
  token.reset();
  api.wake(*client);
  CHECK(api.waiting.empty());
}

// -- the stream of progress -----------------------------------------------------------------------

TEST_CASE("a stream sends what changes, and says when the run has ended") {
  running_api api;
  auto client = api.open("GET", run + "/progress/stream");
  CHECK(client->streaming);
  CHECK(count(client->events, "event: progress\n") == 1);
  CHECK(api.wake(*client) == 250);
  CHECK(count(client->events, "event: progress\n") == 1);
  api.world.job(engine::step_entity("w", 1, 1, "a"), phase::started);
  api.wake(*client);
  CHECK(count(client->events, "event: progress\n") == 2);
  CHECK_FALSE(client->finished);
  api.end_job();
  api.wake(*client);
  CHECK(count(client->events, "event: progress\n") == 3);
  CHECK(client->events.ends_with("event: end\ndata: {\"status\":\"SUCCEEDED\"}\n\n"));
  CHECK(client->finished);
  CHECK(api.waiting.empty());
}

TEST_CASE("time alone is no change, but a quiet stream is kept alive") {
  running_api api;
  auto client = api.open("GET", run + "/progress/stream");
  for (int i = 0; i < 60; ++i) {
    api.world.now += 250;
    api.wake(*client);
  }
  CHECK(count(client->events, "event: progress\n") == 1);
  CHECK(count(client->events, "event: ping\n") == 1);
}

TEST_CASE("a stream of an ended run has one state and the end") {
  running_api api;
  api.end_job();
  auto client = api.open("GET", "/api/v3/workflows/w/instances/1/runs/latest/progress/stream");
  CHECK(count(client->events, "event: progress\n") == 1);
  CHECK(count(client->events, "event: end\n") == 1);
  CHECK(client->finished);
}

TEST_CASE("a stream of an unknown run is not opened") {
  running_api api;
  auto got = api.get("/api/v3/workflows/w/instances/9/runs/1/progress/stream");
  CHECK(got.status == 404);
}

TEST_CASE("a stream ends when its client goes") {
  running_api api;
  auto client = api.open("GET", run + "/progress/stream");
  client->stream->gone = true;
  api.wake(*client);
  CHECK(api.waiting.empty());
}

// -- logs -----------------------------------------------------------------------------------------

TEST_CASE("a log is read in pieces") {
  running_api api;
  api.log = "hello";
  CHECK(api.get(run + "/steps/a/attempts/1/logs?limit=3").body
        == R"({"text":"hel","offset":0,"next_offset":3,"dropped":0,"complete":false})");
  CHECK(api.get(run + "/steps/a/attempts/latest/logs?offset=3").body
        == R"({"text":"lo","offset":3,"next_offset":5,"dropped":0,"complete":false})");
  CHECK(api.get(run + "/steps/a/attempts/1/logs?stream=stderr").body.find("errors")
        != std::string::npos);
  api.end_job();
  CHECK(api.get(run + "/steps/a/attempts/1/logs?offset=5&wait_ms=1000").body
        == R"({"text":"","offset":5,"next_offset":5,"dropped":0,"complete":true})");
}

TEST_CASE("a piece of a log does not cut a character") {
  running_api api;
  api.log = "a\xC3\xA9";
  CHECK(api.get(run + "/steps/a/attempts/1/logs?limit=2").body
        == R"({"text":"a","offset":0,"next_offset":1,"dropped":0,"complete":false})");
}

TEST_CASE("a log can be waited for") {
  running_api api;
  auto client = api.open("GET", run + "/steps/a/attempts/1/logs?wait_ms=1000");
  CHECK_FALSE(client->response);
  api.wake(*client);
  CHECK_FALSE(client->response);
  api.log = "news";
  api.wake(*client);
  REQUIRE(client->response);
  CHECK(client->response->body.starts_with(R"({"text":"news")"));
}

TEST_CASE("a bad question for a log is refused") {
  running_api api;
  auto status = [&](const std::string& rest) { return api.get(run + "/steps/" + rest).status; };
  CHECK(status("a/attempts/1/logs?stream=x") == 400);
  CHECK(status("a/attempts/1/logs?offset=-1") == 400);
  CHECK(status("a/attempts/1/logs?limit=zz") == 400);
  CHECK(status("zz/attempts/1/logs") == 404);
  CHECK(status("a/attempts/2/logs") == 404);
}
