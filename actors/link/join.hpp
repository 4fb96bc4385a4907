#pragma once

#include "actors/link/trust.hpp"
#include "actors/link/words.hpp"

#include <chrono>
#include <string>

namespace tutti::link {

struct joined {
  node_identity identity;
  join_answer answer;
};

/// Asks the node at `host:port` for a place in its cluster and waits for the answer. The newcomer
/// first looks whether the authority there is the one of the token, and only then shows the secret.
/// `unavailable` if nobody answers in time, `bad_request` with the sentence of the other end if it
/// refuses, or if it is another cluster.
result<joined> join_cluster(const std::string& address, const join_token& token,
                            const std::string& own_address, const std::string& version,
                            std::chrono::milliseconds patience);

/// The same where links are in the clear: without proof on either side.
result<joined> join_in_clear(const std::string& address, const std::string& own_address,
                             const std::string& version, std::chrono::milliseconds patience);

} // namespace tutti::link
