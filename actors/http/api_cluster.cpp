#include "actors/http/api_parts.hpp"
#include "actors/http/errors.hpp"

#include <map>

/// The cluster: members, tokens, and what an operator wants of a node. Ours; the original has
/// nothing of the kind.
namespace tutti::http {

namespace {

const std::string cluster_path = "/api/v3/cluster";

constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t valid_s_default = 3600;
constexpr std::int64_t valid_s_max = 30LL * 24 * 3600;
constexpr std::int64_t uses_max = 64;

error alone() {
  return {ec::precondition_failed,
          "this node is alone; a cluster begins with 'tuttid --listen HOST:PORT'"};
}

void describe(const api_deps& deps, const responder& to) {
  if (!deps.cluster)
    return to(to_response(alone()));
  deps.cluster->describe([to](boost::json::object x) { to(json_response(std::move(x))); });
}

void make_token(const api_deps& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  auto valid = read.int64("valid_s").value_or(valid_s_default);
  auto uses = read.int64("uses").value_or(1);
  if (read.refusal())
    return to(*read.refusal());
  if (!deps.cluster)
    return to(to_response(alone()));
  if (valid < 1 || valid > valid_s_max || uses < 1 || uses > uses_max)
    return to(to_response({ec::bad_request, "valid_s must be 1.." + std::to_string(valid_s_max)
                                              + " seconds and uses 1.." + std::to_string(uses_max)
                                              + ", found " + std::to_string(valid) + " and "
                                              + std::to_string(uses)}));
  deps.cluster->make_token(
    valid * second_ms, uses, asked.user, [to, valid, uses](const result<std::string>& x) {
      if (!x)
        return to(to_response(x.error()));
      to(json_response(boost::json::object{{"token", *x}, {"valid_s", valid}, {"uses", uses}}));
    });
}

void set_mode(const api_deps& deps, const request& asked, const responder& to) {
  static const std::map<std::string, cluster::node_mode, std::less<>> modes{
    {"uncordon", cluster::node_mode::active},
    {"cordon", cluster::node_mode::cordoned},
    {"drain", cluster::node_mode::draining},
    {"remove", cluster::node_mode::leaving},
  };
  param_reader read{asked};
  auto node = read.required_int64("node");
  auto action = read.required_text("action");
  if (read.refusal())
    return to(*read.refusal());
  if (!deps.cluster)
    return to(to_response(alone()));
  auto mode = modes.find(action);
  if (mode == modes.end())
    return to(to_response({ec::bad_request, "there is no action '" + action
                                              + "' for a node; there are cordon, drain, remove "
                                                "and uncordon"}));
  if (node < 1)
    return to(to_response({ec::not_found, "there is no node " + std::to_string(node)}));
  deps.ask(engine::cluster_entity(),
           engine::make_message(engine::cluster_order{
             cluster::set_mode{static_cast<cluster::node_no>(node), mode->second}}),
           [to, node, action](const result<engine::answer>& x) {
             if (!x)
               return to(to_response(x.error()));
             to(json_response(boost::json::object{{"node", node}, {"action", action}}));
           });
}

} // namespace

void add_cluster_routes(route_table& to, const deps_ptr& deps) {
  to.add({"GET", cluster_path, [deps](request, responder answer) { describe(*deps, answer); }});
  to.add({"POST", cluster_path + "/tokens",
          [deps](request asked, responder answer) { make_token(*deps, asked, answer); }});
  to.add({"POST", cluster_path + "/nodes/{node}/actions/{action}",
          [deps](request asked, responder answer) { set_mode(*deps, asked, answer); }});
}

} // namespace tutti::http
