#pragma once

#include "actors/node/node.hpp"

#include <boost/json/fwd.hpp>

#include <string>

namespace tutti::actors {

/// What `GET /api/v3/node` tells: version, uptime, memory, processor time, and counters.
boost::json::object node_status(const node& of, const std::string& data, const std::string& address,
                                engine::time_ms started);

} // namespace tutti::actors
