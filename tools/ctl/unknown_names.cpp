#include "tools/ctl/unknown_names.hpp"

#include "config/options/nearest.hpp"
#include "runtime/params/defaults.hpp"
#include "runtime/params/interpolate.hpp"

#include <algorithm>

namespace tutti::ctl {

namespace {

/// What a text of one level may mention.
class names_in_sight {
public:
  explicit names_in_sight(const model::workflow& x) {
    for (auto& one : params::system_defaults())
      names_.emplace_back(one.name);
    for (auto& one : params::step_defaults())
      names_.emplace_back(one.name);
    add_all(params::workflow_default_params());
    if (x.params)
      add_all(*x.params);
    add_steps(x.steps);
  }

  void add_all(const model::param_map& params) {
    for (auto& [name, x] : params)
      names_.push_back(name);
  }

  std::size_t size() const { return names_.size(); }

  void forget_after(std::size_t size) { names_.resize(size); }

  /// Whether a reference can mean something; `step__name` only needs the step, or a signal.
  bool has(const std::string& name) const {
    if (std::find(names_.begin(), names_.end(), name) != names_.end())
      return true;
    auto split = name.find("__");
    return split != std::string::npos && (waits_for_signals_ || has_step(name.substr(0, split)));
  }

  std::string guess(const std::string& name) const { return config::did_you_mean(name, names_); }

private:
  bool has_step(const std::string& id) const {
    return std::find(steps_.begin(), steps_.end(), id) != steps_.end();
  }

  void add_steps(const std::vector<model::step>& steps) {
    for (auto& x : steps) {
      steps_.push_back(x.id);
      waits_for_signals_ = waits_for_signals_ || x.signal_dependencies.has_value();
      if (x.steps)
        add_steps(*x.steps);
    }
  }

  std::vector<std::string> names_;
  std::vector<std::string> steps_;
  bool waits_for_signals_ = false;
};

class search {
public:
  search(const model::workflow& x, std::size_t limit) : sight_(x), limit_(limit) {
    if (x.params)
      look("workflow [" + x.id + "]", *x.params);
    look(x.steps);
  }

  std::vector<std::string> take() { return std::move(found_); }

private:
  void look(const std::vector<model::step>& steps) {
    for (auto& x : steps) {
      if (x.type == model::step_type::template_)
        continue;
      const auto before = sight_.size();
      sight_.add_all(params::type_defaults(x.type));
      if (x.params) {
        sight_.add_all(*x.params);
        if (auto* loop = x.params->find("loop_params"); loop && loop->literal)
          if (auto* names = loop->literal->as<model::param_map>())
            sight_.add_all(*names);
        look("step [" + x.id + "]", *x.params);
      }
      if (x.steps)
        look(*x.steps);
      sight_.forget_after(before);
    }
  }

  void look(const std::string& owner, const model::param_map& params) {
    for (auto& [name, x] : params) {
      if (!x.literal)
        continue;
      if (auto* text = x.literal->as<std::string>())
        look(owner, name, *text);
      if (auto* entries = x.literal->as<model::param_map>())
        look(owner, *entries);
    }
  }

  void look(const std::string& owner, const std::string& param, const std::string& text) {
    for (auto& name : params::references_in(text))
      if (!sight_.has(name) && found_.size() < limit_)
        found_.push_back(owner + ", param [" + param + "]: nothing here gives a value to [" + name
                         + "], so a start must bring it, or it fails there" + sight_.guess(name));
  }

  names_in_sight sight_;
  std::vector<std::string> found_;
  std::size_t limit_;
};

} // namespace

std::vector<std::string> unknown_names(const model::workflow& definition, std::size_t limit) {
  return search{definition, limit}.take();
}

} // namespace tutti::ctl
