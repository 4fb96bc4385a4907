#include "test/fuzz/kit.hpp"
#include "tools/codec/models.hpp"

/// Every model of the API: the first line names it, the rest is a value. What is written is
/// readable, and written once more it is the same text.

using namespace tutti;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto name = fuzz::take_line(text);
  const auto* entry = codec::find_model(name);
  if (!entry)
    return 0;
  model::json_rules rules;
  rules.now = 1'700'000'000'000;
  const auto value = model::parse_text(text);
  const auto first = value ? entry->through(*value, entry->kind, rules) : value;
  if (!first)
    return 0;
  const auto written = model::to_text(*first);
  const auto again = model::parse_text(written);
  fuzz::require(again.has_value(), "the written text is no JSON");
  const auto second = entry->through(*again, entry->kind, rules);
  if (!second)
    fuzz::fail("a written " + std::string{name} + " is refused: " + second.error().message);
  fuzz::require_same(written, model::to_text(*second), "two writings of a " + std::string{name});
  return 0;
}
