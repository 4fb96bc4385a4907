#include "runtime/engine/job_spec.hpp"

#include "runtime/model/json.hpp"
#include "runtime/params/coerce.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace tutti::engine {

namespace {

/// Parameters with a meaning of their own, which are not handed on to the process.
constexpr std::array<std::string_view, 5> own_names{"command", "script", "interpreter", "env",
                                                    "working_dir"};

bool is_own(std::string_view name) {
  return std::find(own_names.begin(), own_names.end(), name) != own_names.end();
}

bool is_env_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9'))
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

/// Longer texts reach the process in the JSON file only: the environment has a limit of its own.
constexpr std::size_t env_value_max = 32'768;

const model::value* result_of(const model::param_map& params, std::string_view name) {
  auto* p = params.find(name);
  return p && p->evaluated_result ? &*p->evaluated_result : nullptr;
}

struct builder {
  const step_memory& mem;
  launch_job job;
  boost::json::object all;

  error bad(const std::string& what) const {
    return {ec::bad_request, "shell step " + to_string(mem.id) + ": " + what};
  }

  status text(std::string_view name, std::string& out) {
    auto* v = mem.params ? result_of(*mem.params, name) : nullptr;
    if (!v)
      return unit{};
    auto* s = v->as<std::string>();
    if (!s)
      return bad("parameter " + std::string{name} + " must be a text, found "
                 + std::string{params::type_name(*v)});
    out = *s;
    return unit{};
  }

  status command() {
    auto* v = mem.params ? result_of(*mem.params, "command") : nullptr;
    if (!v)
      return unit{};
    if (auto* list = v->as<std::vector<std::string>>())
      job.argv = *list;
    else if (auto* line = v->as<std::string>())
      job.argv = {"/bin/sh", "-c", *line};
    else
      return bad("parameter command must be a text or a list of texts, found "
                 + std::string{params::type_name(*v)});
    return unit{};
  }

  status environment() {
    auto* v = mem.params ? result_of(*mem.params, "env") : nullptr;
    if (!v)
      return unit{};
    auto* map = v->as<model::string_map>();
    if (!map)
      return bad("parameter env must be a map of texts, found "
                 + std::string{params::type_name(*v)});
    for (auto& [name, value] : *map)
      job.env.set(name, value);
    return unit{};
  }

  void hand_on(const model::param_map& from) {
    for (auto& [name, p] : from) {
      if (is_own(name) || !p.evaluated_result)
        continue;
      all[name] = model::to_json(*p.evaluated_result);
      if (!is_env_name(name))
        continue;
      auto text = params::to_text(*p.evaluated_result);
      if (text.size() <= env_value_max)
        job.env.set(name, std::move(text));
    }
  }
};

} // namespace

result<launch_job> make_job(const step_memory& mem) {
  builder b{mem, {}, {}};
  b.job.step_uuid = mem.state.step_uuid;
  b.job.attempt = mem.state.attempt;
  b.hand_on(mem.run->params());
  if (mem.params)
    b.hand_on(*mem.params);
  for (auto ok :
       {b.command(), b.text("script", b.job.script), b.text("interpreter", b.job.interpreter),
        b.text("working_dir", b.job.working_dir), b.environment()})
    if (!ok)
      return ok.error();
  if (b.job.argv.empty() == b.job.script.empty())
    return b.bad("give either command or script");
  b.job.params_json = model::to_text(boost::json::value(std::move(b.all)));
  return std::move(b.job);
}

} // namespace tutti::engine
