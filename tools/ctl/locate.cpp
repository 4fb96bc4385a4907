#include "tools/ctl/locate.hpp"

namespace tutti::ctl {

std::string run_name::path() const {
  return instance_path(workflow_id, instance_id) + "/runs/" + std::to_string(run_id);
}

result<address> with_instance(const server_link& link, address asked) {
  if (asked.instance_id > 0)
    return asked;
  auto overview = link.get(workflow_path(asked.workflow_id) + "/overview");
  if (!overview)
    return overview.error();
  asked.instance_id = number_of(*overview, "latest_instance_id");
  if (asked.instance_id == 0)
    return error{ec::not_found, "workflow '" + asked.workflow_id + "' has never run"};
  return asked;
}

result<run_name> latest_run(const server_link& link, const address& asked) {
  auto known = with_instance(link, asked);
  if (!known)
    return known.error();
  auto instance = link.get(instance_path(known->workflow_id, known->instance_id));
  if (!instance)
    return instance.error();
  return run_name{known->workflow_id, known->instance_id, number_of(*instance, "workflow_run_id")};
}

} // namespace tutti::ctl
