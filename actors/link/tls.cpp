#include "actors/link/tls.hpp"

#include "actors/link/openssl.hpp"

#include <boost/asio/buffer.hpp>

namespace tutti::link {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

tls_context bare_context() {
  auto made = std::make_shared<ssl::context>(ssl::context::tls);
  SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_3_VERSION);
  // A link lives long: nothing is gained by tickets, and nothing has to be kept for them.
  SSL_CTX_set_num_tickets(made->native_handle(), 0);
  SSL_CTX_set_session_cache_mode(made->native_handle(), SSL_SESS_CACHE_OFF);
  return made;
}

status trust(ssl::context& context, const std::string& authority) {
  error_code why;
  context.add_certificate_authority(boost::asio::buffer(authority), why);
  ERR_clear_error();
  if (why)
    return error{ec::bad_request,
                 "the certificate of the authority cannot be used: " + why.message()};
  context.set_verify_mode(ssl::verify_peer);
  return unit{};
}

} // namespace

result<tls_context> member_tls(const node_identity& x) {
  auto made = bare_context();
  if (auto ok = trust(*made, x.authority); !ok)
    return ok.error();
  error_code why;
  // The authority's own goes with it: a newcomer knows that one by its fingerprint.
  const auto chain = x.own.certificate + x.authority;
  made->use_certificate_chain(boost::asio::buffer(chain), why);
  if (!why)
    made->use_private_key(boost::asio::buffer(x.own.key), ssl::context::pem, why);
  ERR_clear_error();
  if (why)
    return error{ec::bad_request,
                 "the certificate of this node or its key cannot be used: " + why.message()};
  return made;
}

result<tls_context> newcomer_tls(const std::string& authority) {
  auto made = bare_context();
  if (auto ok = trust(*made, authority); !ok)
    return ok.error();
  return made;
}

tls_context curious_tls() {
  auto made = bare_context();
  made->set_verify_mode(ssl::verify_none);
  return made;
}

} // namespace tutti::link
