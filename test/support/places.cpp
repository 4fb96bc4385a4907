#include "test/support/places.hpp"

namespace tutti::test {

std::string in_sources(const std::string& relative) {
  return TUTTI_SOURCE_DIR "/" + relative;
}

std::string step_program() {
  return TUTTI_STEP_BINARY;
}

std::string node_program() {
  return TUTTI_NODE_BINARY;
}

std::string ctl_program() {
  return TUTTI_CTL_BINARY;
}

} // namespace tutti::test
