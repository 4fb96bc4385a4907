#pragma once

#include "runtime/base/error.hpp"
#include "storage/raft/raftc.h"

#include <string>
#include <string_view>

namespace tutti::raft {

/// The sentence of this thread's last failure at the C interface.
std::string last_failure();

/// Our error for a negative code of the C interface: dropped = `ec::unavailable`, bad message =
/// `ec::bad_request`, no peer = `ec::not_found`, bad config = `ec::precondition_failed`, misuse =
/// `ec::unprocessable`, panic = `ec::internal`.
error failure_of(int code, std::string_view where);

} // namespace tutti::raft
