#include "config/options/values.hpp"
#include "tools/ctl/pages.hpp"
#include "tools/ctl/verb.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace tutti::ctl {

namespace {

constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t day_ms = 24 * 3600 * second_ms;

std::string list_of(const boost::json::array& numbers, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < numbers.size() && i < most; ++i)
    out += (out.empty() ? "" : ", ") + compact(numbers[i]);
  return numbers.size() > most ? out + ", …" : out;
}

std::string counted_copies(std::int64_t n) {
  return std::to_string(n) + (n == 1 ? " copy" : " copies");
}

std::string state_of(const json_value& node) {
  if (text_of(node, "up") != "true")
    return "UNREACHABLE";
  if (text_of(node, "read_only") == "true")
    return "READ-ONLY";
  auto mode = text_of(node, "mode");
  std::transform(mode.begin(), mode.end(), mode.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return mode;
}

std::string health_of(const json_value& answer) {
  const auto& shards = member(answer, "shards");
  const auto total = number_of(shards, "total");
  const auto whole = number_of(shards, "whole");
  const auto& without = elements_of(shards, "without_leader");
  constexpr std::size_t shown = 12;
  std::string out = std::to_string(whole) + " of " + counted(total, "shard") + " whole, with "
                    + counted_copies(number_of(answer, "replicas_wanted")) + " wanted";
  if (auto moving = number_of(shards, "moving"); moving > 0)
    out += "; " + std::to_string(moving) + " on the move";
  out += "\n";
  if (!without.empty())
    out += "No leader: shards " + list_of(without, shown)
           + ". They serve again when a majority of their nodes answers.\n";
  return out;
}

std::string cluster_page(const json_value& answer, const look& how) {
  std::string out = "cluster " + one_line(text_of(answer, "name")) + ", seen from node "
                    + text_of(answer, "node")
                    + (text_of(answer, "encrypted") == "true" ? "" : ", links in the clear") + "\n"
                    + health_of(answer) + "\n";
  table nodes;
  nodes.head = {"NODE", "STATE", "LEADS", "COPIES", "JOBS", "API", "LINKS"};
  nodes.status_column = 1;
  for (const auto& x : elements_of(answer, "nodes")) {
    auto copies = text_of(x, "replicas");
    if (auto filling = number_of(x, "learners"); filling > 0)
      copies += "+" + std::to_string(filling);
    nodes.rows.push_back({text_of(x, "node"), state_of(x), text_of(x, "leads"), copies,
                          text_of(x, "jobs") + "/" + text_of(x, "job_slots"),
                          one_line(text_of(x, "http")), one_line(text_of(x, "address"))});
  }
  out += render(nodes, how);
  for (const auto& x : elements_of(answer, "nodes"))
    if (auto why = text_of(x, "why"); !why.empty())
      out += "node " + text_of(x, "node") + ": " + one_line(why) + "\n";
  return out;
}

exit_code make_token(const invocation& call, bool whole_command) {
  std::string target = "/api/v3/cluster/tokens?";
  if (call.given.has("valid")) {
    auto valid = config::read_duration(call.given.text("valid"), {second_ms, 30 * day_ms});
    if (!valid)
      return report_usage(call.err(), "node",
                          "--valid " + call.given.text("valid") + ": " + valid.error().message);
    target += "valid_s=" + std::to_string(*valid / second_ms) + "&";
  }
  if (call.given.has("uses")) {
    auto uses = config::read_integer(call.given.text("uses"), {1, 64});
    if (!uses)
      return report_usage(call.err(), "node",
                          "--uses " + call.given.text("uses") + ": " + uses.error().message);
    target += "uses=" + std::to_string(*uses);
  }
  auto cluster = call.link().get("/api/v3/cluster");
  auto answer = cluster ? call.link().send("POST", target) : cluster;
  if (!answer)
    return report(call, answer.error(), "tutti cluster status");
  if (!whole_command) {
    print(call, *answer, text_of(*answer, "token") + "\n");
    return exit_code::ok;
  }
  std::string place = "HOST:PORT";
  for (const auto& x : elements_of(*cluster, "nodes"))
    if (text_of(x, "node") == text_of(*cluster, "node"))
      place = text_of(x, "address");
  print(call, *answer,
        "On the new machine, with an address there that the others reach:\n\n  tuttid --data DIR "
        "--listen HOST:PORT --join "
          + place + " --token " + text_of(*answer, "token") + "\n\nIt is good for "
          + duration_text(number_of(*answer, "valid_s") * second_ms) + ". Then: tutti cluster "
          + "status\n");
  return exit_code::ok;
}

exit_code change_node(const invocation& call, const std::string& action,
                      const std::string& number) {
  auto node = config::read_integer(number, {1, INT64_MAX});
  if (!node)
    return report_usage(call.err(), "node", "NODE '" + number + "': " + node.error().message);
  auto answer = call.link().send("POST", "/api/v3/cluster/nodes/" + number + "/actions/" + action);
  if (!answer)
    return report(call, answer.error(), "tutti cluster status");
  print(call, *answer,
        action + " node " + number + ": accepted. How far it is: tutti cluster status\n");
  return exit_code::ok;
}

} // namespace

exit_code cluster_verb(const invocation& call) {
  if (!call.given.words.empty() && call.given.words.front() != "status")
    return report_usage(call.err(), "cluster",
                        "'" + call.given.words.front() + "' is unknown; there is 'status'");
  auto answer = call.link().get("/api/v3/cluster");
  if (!answer)
    return report(call, answer.error(), "tutti node");
  print(call, *answer, call.json ? std::string{} : cluster_page(*answer, call.how));
  return exit_code::ok;
}

exit_code node_verb(const invocation& call) {
  const auto& words = call.given.words;
  if (words.empty()) {
    auto answer = call.link().get("/api/v3/node");
    if (!answer)
      return report(call, answer.error());
    print(call, *answer, call.json ? std::string{} : node_page(*answer, call.how));
    return exit_code::ok;
  }
  const auto& word = words.front();
  if (words.size() == 1 && (word == "token" || word == "join"))
    return make_token(call, word == "join");
  for (const auto* action : {"cordon", "uncordon", "drain", "remove"})
    if (word == action)
      return words.size() == 2 ? change_node(call, word, words[1])
                               : report_usage(call.err(), "node",
                                              "which node? Its number is missing, see "
                                              "'tutti cluster status'");
  return report_usage(call.err(), "node",
                      "'" + word
                        + "' is unknown; there are token, join, cordon, uncordon, drain and "
                          "remove");
}

} // namespace tutti::ctl
