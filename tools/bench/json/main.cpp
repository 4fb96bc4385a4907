#include "runtime/model/json.hpp"
#include "runtime/model/run_view.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cxxopts.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iomanip>
#include <iostream>

/// Time to read and write a large workflow instance, beside the time that the JSON library needs
/// for the same bytes.
namespace {

namespace model = tutti::model;

using clock_type = std::chrono::steady_clock;

model::param evaluated(std::string text) {
  model::param x = model::make_param(model::value{text});
  x.mode = model::param_mode::mutable_always;
  x.evaluated_result = model::value{std::move(text)};
  x.evaluated_time = 1'700'000'000'000;
  x.source = model::param_source::definition;
  return x;
}

model::step make_step(std::size_t i, std::size_t count) {
  model::step x;
  x.id = "step_" + std::to_string(i);
  x.type = model::step_type::kubernetes;
  x.params.emplace();
  for (auto name : {"image", "command", "day"})
    x.params->set(name, model::make_param(model::value{std::string{"value of "} + name}));
  if (i + 1 < count)
    x.transition.successors.set("step_" + std::to_string(i + 1), "true");
  return x;
}

model::workflow_instance make_instance(std::size_t steps) {
  model::workflow_instance x;
  x.workflow_id = "bench";
  x.workflow_instance_id = x.workflow_run_id = x.workflow_version_id = 1;
  x.workflow_uuid = "97a57978-803f-403e-9f9b-376d34689723";
  x.correlation_id = "bench:1:1";
  x.runtime_workflow.emplace().id = "bench";
  x.runtime_dag.emplace();
  x.params.emplace();
  x.aggregated_info.emplace();
  auto& overview = x.runtime_overview.emplace();
  overview.total_step_count = static_cast<std::int64_t>(steps);
  auto& done = overview.step_overview[model::step_status::succeeded];
  done.cnt = overview.total_step_count;
  done.steps.emplace();
  for (std::size_t i = 0; i < steps; ++i) {
    auto step = make_step(i, steps);
    auto at = 1'700'000'000'000 + static_cast<std::int64_t>(i);
    done.steps->push_back({static_cast<std::int64_t>(i + 1), at, at + 1});
    x.aggregated_info->step_aggregated_views.append(step.id,
                                                    {1, model::step_status::succeeded, at, at + 1});
    x.runtime_dag->append(step.id, step.transition);
    x.params->append("param_" + std::to_string(i), evaluated("some text " + std::to_string(i)));
    x.runtime_workflow->steps.push_back(std::move(step));
  }
  x.status = model::run_status::succeeded;
  return x;
}

/// The best time of several, in microseconds.
double best_of(std::size_t rounds, const std::function<void()>& work) {
  auto best = clock_type::duration::max();
  for (std::size_t i = 0; i < rounds; ++i) {
    auto begin = clock_type::now();
    work();
    best = std::min(best, clock_type::now() - begin);
  }
  return std::chrono::duration<double, std::micro>(best).count();
}

void print(const char* what, double ours, double plain) {
  std::cout << std::left << std::setw(8) << what << std::right << std::fixed << std::setprecision(0)
            << std::setw(10) << ours << " us   " << std::setw(10) << plain << " us   "
            << std::setprecision(2) << ours / plain << "x\n";
}

/// Keeps a result from being optimised away.
std::size_t consumed = 0;

int run(std::size_t steps, std::size_t rounds) {
  auto text = model::json_text(make_instance(steps));
  auto instance = model::parse_json<model::workflow_instance>(text);
  if (!instance) {
    std::cerr << "tutti-bench-json: " << instance.error().message << '\n';
    return 1;
  }
  auto value = boost::json::parse(text);
  std::cout << text.size() << " bytes, " << steps << " steps, best of " << rounds << '\n'
            << "              the model     the library\n";
  auto read = best_of(rounds, [&] {
    consumed += model::parse_json<model::workflow_instance>(text)->params->size();
  });
  auto plain_read = best_of(rounds,
                            [&] { consumed += boost::json::parse(text).as_object().size(); });
  auto write = best_of(rounds, [&] { consumed += model::json_text(*instance).size(); });
  auto plain_write = best_of(rounds, [&] { consumed += boost::json::serialize(value).size(); });
  print("read", read, plain_read);
  print("write", write, plain_write);
  print("both", read + write, plain_read + plain_write);
  return consumed == 0 ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
  try {
    cxxopts::Options options{"tutti-bench-json", "reading and writing of a workflow instance"};
    options.add_options()("h,help", "this text")(
      "steps", "steps of the instance", cxxopts::value<std::size_t>()->default_value("300"))(
      "rounds", "the best of so many", cxxopts::value<std::size_t>()->default_value("30"));
    auto given = options.parse(argc, argv);
    if (given.count("help") > 0) {
      std::cout << options.help();
      return 0;
    }
    return run(given["steps"].as<std::size_t>(), given["rounds"].as<std::size_t>());
  } catch (const std::exception& why) {
    std::cerr << "tutti-bench-json: " << why.what() << '\n';
    return 2;
  }
}
