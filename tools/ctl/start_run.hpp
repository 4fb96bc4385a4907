#pragma once

#include "tools/ctl/definition_file.hpp"
#include "tools/ctl/locate.hpp"
#include "tools/ctl/server_link.hpp"

#include <boost/json.hpp>

#include <string>

namespace tutti::ctl {

/// Stores a definition. @returns the server's answer
result<json_value> push_definition(const server_link& link, const definition_file& file);

/// A version of a workflow; `version` is a number or a word such as `active`.
struct version_name {
  std::string workflow_id;
  std::string version;
};

/// Out of the answer to a push.
version_name pushed_version(const json_value& answer);

/// Starts a run. `request_id` names the attempt to start it: a repeated request with the same
/// one starts nothing twice, and finds the run that the first one made.
/// @returns the server's answer, with the ids of the run
result<json_value> start_run(const server_link& link, const version_name& what,
                             const boost::json::object& params, const std::string& request_id);

/// Out of the answer to a start.
run_name started_run(const json_value& answer);

/// A random UUID, version 4.
std::string new_uuid();

} // namespace tutti::ctl
