#include "actors/client/http_client.hpp"
#include "actors/node/service.hpp"
#include "runtime/model/json.hpp"
#include "test/replay/conversation.hpp"
#include "test/replay/known_differences.hpp"
#include "test/support/places.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <thread>

/// Conversations with the original server about definitions, replayed against a node in this
/// process. A case that fails names the request and the place in its answer.
namespace tutti::replay {

namespace {

namespace fs = std::filesystem;

const fs::path recordings = test::in_sources("../shared/fixtures/golden");

class replay_node {
public:
  replay_node() {
    auto pattern = (fs::temp_directory_path() / "tutti-replay-XXXXXX").string();
    if (const auto* made = ::mkdtemp(pattern.data()))
      folder_ = made;
    config::node_options options;
    options.data = (folder_ / "data").string();
    options.http = {"127.0.0.1", 0};
    options.shards = 8;
    options.log_level = "error";
    // As the original: what does not parse fails when run.
    options.strict_push = false;
    auto started = actors::service::start(options);
    REQUIRE_MESSAGE(started, (started ? "" : started.error().message));
    service_ = std::move(*started);
    auto link = client::http_client::to("http://" + service_->address());
    REQUIRE(link);
    link_ = std::make_unique<client::http_client>(std::move(*link));
    // The shards begin to serve one by one.
    while (send("GET", "/readyz", {}, {}).status != 200)
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }

  replay_node(const replay_node&) = delete;
  replay_node& operator=(const replay_node&) = delete;

  ~replay_node() {
    link_.reset();
    service_->drain();
    service_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  live_answer send(const std::string& method, const std::string& path, const json::object& headers,
                   const std::string& body) {
    client::headers extra;
    for (auto& x : headers)
      extra.emplace_back(x.key(), x.value().as_string());
    auto got = link_->call(method, path, extra, body, std::chrono::seconds{60});
    live_answer out;
    if (!got)
      return out;
    out.status = got->status;
    if (got->body.empty())
      return out;
    auto read = model::parse_text(got->body);
    out.body = read ? *read : json::value(got->body);
    return out;
  }

private:
  fs::path folder_;
  std::unique_ptr<actors::service> service_;
  std::unique_ptr<client::http_client> link_;
};

bool is_known(const std::string& name, const difference& x) {
  for (const auto& known : known_differences)
    if (name.starts_with(known.conversation) && (known.seq == 0 || known.seq == x.seq)
        && x.place.find(known.place) != std::string::npos)
      return true;
  return false;
}

void check(const std::string& name) {
  if (!fs::exists(recordings)) {
    std::cout << "skipped: no recorded conversations beside the sources\n";
    return;
  }
  auto folder = recordings / name;
  auto conversation = read_conversation(folder.string());
  REQUIRE(!conversation.empty());
  replay_node node;
  auto found = replay(conversation, [&](auto&... x) { return node.send(x...); });
  for (auto& x : found)
    if (!is_known(name, x))
      FAIL_CHECK("request " << x.seq << " " << x.place << ": recorded " << x.recorded << ", found "
                            << x.live);
}

} // namespace

TEST_CASE("000 creation of all samples") {
  check("000-samples-create-all");
}

TEST_CASE("107 STRICT_SEQUENTIAL blocked and unblocked") {
  check("107-strict-sequential-blocked-unblock");
}

TEST_CASE("108 validation of run strategies") {
  check("108-run-strategy-validation");
}

TEST_CASE("113 invalid failure modes") {
  check("113-failure-mode-invalid");
}

TEST_CASE("125 validation of retry policies") {
  check("125-retry-validation");
}

TEST_CASE("150 params of all types") {
  check("150-params-all-types-literal");
}

TEST_CASE("157 bad definitions of params") {
  check("157-params-definition-errors");
}

TEST_CASE("230 tags") {
  check("230-tags");
}

TEST_CASE("250 validation of time triggers") {
  check("250-time-trigger-validation");
}

TEST_CASE("260 life of versions") {
  check("260-versions-lifecycle");
}

TEST_CASE("261 deletion") {
  check("261-delete-workflow");
}

TEST_CASE("262 every field of a definition") {
  check("262-workflow-def-roundtrip");
}

TEST_CASE("270 properties") {
  check("270-properties");
}

TEST_CASE("350 job templates") {
  check("350-job-templates");
}

TEST_CASE("360 the YAML language") {
  check("360-yaml-dsl");
}

TEST_CASE("370 bad requests") {
  check("370-bad-requests-http");
}

TEST_CASE("371 unknown ids") {
  check("371-unknown-ids");
}

TEST_CASE("374 limits of size") {
  check("374-size-limits");
}

TEST_CASE("375 validation without storing") {
  check("375-validate-endpoint");
}

} // namespace tutti::replay
