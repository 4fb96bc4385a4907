#include "test/support/running_node.hpp"

#include "actors/client/http_client.hpp"
#include "test/support/places.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tutti::test {

running_node::running_node(const std::string& data, std::vector<std::string> more) {
  std::vector<std::string> line{tutti::test::node_program(), "--data", data, "--http", "127.0.0.1:0"};
  line.insert(line.end(), more.begin(), more.end());
  child_ = std::make_unique<process>(line);
  auto ready = child_->first_line(std::chrono::seconds{20});
  auto from = ready.find("http=");
  if (from == std::string::npos)
    throw std::runtime_error("tuttid did not start: " + child_->errors());
  url_ = "http://" + ready.substr(from + 5, ready.find(' ', from) - from - 5);
}

running_node::answer running_node::call(const std::string& method, const std::string& path,
                                        const std::string& body, const std::string& content_type) {
  auto link = client::http_client::to(url_);
  client::headers extra{{"user", "test"}};
  if (!body.empty())
    extra.emplace_back("Content-Type", content_type);
  auto got = link->call(method, path, extra, body, std::chrono::seconds{70});
  if (!got)
    return {};
  boost::system::error_code bad;
  return {got->status, boost::json::parse(got->body, bad), got->body};
}

running_node::answer running_node::wait_for_end(const std::string& workflow_id, int instance,
                                                std::chrono::seconds patience) {
  auto deadline = std::chrono::steady_clock::now() + patience;
  auto path = "/api/v3/workflows/" + workflow_id + "/instances/" + std::to_string(instance)
              + "/runs/latest?wait_ms=2000";
  while (std::chrono::steady_clock::now() < deadline) {
    auto got = call("GET", path);
    if (got.status != 200)
      continue;
    auto status = got.body.as_object()["status"].as_string();
    if (status == "SUCCEEDED" || status == "FAILED" || status == "STOPPED" || status == "TIMED_OUT")
      return got;
  }
  return {};
}

std::string read_file(const std::string& path) {
  std::ifstream in{path};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

} // namespace tutti::test
