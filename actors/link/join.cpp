#include "actors/link/join.hpp"

#include "actors/link/frame.hpp"
#include "actors/link/openssl.hpp"
#include "actors/link/tls.hpp"
#include "runtime/model/stored.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <optional>

namespace tutti::link {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t answer_max = 1024 * 1024;

/// A connection whose every step ends in time.
class caller {
public:
  /// Without `tls` in the clear.
  caller(std::string address, tls_context tls, clock::time_point until)
    : address_(std::move(address)),
      clear_(!tls),
      tls_(tls ? std::move(tls) : curious_tls()),
      stream_(context_, *tls_),
      until_(until) {}

  status connect() {
    const auto colon = address_.rfind(':');
    if (colon == std::string::npos)
      return error{ec::bad_request, "'" + address_ + "' is no address, expected HOST:PORT"};
    tcp::resolver resolver{context_};
    tcp::resolver::results_type found;
    if (auto ok = wait("find",
                       [&](auto done) {
                         resolver.async_resolve(
                           address_.substr(0, colon), address_.substr(colon + 1),
                           [&found, done](error_code x, tcp::resolver::results_type all) {
                             found = std::move(all);
                             done(x);
                           });
                       });
        !ok)
      return ok;
    if (auto ok = wait("reach",
                       [&](auto done) {
                         asio::async_connect(stream_.lowest_layer(), found,
                                             [done](error_code x, const tcp::endpoint&) {
                                               done(x);
                                             });
                       });
        !ok)
      return ok;
    if (clear_)
      return unit{};
    return wait("make a safe connection to",
                [&](auto done) { stream_.async_handshake(asio::ssl::stream_base::client, done); });
  }

  SSL* handle() { return stream_.native_handle(); }

  status write(const std::string& frame) {
    return wait("write to", [&](auto done) {
      auto end = [done](error_code x, std::size_t) { done(x); };
      if (clear_)
        asio::async_write(stream_.next_layer(), asio::buffer(frame), end);
      else
        asio::async_write(stream_, asio::buffer(frame), end);
    });
  }

  /// The next frame.
  result<std::pair<frame_kind, std::string>> read() {
    std::optional<std::pair<frame_kind, std::string>> found;
    while (!found) {
      std::size_t size = 0;
      auto ok = wait("read from", [&](auto done) {
        auto end = [&size, done](error_code x, std::size_t n) {
          size = n;
          done(x);
        };
        if (clear_)
          stream_.next_layer().async_read_some(asio::buffer(in_), end);
        else
          stream_.async_read_some(asio::buffer(in_), end);
      });
      if (!ok)
        return ok.error();
      auto cut = splitter_.feed({in_.data(), size}, [&](frame_kind kind, std::string_view bytes) {
        if (!found)
          found.emplace(kind, std::string{bytes});
      });
      if (!cut)
        return cut.error();
    }
    return std::move(*found);
  }

private:
  error failed(const std::string& what, const error_code& why) const {
    return {ec::unavailable, "cannot " + what + " " + address_ + ": " + why.message()};
  }

  template <class Begin>
  status wait(const std::string& what, Begin begin) {
    std::optional<error_code> end;
    begin([&end](error_code why) { end = why; });
    context_.restart();
    while (!end && context_.run_one_until(until_) > 0) {
    }
    if (!end) {
      // The step has to end before its locals do.
      error_code ignored;
      stream_.lowest_layer().close(ignored);
      context_.restart();
      context_.run();
      return error{ec::unavailable, "cannot " + what + " " + address_ + " in time"};
    }
    ERR_clear_error();
    if (*end)
      return failed(what, *end);
    return unit{};
  }

  std::string address_;
  bool clear_;
  asio::io_context context_{1};
  tls_context tls_;
  asio::ssl::stream<tcp::socket> stream_;
  clock::time_point until_;
  frame_splitter splitter_{answer_max};
  std::array<char, 16 * 1024> in_{};
};

result<std::string> pem_of(X509* x) {
  bio_ptr out{BIO_new(BIO_s_mem())};
  char* at = nullptr;
  const auto size = PEM_write_bio_X509(out.get(), x) == 1 ? BIO_get_mem_data(out.get(), &at) : 0;
  if (size <= 0)
    return library_error("write a certificate");
  return std::string{at, static_cast<std::size_t>(size)};
}

/// The authority that the other end shows, if it is the one that is wanted.
result<std::string> look_for_authority(const std::string& address, const std::string& fingerprint,
                                       clock::time_point until) {
  caller there{address, curious_tls(), until};
  if (auto ok = there.connect(); !ok)
    return ok.error();
  auto* chain = SSL_get_peer_cert_chain(there.handle());
  for (auto i = 0; i < sk_X509_num(chain); ++i) {
    auto* one = sk_X509_value(chain, i);
    if (auto found = fingerprint_of(one); found && *found == fingerprint)
      return pem_of(one);
  }
  return error{ec::bad_request, "the node at " + address
                                  + " does not belong to the cluster of this token; look at the "
                                    "address, or ask for a new token with 'tutti node token'"};
}

result<join_answer> ask(caller& there, const std::string& address, const join_request& asked) {
  if (auto ok = there.write(make_frame(lane::urgent, static_cast<frame_kind>(word::join_request),
                                       model::encode(asked)));
      !ok)
    return ok.error();
  auto frame = there.read();
  if (!frame)
    return frame.error();
  if (frame->first != static_cast<frame_kind>(word::join_answer))
    return error{ec::bad_request, "the node at " + address + " refused: " + frame->second};
  auto answer = model::decode<join_answer>(frame->second);
  if (answer && !answer->refused.empty())
    return error{ec::bad_request, "the node at " + address + " refused: " + answer->refused};
  return answer;
}

} // namespace

result<joined> join_in_clear(const std::string& address, const std::string& own_address,
                             const std::string& version, std::chrono::milliseconds patience) {
  caller there{address, nullptr, clock::now() + patience};
  if (auto ok = there.connect(); !ok)
    return ok.error();
  auto answer = ask(there, address, {{}, {}, own_address, version});
  if (!answer)
    return answer.error();
  return joined{{}, std::move(*answer)};
}

result<joined> join_cluster(const std::string& address, const join_token& token,
                            const std::string& own_address, const std::string& version,
                            std::chrono::milliseconds patience) {
  const auto until = clock::now() + patience;
  auto authority = look_for_authority(address, token.fingerprint, until);
  if (!authority)
    return authority.error();
  auto tls = newcomer_tls(*authority);
  auto key = make_key_request();
  if (!tls || !key)
    return tls ? key.error() : tls.error();
  caller there{address, *tls, until};
  if (auto ok = there.connect(); !ok)
    return ok.error();
  auto answer = ask(there, address, {token.secret, key->request, own_address, version});
  if (!answer)
    return answer.error();
  return joined{{{answer->certificate, key->key}, *authority}, std::move(*answer)};
}

} // namespace tutti::link
