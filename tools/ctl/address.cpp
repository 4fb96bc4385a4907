#include "tools/ctl/address.hpp"

#include "actors/client/http_client.hpp"
#include "config/options/values.hpp"

namespace tutti::ctl {

namespace {

std::vector<std::string> parts_of(const std::vector<std::string>& words) {
  std::vector<std::string> parts;
  for (const auto& word : words) {
    std::size_t begin = 0;
    for (auto slash = word.find('/'); slash != std::string::npos; slash = word.find('/', begin)) {
      parts.push_back(word.substr(begin, slash - begin));
      begin = slash + 1;
    }
    parts.push_back(word.substr(begin));
  }
  return parts;
}

error wrong(const std::vector<std::string>& words, std::string why) {
  std::string asked;
  for (const auto& x : words)
    asked += (asked.empty() ? "" : " ") + x;
  return error{ec::bad_request, "'" + asked + "': " + std::move(why)};
}

} // namespace

result<address> read_address(const std::vector<std::string>& words) {
  const auto parts = parts_of(words);
  if (parts.size() > 3)
    return wrong(words, "expected ID [INSTANCE [STEP]], or ID/INSTANCE/STEP");
  for (const auto& x : parts)
    if (x.empty())
      return wrong(words, "an empty name; expected ID [INSTANCE [STEP]], or ID/INSTANCE/STEP");
  address found;
  found.workflow_id = parts[0];
  if (parts.size() > 1 && parts[1] != "latest") {
    auto number = config::read_integer(parts[1], {1, INT64_MAX});
    if (!number)
      return wrong(words, "INSTANCE '" + parts[1] + "' must be a number from 1, or 'latest'");
    found.instance_id = *number;
  }
  if (parts.size() > 2)
    found.step_id = parts[2];
  return found;
}

std::string workflow_path(std::string_view workflow_id) {
  return "/api/v3/workflows/" + client::percent_encode(workflow_id);
}

std::string instance_path(std::string_view workflow_id, std::int64_t instance_id) {
  return workflow_path(workflow_id) + "/instances/" + std::to_string(instance_id);
}

} // namespace tutti::ctl
