#pragma once

#include "runtime/base/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

/// Who belongs to a cluster. A cluster has one authority, made when it is initialised; every node
/// has a certificate of it that names the cluster and the node. Keys are EC P-256, times are Unix
/// seconds and arguments. All texts are PEM. Errors are `bad_request` for texts that are not what
/// they should be, `internal` where the library fails.
namespace tutti::link {

/// A certificate with its private key.
struct credential {
  std::string certificate;
  std::string key;
};

/// What a node shows and what it trusts.
struct node_identity {
  credential own;
  std::string authority; ///< the certificate of the authority
};

/// Whom a certificate speaks for.
struct subject {
  std::string cluster;
  std::uint64_t node = 0;

  bool operator==(const subject&) const = default;
};

/// How long a certificate holds, in Unix seconds.
struct validity {
  std::int64_t from = 0;
  std::int64_t until = 0;
};

/// A new authority. @pre `cluster` has 1 to 64 letters, digits and `-`
result<credential> make_authority(std::string_view cluster, validity when);

/// A key, and the request that asks the authority to vouch for it. The key never travels.
struct key_request {
  std::string key;
  std::string request;
};

result<key_request> make_key_request();

/// The certificate for the key in `request`. What else the request says is ignored: only the
/// authority decides whom it speaks for. `bad_request` for a request whose signature is wrong.
result<std::string> issue(const credential& authority, std::string_view request, const subject& who,
                          validity when);

/// Whom a certificate speaks for; says nothing about who signed it.
result<subject> subject_of(std::string_view certificate);

/// SHA-256 of the certificate, in lower-case hex: what a join token carries.
result<std::string> fingerprint_of(std::string_view certificate);

/// SHA-256 of a text, in lower-case hex: what is kept of a secret.
result<std::string> digest_of(std::string_view text);

/// A secret of 32 hex digits from the library's random numbers.
result<std::string> make_secret();

/// Days until it ends, negative when it has; for warnings.
result<std::int64_t> days_left(std::string_view certificate, std::int64_t now);

/// What lets a node join: proof for the cluster, and the fingerprint by which the newcomer knows
/// that it talks to the right one. Written `secret.fingerprint`.
struct join_token {
  std::string secret;      ///< 32 hex digits
  std::string fingerprint; ///< 64 hex digits
};

std::string to_string(const join_token& x);
result<join_token> parse_token(std::string_view text);

/// Compares in the same time wherever the difference lies.
bool same_secret(std::string_view a, std::string_view b);

} // namespace tutti::link
