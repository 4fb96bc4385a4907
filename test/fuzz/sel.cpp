#include "runtime/sel/sel.hpp"

#include "runtime/model/json.hpp"
#include "test/fuzz/kit.hpp"

#include <boost/json/value.hpp>

/// Expressions: compiling and running end within their bounds, the result is JSON, and the same
/// text gives the same result.

using namespace tutti;

namespace {

class names final : public sel::inputs {
public:
  const model::value* find(std::string_view name) override {
    return name == "x" ? &number_ : name == "y" ? &text_ : name == "z" ? &list_ : nullptr;
  }

  bool extended() const override { return true; }

private:
  model::value number_{std::int64_t{7}};
  model::value text_{std::string{"abc,d\xC3\xA9"
                                 "f"}};
  model::value list_{std::vector<std::string>{"a", "b"}};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto with = fuzz::small_budget();
  const auto source = sel::with_semicolon(text);
  const auto compiled = sel::compile(source, with.bounds);
  if (!compiled) {
    fuzz::require(!compiled.error().message.empty(), "a refusal without a reason");
    return 0;
  }
  names given;
  const auto out = (*compiled)->run(given, with);
  if (out)
    fuzz::require(model::parse_text(out->json).has_value(), "a result that is no JSON");
  const auto value = (*compiled)->evaluate(given, with);
  fuzz::require(!value || out.has_value(), "a value without a result");
  return 0;
}
