#include "runtime/sel/failure.hpp"

namespace tutti::sel {

void fail(std::string_view label, std::string message) {
  failure out;
  out.label = label;
  out.message = std::move(message);
  throw out;
}

void fail(const error& from_host) {
  failure out;
  out.label = label::runtime;
  out.message = from_host.message;
  out.from_host = from_host;
  throw out;
}

} // namespace tutti::sel
