#include "runtime/model/json.hpp"
#include "test/fuzz/kit.hpp"
#include "tools/codec/params_lines.hpp"

#include <boost/json/value.hpp>

#include <sstream>

/// Parameter sets, one a line: merged and evaluated with the whole language, each gives one line of
/// JSON.

using namespace tutti;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in{std::string{reinterpret_cast<const char*>(data), size}};
  std::ostringstream out;
  codec::run_params_lines(in, out, &fuzz::language());
  std::istringstream lines{std::move(out).str()};
  for (std::string line; std::getline(lines, line);)
    fuzz::require(model::parse_text(line).has_value(), "an answer that is no JSON: " + line);
  return 0;
}
