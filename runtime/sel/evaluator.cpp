#include "runtime/sel/evaluator.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace tutti::sel {

namespace {

constexpr std::string_view params_name = "params";

/// The values of the names that a program mentions.
class resolved_names final : public inputs {
public:
  explicit resolved_names(params::scope& names) : names_(names) {}

  status resolve(const program& x) {
    for (const auto& name : x.references()) {
      if (name == params_name)
        continue;
      auto value = names_.resolve(name);
      if (!value)
        return value.error();
      // A null value says that there is no such name.
      if (!value->is_null())
        values_.emplace_back(name, *std::move(value));
    }
    return unit{};
  }

  const model::value* find(std::string_view name) override {
    for (const auto& [known, value] : values_)
      if (known == name)
        return &value;
    return nullptr;
  }

  const model::value* find_in_params(std::string_view name) override {
    if (const auto* mentioned = find(name))
      return mentioned;
    auto value = names_.in_params(name);
    if (!value)
      return nullptr;
    kept_.push_back(std::move(*value));
    return &kept_.back();
  }

  bool extended() const override { return true; }

  result<model::value> call(std::string_view function,
                            const std::vector<std::string>& args) override {
    auto out = names_.call(function, args);
    failed_ = failed_ || !out;
    return out;
  }

  /// Whether a function of the host was what failed.
  bool failed() const { return failed_; }

private:
  params::scope& names_;
  std::vector<std::pair<std::string_view, model::value>> values_;
  std::deque<model::value> kept_; ///< values must not move while the program runs
  bool failed_ = false;
};

/// A failure of the program, in the words of the wrapper.
error wrap(const error& why, std::string_view expression) {
  error out{why.code, "Expression evaluation throws an exception, " + why.message + " for expr=["
                        + std::string{expression} + "]"};
  if (!why.details.empty()
      && (why.details[0] == "ERROR" || why.message.starts_with("Invalid return")))
    out.message = why.message + " for expr=[" + std::string{expression} + "]";
  const auto internal = why.code == ec::internal || why.code == ec::timeout;
  out.kind = internal ? "MaestroInternalError" : "MaestroInvalidExpressionException";
  out.details.emplace_back(out.kind);
  out.details.insert(out.details.end(), why.details.begin(), why.details.end());
  return out;
}

class whole_language final : public params::expression_evaluator {
public:
  explicit whole_language(evaluator_options options)
    : with_(std::move(options.with)),
      cache_(with_.bounds, options.cache) {}

  status check(std::string_view expression) const override {
    const auto compiled = compiled_of(expression);
    if (!compiled)
      return compiled.error();
    return unit{};
  }

  result<model::value> evaluate(std::string_view expression, params::scope& names) const override {
    const auto compiled = compiled_of(expression);
    if (!compiled)
      return compiled.error();
    resolved_names values{names};
    const auto good = values.resolve(**compiled);
    if (!good)
      return good.error();
    auto out = (*compiled)->evaluate(values, at_time_of(names));
    if (out && !out->is_null())
      return out;
    if (out)
      out = error{ec::bad_request,
                  "NullPointerException: the result is null",
                  {"NullPointerException"}};
    return values.failed() ? out : wrap(out.error(), expression);
  }

  result<std::vector<std::string>> references(std::string_view expression) const override {
    const auto compiled = compiled_of(expression);
    if (!compiled)
      return compiled.error();
    return (*compiled)->references();
  }

private:
  result<std::shared_ptr<const program>> compiled_of(std::string_view expression) const {
    auto out = cache_.get(with_semicolon(expression));
    if (!out)
      return wrap(out.error(), expression);
    return out;
  }

  /// Dates begin at the time of the evaluation; the clock goes on from there, for the time limit.
  budget at_time_of(const params::scope& names) const {
    auto with = with_;
    if (auto now = names.now(); now != 0)
      with.now_ms = [now, begun = with_.now_ms(), clock = with_.now_ms] {
        return now + (clock() - begun);
      };
    return with;
  }

  budget with_;
  mutable program_cache cache_;
};

} // namespace

std::unique_ptr<const params::expression_evaluator> make_evaluator(evaluator_options options) {
  return std::make_unique<const whole_language>(std::move(options));
}

} // namespace tutti::sel
