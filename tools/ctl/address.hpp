#pragma once

#include "runtime/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::ctl {

/// What a command line names: a workflow, one of its instances, a step of that.
struct address {
  std::string workflow_id;
  /// 0: the latest.
  std::int64_t instance_id = 0;
  /// Empty: the whole instance.
  std::string step_id;

  bool operator==(const address&) const = default;
};

/// Reads `ID [INSTANCE [STEP]]`, where any blank may be a slash. INSTANCE is a number from 1,
/// or `latest`.
/// @pre `words` is not empty
result<address> read_address(const std::vector<std::string>& words);

/// `/api/v3/workflows/ID`
std::string workflow_path(std::string_view workflow_id);

/// `/api/v3/workflows/ID/instances/N`
std::string instance_path(std::string_view workflow_id, std::int64_t instance_id);

} // namespace tutti::ctl
