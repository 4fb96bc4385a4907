#include "tools/ctl/server_link.hpp"

#include "tools/ctl/answer.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace tutti::ctl {

namespace {

using steady = std::chrono::steady_clock;

constexpr server_link::patience quick{2000};
constexpr server_link::patience silence_max{20'000};
constexpr server_link::patience pause_min{100};
constexpr server_link::patience pause_max{2000};
constexpr int tries_max = 6;

result<json_value> answer_of(const result<client::client_response>& response) {
  if (!response)
    return response.error();
  if (response->status >= 400)
    return refusal_of(response->status, response->body);
  if (response->body.empty())
    return json_value{};
  if (auto value = read_json(response->body))
    return value;
  return json_value(response->body);
}

} // namespace

server_link::server_link(std::string url, std::string user)
  : url_(std::move(url)),
    user_(std::move(user)),
    client_(std::make_shared<std::optional<client::http_client>>()) {}

result<json_value> server_link::get(const std::string& target, patience timeout) const {
  return answer_of(call({"GET", target, {}, {}, timeout}));
}

result<json_value> server_link::send(std::string_view method, const std::string& target,
                                     const std::string& body, std::string_view content_type) const {
  return answer_of(call({method, target, body, content_type}));
}

result<json_value> server_link::send_again(std::string_view method, const std::string& target,
                                           const std::string& body,
                                           std::string_view content_type) const {
  auto pause = pause_min;
  auto response = call({method, target, body, content_type});
  for (int n = 1; n < tries_max; ++n) {
    const bool again = response ? worth_repeating(response->status)
                                : response.error().code == ec::unavailable;
    if (!again)
      break;
    if (response && response->retry_after_s)
      pause = std::max<patience>(pause, std::chrono::seconds{*response->retry_after_s});
    pause = std::min(pause, pause_max);
    std::this_thread::sleep_for(pause);
    pause *= 2;
    response = call({method, target, body, content_type});
  }
  return answer_of(response);
}

bool server_link::answers() const {
  const std::string target = "/readyz";
  return call({"GET", target, {}, {}, quick}).has_value();
}

status server_link::wait_until_ready(patience timeout) const {
  const auto deadline = steady::now() + timeout;
  while (true) {
    auto answer = get("/readyz", quick);
    if (answer)
      return unit{};
    if (steady::now() >= deadline)
      return error{ec::unavailable,
                   "the server at " + url_ + " is not ready: " + answer.error().message};
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

status server_link::events(const std::string& target, const on_event& take,
                           const on_idle& idle) const {
  auto to = connection();
  if (!to)
    return to.error();
  auto response = (*to)->read_events(target, headers_for({}), take, silence_max, idle);
  if (!response)
    return unreachable(response.error());
  if (response->status >= 400)
    return refusal_of(response->status, response->body);
  return unit{};
}

result<client::client_response> server_link::call(const request& what) const {
  auto to = connection();
  if (!to)
    return to.error();
  auto response = (*to)->call(what.method, what.target, headers_for(what.content_type), what.body,
                              what.timeout);
  if (!response)
    return unreachable(response.error());
  return response;
}

result<client::http_client*> server_link::connection() const {
  if (!*client_) {
    auto made = client::http_client::to(url_);
    if (!made)
      return made.error();
    client_->emplace(std::move(*made));
  }
  return &**client_;
}

client::headers server_link::headers_for(std::string_view content_type) const {
  client::headers made{{"user", user_}};
  if (!content_type.empty())
    made.emplace_back("Content-Type", std::string{content_type});
  return made;
}

error server_link::unreachable(const error& why) const {
  // The client's own faults are no matter of reach.
  if (why.code != ec::unavailable && why.code != ec::timeout)
    return error{ec::internal, url_ + ": " + why.message};
  return error{ec::unavailable, why.message};
}

} // namespace tutti::ctl
