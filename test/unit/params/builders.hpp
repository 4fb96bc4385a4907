#pragma once

#include "runtime/model/param.hpp"
#include "runtime/params/evaluator.hpp"

#include <string>
#include <vector>

/// Short ways to write parameters in tests.
namespace tutti::params::test {

inline model::value text(std::string x) {
  return model::value{std::move(x)};
}

inline model::value number(std::int64_t x) {
  return model::value{x};
}

inline model::value numbers(std::vector<std::int64_t> x) {
  return model::value{model::int_seq{std::move(x)}};
}

inline model::param literal(model::value x) {
  return model::make_param(std::move(x));
}

inline model::param literal(model::value x, model::param_mode mode) {
  auto out = literal(std::move(x));
  out.mode = mode;
  return out;
}

inline model::param expression(model::param_type type, std::string text) {
  model::param out;
  out.type = type;
  out.expression = std::move(text);
  return out;
}

inline model::param evaluated(model::value x) {
  auto out = literal(x);
  out.evaluated_result = std::move(x);
  out.evaluated_time = 1;
  return out;
}

/// Knows some values, and remembers what it was asked.
class fixed_scope final : public scope {
public:
  explicit fixed_scope(model::value_map values = {}) : values_(std::move(values)) {}

  result<model::value> resolve(std::string_view name) override {
    asked.emplace_back(name);
    if (const auto* x = values_.find(name))
      return *x;
    return error{ec::bad_request, "unknown name " + std::string{name}};
  }

  result<model::value> call(std::string_view function,
                            const std::vector<std::string>& args) override {
    auto out = std::string{function};
    for (const auto& x : args)
      out += ":" + x;
    return model::value{out};
  }

  std::vector<std::string> asked;

private:
  model::value_map values_;
};

/// Message and details of an error in one text.
inline std::string whole(const error& x) {
  auto out = x.message;
  for (const auto& detail : x.details)
    out += " | " + detail;
  return out;
}

inline bool contains(const std::string& all, std::string_view part) {
  return all.find(part) != std::string::npos;
}

} // namespace tutti::params::test
