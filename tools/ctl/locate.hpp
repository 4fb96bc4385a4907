#pragma once

#include "tools/ctl/address.hpp"
#include "tools/ctl/server_link.hpp"

#include <string>

namespace tutti::ctl {

/// One run of one instance, by numbers.
struct run_name {
  std::string workflow_id;
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;

  /// `/api/v3/workflows/ID/instances/N/runs/M`
  std::string path() const;
};

/// Fills in the latest instance where none is named. `not_found` when there is none.
result<address> with_instance(const server_link& link, address asked);

/// The latest run of the instance.
result<run_name> latest_run(const server_link& link, const address& asked);

} // namespace tutti::ctl
