#include "actors/client/http_client.hpp"
#include "runtime/model/json.hpp"
#include "tools/bench/target.hpp"

#include <boost/json.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace tutti::bench {

namespace {

constexpr auto patience = std::chrono::seconds{65};

/// A few threads with a connection each; work queues up for them.
class rest_target final : public target {
public:
  rest_target(std::string url, std::size_t connections) : url_(std::move(url)) {
    for (std::size_t i = 0; i < connections; ++i)
      threads_.emplace_back([this] { serve(); });
  }

  ~rest_target() override {
    {
      std::lock_guard guard{lock_};
      stopping_ = true;
    }
    changed_.notify_all();
    for (auto& t : threads_)
      t.join();
  }

  status push(const model::workflow_create_request& definition) override {
    auto link = client::http_client::to(url_);
    if (!link)
      return link.error();
    auto answer = call(*link, "POST", "/api/v3/workflows", model::json_text(definition));
    if (!answer)
      return answer.error();
    return unit{};
  }

  void run(const std::string& workflow_id, ended tell) override {
    later([this, workflow_id, tell = std::move(tell)](client::http_client& link) {
      auto id = start_one(link, workflow_id);
      if (!id) {
        tell(id.error());
        return;
      }
      tell(await_end(link, workflow_id, *id));
    });
  }

  void start(const std::string& workflow_id, std::function<void(status)> tell) override {
    later([this, workflow_id, tell = std::move(tell)](client::http_client& link) {
      auto id = start_one(link, workflow_id);
      tell(id ? status{unit{}} : status{id.error()});
    });
  }

  result<usage> used() override {
    auto link = client::http_client::to(url_);
    if (!link)
      return link.error();
    auto answer = call(*link, "GET", "/api/v3/node", {});
    if (!answer)
      return answer.error();
    auto& now = answer->as_object();
    auto& c = now["counters"].as_object();
    auto number = [](const boost::json::value& x) { return x.to_number<std::int64_t>(); };
    return usage{number(now["processor_ms"]), number(now["resident_bytes"]),
                 number(c["commits"]),        number(c["row_bytes"]),
                 number(c["written_bytes"]),  number(c["deliveries"]),
                 number(c["letters"])};
  }

private:
  using work = std::function<void(client::http_client&)>;

  void later(work what) {
    {
      std::lock_guard guard{lock_};
      queue_.push_back(std::move(what));
    }
    changed_.notify_one();
  }

  void serve() {
    // The address was good when the target was made.
    auto link = client::http_client::to(url_);
    std::unique_lock guard{lock_};
    while (!stopping_) {
      if (queue_.empty()) {
        changed_.wait(guard);
        continue;
      }
      auto what = std::move(queue_.front());
      queue_.pop_front();
      guard.unlock();
      what(*link);
      guard.lock();
    }
  }

  static result<boost::json::value> call(client::http_client& link, const std::string& method,
                                         const std::string& path, const std::string& body) {
    client::headers extra{{"user", "bench"}};
    if (!body.empty())
      extra.emplace_back("Content-Type", "application/json");
    auto answer = link.call(method, path, extra, body, patience);
    if (!answer)
      return answer.error();
    if (answer->status >= 300)
      return error{ec::internal, path + ": " + std::to_string(answer->status) + " " + answer->body};
    boost::system::error_code bad;
    auto value = boost::json::parse(answer->body, bad);
    if (bad)
      return error{ec::internal, path + ": no JSON in the answer"};
    return value;
  }

  static result<std::int64_t> start_one(client::http_client& link, const std::string& id) {
    auto answer = call(link, "POST", "/api/v3/workflows/" + id + "/versions/active/actions/start",
                       R"({"initiator":{"type":"manual"}})");
    if (!answer)
      return answer.error();
    return answer->as_object()["workflow_instance_id"].to_number<std::int64_t>();
  }

  static result<model::run_status> await_end(client::http_client& link, const std::string& id,
                                             std::int64_t instance) {
    auto path = "/api/v3/workflows/" + id + "/instances/" + std::to_string(instance)
                + "/runs/1/status?wait_ms=60000";
    for (;;) {
      auto answer = call(link, "GET", path, {});
      if (!answer)
        return answer.error();
      auto& text = answer->as_object()["status"].as_string();
      auto how = model::parse_run_status(std::string_view{text.data(), text.size()});
      if (how && model::is_terminal(*how))
        return *how;
    }
  }

  std::string url_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<work> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

} // namespace

result<std::unique_ptr<target>> open_rest_target(const std::string& url, std::size_t connections) {
  if (auto link = client::http_client::to(url); !link)
    return link.error();
  return std::unique_ptr<target>{
    std::make_unique<rest_target>(url, std::max<std::size_t>(1, connections))};
}

} // namespace tutti::bench
