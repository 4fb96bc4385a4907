#include "tools/ctl/start_run.hpp"

#include <cstdio>
#include <random>

namespace tutti::ctl {

namespace json = boost::json;

namespace {

/// The server does not tell which run a repeated request made; the list of instances does.
result<json_value> find_started(const server_link& link, const std::string& workflow_id,
                                const std::string& uuid) {
  auto page = link.get(workflow_path(workflow_id) + "/instances?first=50&aggregated=false");
  if (!page)
    return page.error();
  for (const auto& x : elements_of(*page, "elements"))
    if (text_of(x, "workflow_uuid") == uuid)
      return json_value(json::object{{"workflow_id", workflow_id},
                                     {"workflow_version_id", member(x, "workflow_version_id")},
                                     {"workflow_instance_id", member(x, "workflow_instance_id")},
                                     {"workflow_run_id", member(x, "workflow_run_id")},
                                     {"workflow_uuid", uuid},
                                     {"status", "DUPLICATED"}});
  return error{ec::not_found, "the run of workflow '" + workflow_id + "' with the request id "
                                + uuid + " was started, but is not among its latest instances"};
}

} // namespace

result<json_value> push_definition(const server_link& link, const definition_file& file) {
  return link.send("POST", file.json ? "/api/v3/workflows" : "/api/v3/workflows/yaml", file.text,
                   file.content_type());
}

version_name pushed_version(const json_value& answer) {
  const auto& metadata = member(member(answer, "workflow_definition"), "metadata");
  return {text_of(metadata, "workflow_id"), text_of(metadata, "workflow_version_id")};
}

result<json_value> start_run(const server_link& link, const version_name& what,
                             const json::object& params, const std::string& request_id) {
  json::object body{{"initiator", {{"type", "manual"}}}, {"request_id", request_id}};
  if (!params.empty())
    body["run_params"] = params;
  auto answer = link.send_again("POST",
                                workflow_path(what.workflow_id) + "/versions/"
                                  + client::percent_encode(what.version) + "/actions/start",
                                json::serialize(body), "application/json");
  if (answer && number_of(*answer, "workflow_instance_id") == 0)
    return find_started(link, what.workflow_id, request_id);
  return answer;
}

run_name started_run(const json_value& answer) {
  return {text_of(answer, "workflow_id"), number_of(answer, "workflow_instance_id"),
          number_of(answer, "workflow_run_id")};
}

std::string new_uuid() {
  std::random_device source;
  std::uint32_t words[4];
  for (auto& x : words)
    x = source();
  words[1] = (words[1] & 0xffff0fffU) | 0x00004000U;
  words[2] = (words[2] & 0x3fffffffU) | 0x80000000U;
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%04x%08x", words[0], words[1] >> 16,
                words[1] & 0xffffU, words[2] >> 16, words[2] & 0xffffU, words[3]);
  return text;
}

} // namespace tutti::ctl
