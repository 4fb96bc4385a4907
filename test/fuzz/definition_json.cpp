#include "runtime/engine/dry_run.hpp"
#include "runtime/model/json.hpp"
#include "runtime/model/stored.hpp"
#include "runtime/model/validate.hpp"
#include "test/fuzz/kit.hpp"

/// A create request in JSON: read, written and read again it stays the same; so does its stored
/// form; the checks of a push come to an end.

using namespace tutti;
using request = model::workflow_create_request;

namespace {

void check_stored(const request& x, const std::string& text) {
  const auto bytes = model::encode(x);
  const auto back = model::decode<request>(bytes);
  fuzz::require(back.has_value(), "a stored definition is not readable");
  fuzz::require_same(text, model::json_text(*back), "a definition and its stored form");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto first = model::parse_json<request>(text);
  if (!first) {
    fuzz::require(!first.error().message.empty(), "a refusal without a reason");
    return 0;
  }
  const auto written = model::json_text(*first);
  const auto second = model::parse_json<request>(written);
  fuzz::require(second.has_value(), "a written definition is not readable");
  fuzz::require_same(written, model::json_text(*second), "two writings of a definition");
  check_stored(*first, written);
  if (model::violations(*first, {}).empty() && model::check_graph(first->workflow))
    (void)engine::dry_run(*first, fuzz::language());
  return 0;
}
