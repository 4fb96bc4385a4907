#pragma once

#include "actors/link/trust.hpp"
#include "runtime/base/error.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>

/// What both ends of a link demand.
namespace tutti::link {

using tls_context = std::shared_ptr<boost::asio::ssl::context>;

/// For a member: shows its certificate and the authority's, and takes a peer's only if the
/// authority signed it. A peer without one gets through the handshake, since newcomers have none
/// yet: whoever accepts must look at what was shown.
result<tls_context> member_tls(const node_identity& x);

/// For a newcomer that knows the authority, but has no certificate yet.
result<tls_context> newcomer_tls(const std::string& authority);

/// Takes any certificate, only to look at it. Nothing may be sent.
tls_context curious_tls();

} // namespace tutti::link
