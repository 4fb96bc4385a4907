#include "storage/raft/border.hpp"

#include <algorithm>
#include <array>

namespace tutti::raft {

namespace {

// The same sizes are asserted in abi.rs.
static_assert(sizeof(raftc_storage) == 40 && sizeof(raftc_config) == 144);
static_assert(sizeof(raftc_entry) == 40 && sizeof(raftc_msg) == 32 && sizeof(raftc_read) == 24);
static_assert(sizeof(raftc_ready) == 176 && sizeof(raftc_status) == 112);

ec code_of(int code) {
  switch (code) {
    case RAFTC_DROPPED:
      return ec::unavailable;
    case RAFTC_BAD_MESSAGE:
      return ec::bad_request;
    case RAFTC_NO_PEER:
      return ec::not_found;
    case RAFTC_BAD_CONFIG:
      return ec::precondition_failed;
    case RAFTC_ERR:
      return ec::unprocessable;
    default:
      return ec::internal;
  }
}

} // namespace

std::string last_failure() {
  std::array<char, 1024> text{};
  auto size = raftc_last_error(text.data(), text.size());
  return {text.data(), std::min(size, text.size() - 1)};
}

error failure_of(int code, std::string_view where) {
  return {code_of(code), std::string{where} + ": " + last_failure()};
}

} // namespace tutti::raft
