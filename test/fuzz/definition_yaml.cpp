#include "runtime/dsl/dsl.hpp"
#include "runtime/dsl/write.hpp"
#include "runtime/model/json.hpp"
#include "runtime/model/validate.hpp"
#include "test/fuzz/kit.hpp"

/// A document of the DSL: all of its mistakes have a place and a text, and what is read stays the
/// same as JSON and as a document again.

using namespace tutti;
using request = model::workflow_create_request;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  std::vector<dsl::mistake> hints;
  const auto first = dsl::read_workflow(text, {}, &hints);
  fuzz::require(hints.size() <= dsl::mistake_limit, "too many hints");
  for (const auto& x : hints)
    fuzz::require(x.line > 0 && x.column > 0 && !x.message.empty(), "a hint without a place");
  if (!first) {
    const auto& details = first.error().details;
    fuzz::require(!details.empty() && details.size() <= dsl::mistake_limit + 1,
                  "a refusal without reasons, or with too many");
    fuzz::require(first.error().code == ec::bad_request, "a refusal of another kind");
    return 0;
  }
  const auto written = model::json_text(*first);
  const auto second = model::parse_json<request>(written);
  if (!second)
    return 0; // The DSL does not check names, the reader of JSON does.
  fuzz::require_same(written, model::json_text(*second), "a document and its JSON");
  const auto document = dsl::write_workflow(*first);
  if (!document)
    return 0; // Names and texts that no document of this style can hold.
  // Ids with blanks and the like, which no push takes, may get lost.
  if (!document->lost.empty() && model::violations(*first, {}).empty())
    fuzz::fail("a document loses " + document->lost.front() + "\n" + document->yaml);
  const auto third = dsl::read_workflow(document->yaml);
  if (!third)
    fuzz::fail("a written document is refused: " + third.error().message + "\n" + document->yaml);
  return 0;
}
