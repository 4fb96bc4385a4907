#include "tools/bench/workloads.hpp"

#include "runtime/model/int_seq.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <random>

namespace tutti::bench {

namespace {

using steady = std::chrono::steady_clock;

double ms_since(steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(steady::now() - begin).count();
}

/// Runs `total` pieces of work, `in_flight` at a time, each ending by a callback.
class pacer {
public:
  using work = std::function<void(std::int64_t index, std::function<void(status)> done)>;

  pacer(std::int64_t total, std::int64_t in_flight, work what)
    : total_(total),
      in_flight_(std::min(in_flight, total)),
      what_(std::move(what)) {}

  status run() {
    latencies_.reserve(static_cast<std::size_t>(total_));
    for (std::int64_t i = 0; i < in_flight_; ++i)
      next();
    std::unique_lock guard{lock_};
    all_done_.wait(guard, [this] { return ended_ == total_; });
    if (first_error_)
      return *first_error_;
    return unit{};
  }

  double quantile(double q) {
    std::sort(latencies_.begin(), latencies_.end());
    auto at = static_cast<std::size_t>(q * static_cast<double>(latencies_.size() - 1));
    return latencies_[at];
  }

  std::int64_t failed() const { return failed_; }

private:
  void next() {
    auto index = started_++;
    if (index >= total_)
      return;
    auto begin = steady::now();
    what_(index, [this, begin](status how) { end(begin, how); });
  }

  void end(steady::time_point begin, const status& how) {
    {
      std::lock_guard guard{lock_};
      latencies_.push_back(ms_since(begin));
      if (!how) {
        ++failed_;
        if (!first_error_)
          first_error_ = how.error();
      }
      ++ended_;
      if (ended_ == total_) {
        all_done_.notify_all();
        return;
      }
    }
    next();
  }

  std::int64_t total_;
  std::int64_t in_flight_;
  work what_;
  std::atomic<std::int64_t> started_{0};
  std::mutex lock_;
  std::condition_variable all_done_;
  std::int64_t ended_ = 0;
  std::int64_t failed_ = 0;
  std::optional<error> first_error_;
  std::vector<double> latencies_;
};

std::string fresh_id(const std::string& kind) {
  std::random_device seed;
  return "bench_" + kind + "_" + std::to_string(seed());
}

model::workflow_create_request request_of(const std::string& id, std::int64_t concurrency) {
  model::workflow_create_request request;
  request.workflow.id = id;
  request.properties.emplace();
  request.properties->owner = model::user{"bench", {}};
  request.properties->run_strategy = model::run_strategy{model::run_rule::parallel, concurrency};
  request.properties->step_concurrency = 1000;
  return request;
}

model::step noop(const std::string& id) {
  model::step step;
  step.id = id;
  step.type = model::step_type::noop;
  return step;
}

usage difference(const usage& after, const usage& before) {
  return {after.processor_ms - before.processor_ms,
          after.resident_bytes,
          after.commits - before.commits,
          after.row_bytes - before.row_bytes,
          after.written_bytes - before.written_bytes,
          after.deliveries - before.deliveries,
          after.letters - before.letters};
}

status succeeded(const result<model::run_status>& how) {
  if (!how)
    return how.error();
  if (*how != model::run_status::succeeded)
    return error{ec::internal, "a run ended as " + std::string{to_string(*how)}};
  return unit{};
}

/// Times `work` and reads the node's counters around it.
result<report> measured(target& on, report what, pacer& work) {
  auto before = on.used();
  if (!before)
    return before.error();
  auto begin = steady::now();
  auto ok = work.run();
  what.seconds = ms_since(begin) / 1000;
  if (!ok)
    return ok.error();
  auto after = on.used();
  if (!after)
    return after.error();
  what.used = difference(*after, *before);
  what.failed = work.failed();
  what.p50_ms = work.quantile(0.5);
  what.p99_ms = work.quantile(0.99);
  what.max_ms = work.quantile(1);
  return what;
}

} // namespace

result<report> run_chains(target& on, const chain_options& options) {
  std::vector<std::string> ids;
  for (std::int64_t w = 0; w < options.workflows; ++w) {
    auto request = request_of(fresh_id("chain"), 1000);
    for (std::int64_t i = 0; i < options.steps; ++i) {
      auto step = noop("step" + std::to_string(i + 1));
      if (i + 1 < options.steps)
        step.transition.successors.set("step" + std::to_string(i + 2), "true");
      request.workflow.steps.push_back(std::move(step));
    }
    if (auto ok = on.push(request); !ok)
      return ok.error();
    ids.push_back(request.workflow.id);
  }
  auto one = [&](std::int64_t i, std::function<void(status)> done) {
    on.run(ids[static_cast<std::size_t>(i) % ids.size()],
           [done = std::move(done)](result<model::run_status> how) { done(succeeded(how)); });
  };
  // The first runs load code and definitions.
  pacer warm_up{std::min<std::int64_t>(20, options.flows), 1, one};
  if (auto ok = warm_up.run(); !ok)
    return ok.error();
  pacer work{options.flows, options.in_flight, one};
  return measured(
    on,
    {.name = "chain", .runs = options.flows, .steps = options.flows * options.steps, .used = {}},
    work);
}

result<report> run_foreach(target& on, std::int64_t iterations, std::int64_t concurrency) {
  auto request = request_of(fresh_id("foreach"), 1);
  model::step loop;
  loop.kind = model::step_kind::foreach;
  loop.type = model::step_type::foreach;
  loop.id = "loop";
  loop.concurrency = concurrency;
  model::param values;
  values.type = model::param_type::long_array;
  values.literal
    = model::value{model::int_seq::range(1, 1, static_cast<std::uint64_t>(iterations))};
  // A literal of a million numbers is no definition anybody sends; an expression is.
  values.literal.reset();
  values.expression = "Util.intsBetween(0, " + std::to_string(iterations) + ", 1);";
  model::param loop_params;
  loop_params.type = model::param_type::map;
  loop_params.literal = model::value{model::param_map{{"i", values}}};
  loop.params = model::param_map{{"loop_params", loop_params}};
  loop.steps = std::vector<model::step>{noop("body")};
  request.workflow.steps.push_back(std::move(loop));
  if (auto ok = on.push(request); !ok)
    return ok.error();
  pacer work{1, 1, [&](std::int64_t, std::function<void(status)> done) {
               on.run(request.workflow.id, [done = std::move(done)](result<model::run_status> how) {
                 done(succeeded(how));
               });
             }};
  return measured(on, {.name = "foreach", .runs = 1, .steps = iterations, .used = {}}, work);
}

result<report> run_starts(target& on, std::int64_t flows, std::int64_t in_flight) {
  auto request = request_of(fresh_id("starts"), 1000);
  request.workflow.steps.push_back(noop("only"));
  if (auto ok = on.push(request); !ok)
    return ok.error();
  pacer work{flows, in_flight, [&](std::int64_t, std::function<void(status)> done) {
               on.start(request.workflow.id, std::move(done));
             }};
  return measured(on, {.name = "starts", .runs = flows, .steps = flows, .used = {}}, work);
}

} // namespace tutti::bench
