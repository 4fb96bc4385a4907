#include "actors/http/request_parser.hpp"

#include "actors/http/errors.hpp"
#include "actors/http/target.hpp"
#include "actors/http/utf8.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/optional.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace tutti::http {

namespace beast = boost::beast;
using beast::error_code;

namespace {

/// A body grows as it comes: a large promise alone takes no memory.
constexpr std::size_t first_body_reserve = std::size_t{64} << 10U;

std::string_view plain(beast::string_view text) {
  return {text.data(), text.size()};
}

} // namespace

/// Keeps the few fields that the server reads and drops the others.
class request_parser::grammar final : public beast::http::basic_parser<true> {
public:
  grammar(std::size_t header_max, std::size_t body_max) {
    eager(true);
    header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(header_max, UINT32_MAX)));
    body_limit(body_max);
  }

  request message;
  std::string target;
  error_code failure;
  /// A fault that the grammar itself accepts.
  std::string fault;
  bool header_read = false;
  std::size_t header_size = 0;
  bool expects_continue = false;
  bool is_http_1_0 = false;

private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view path,
                       int version, error_code&) override {
    message.method = plain(method);
    target = plain(path);
    is_http_1_0 = version == 10;
  }

  void on_response_impl(int, beast::string_view, int, error_code&) override {}

  void on_field_impl(beast::http::field name, beast::string_view name_text,
                     beast::string_view value, error_code& ec) override {
    // Fields after the body would change a request that is already decided about.
    if (header_read)
      return;
    using beast::http::field;
    switch (name) {
      case field::content_type:
        message.content_type = header_text(plain(value));
        break;
      case field::accept:
        message.accept += message.accept.empty() ? "" : ", ";
        message.accept += header_text(plain(value));
        break;
      case field::host:
        ++host_count_;
        break;
      case field::expect:
        expects_continue = beast::iequals(value, "100-continue");
        break;
      case field::transfer_encoding:
        // Any other coding hides where the body ends.
        if (!beast::iequals(value, "chunked"))
          ec = beast::http::error::bad_transfer_encoding;
        break;
      default:
        if (beast::iequals(name_text, "user") && !message.has_user) {
          message.has_user = true;
          message.user = header_text(plain(value));
        }
    }
  }

  void on_header_impl(error_code& ec) override {
    header_read = true;
    if (host_count_ > 1 || (host_count_ == 0 && !is_http_1_0)) {
      fault = "the request must have exactly one header 'Host'";
      ec = beast::http::error::bad_value;
    } else if (auto read = read_target(target, message); !read) {
      fault = read.error().message;
      ec = beast::http::error::bad_target;
    }
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& size, error_code&) override {
    if (size)
      message.body.reserve(
        static_cast<std::size_t>(std::min<std::uint64_t>(*size, first_body_reserve)));
  }

  std::size_t on_body_impl(beast::string_view bytes, error_code&) override {
    message.body += plain(bytes);
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, error_code&) override {
    message.body += plain(bytes);
    return bytes.size();
  }

  void on_finish_impl(error_code&) override {}

  int host_count_ = 0;
};

request_parser::request_parser(std::size_t header_max, std::size_t body_max)
  : header_max_(header_max),
    body_max_(body_max) {
  restart();
}

request_parser::~request_parser() = default;

void request_parser::restart() {
  grammar_ = std::make_unique<grammar>(header_max_, body_max_);
}

request_parser::state request_parser::feed(std::string_view bytes, std::size_t& used) {
  used = 0;
  auto& ec = grammar_->failure;
  while (used < bytes.size() && !grammar_->is_done()) {
    const auto n = grammar_->put({bytes.data() + used, bytes.size() - used}, ec);
    used += n;
    if (ec == beast::http::error::need_more) {
      ec = {};
      break;
    }
    if (ec)
      return state::failed;
    if (n == 0)
      break;
  }
  // The grammar limits what is not yet understood; a header that trickles in field by field
  // has to be measured here.
  if (!grammar_->header_read) {
    grammar_->header_size += used;
    if (grammar_->header_size > header_max_) {
      ec = beast::http::error::header_limit;
      return state::failed;
    }
  }
  if (grammar_->is_done())
    return state::done;
  return grammar_->header_read ? state::in_body : state::in_header;
}

request request_parser::take() {
  return std::move(grammar_->message);
}

response request_parser::refusal() const {
  const auto& why = grammar_->failure;
  if (why == beast::http::error::header_limit)
    return details(431, "REQUEST_HEADER_FIELDS_TOO_LARGE",
                   "the request header is longer than " + std::to_string(header_max_) + " bytes");
  if (why == beast::http::error::body_limit)
    return to_response(
      {ec::too_large, "the request body is longer than " + std::to_string(body_max_) + " bytes"});
  return to_response({ec::bad_request, grammar_->fault.empty()
                                         ? "the request is not HTTP/1.1: " + why.message()
                                         : grammar_->fault});
}

bool request_parser::keep_alive() const {
  return grammar_->keep_alive();
}

bool request_parser::is_http_1_0() const {
  return grammar_->is_http_1_0;
}

bool request_parser::wants_continue() const {
  return grammar_->expects_continue && !grammar_->is_http_1_0;
}

} // namespace tutti::http
