#pragma once

#include "runtime/sel/sel.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::sel::test {

/// Values by name.
class names final : public inputs {
public:
  names() = default;

  explicit names(model::value_map values) : values_(std::move(values)) {}

  const model::value* find(std::string_view name) override { return values_.find(name); }

private:
  model::value_map values_;
};

inline budget fixed_budget(limits bounds = {}, std::int64_t now = 1'700'000'000'123) {
  return {bounds, [now] { return now; }, [] { return std::uint64_t{0x0123456789ABCDEF}; }, {}};
}

/// `TYPE json`, or `! Label` and maybe `(Cause)`.
inline std::string shown(const result<outcome>& x) {
  if (x)
    return x->type + " " + x->json;
  const auto& details = x.error().details;
  if (details.empty())
    return "! " + std::string{to_string(x.error().code)};
  return "! " + details[0] + (details.size() > 1 ? " (" + details[1] + ")" : "");
}

inline std::string run(std::string_view text, const budget& with, model::value_map values = {}) {
  const auto compiled = compile(text, with.bounds);
  if (!compiled)
    return shown(compiled.error());
  names given{std::move(values)};
  return shown((*compiled)->run(given, with));
}

inline std::string run(std::string_view text, model::value_map values = {}) {
  return run(text, fixed_budget(), std::move(values));
}

inline std::string run(std::string_view text, const limits& bounds) {
  return run(text, fixed_budget(bounds));
}

} // namespace tutti::sel::test
