#include "runtime/base/error.hpp"

namespace tutti {

std::string_view to_string(ec code) {
  switch (code) {
    case ec::ok:
      return "OK";
    case ec::bad_request:
      return "BAD_REQUEST";
    case ec::not_found:
      return "NOT_FOUND";
    case ec::conflict:
      return "CONFLICT";
    case ec::precondition_failed:
      return "PRECONDITION_FAILED";
    case ec::unprocessable:
      return "UNPROCESSABLE_ENTITY";
    case ec::timeout:
      return "REQUEST_TIMEOUT";
    case ec::unavailable:
      return "SERVICE_UNAVAILABLE";
    case ec::overloaded:
      return "TOO_MANY_REQUESTS";
    case ec::too_large:
      return "PAYLOAD_TOO_LARGE";
    case ec::io:
    case ec::corrupt:
    case ec::internal:
      return "INTERNAL_ERROR";
  }
  return "INTERNAL_ERROR";
}

} // namespace tutti
