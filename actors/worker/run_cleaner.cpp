#include "actors/worker/run_cleaner.hpp"

#include "runtime/base/log.hpp"

#include <chrono>

namespace tutti::worker {

namespace {

constexpr std::int64_t day_ms = 24LL * 3600 * 1000;
constexpr std::size_t sweep_most = 200;
constexpr auto sweep_pause = std::chrono::hours{1};

} // namespace

run_cleaner::run_cleaner(std::shared_ptr<process_runner> runner, cleaner_options options)
  : runner_(std::move(runner)),
    options_(std::move(options)),
    thread_([this]() noexcept { run(); }) {}

run_cleaner::~run_cleaner() {
  stop();
}

void run_cleaner::stop() {
  {
    std::lock_guard guard{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

void run_cleaner::forget(std::string step_uuid) {
  add({std::move(step_uuid), false});
}

void run_cleaner::erase(std::string step_uuid) {
  add({std::move(step_uuid), true});
}

void run_cleaner::add(task what) {
  {
    std::lock_guard guard{mutex_};
    if (waiting_.size() >= waiting_max)
      return;
    waiting_.push_back(std::move(what));
  }
  wake_.notify_one();
}

std::int64_t run_cleaner::today() const {
  return options_.now_ms() / day_ms;
}

/// True if more is left to remove.
bool run_cleaner::sweep() {
  auto more = runner_->remove_ended_before(today() - (options_.keep_ms + day_ms - 1) / day_ms,
                                           sweep_most);
  if (!more)
    log::warning("old-runs-not-removed", {{"why", more.error().message}});
  return more && *more;
}

void run_cleaner::perform(const task& what) {
  auto ok = what.erase ? runner_->erase(what.step_uuid)
                       : runner_->put_away(what.step_uuid, today());
  if (!ok)
    log::warning(what.erase ? "run-not-erased" : "run-not-put-away",
                 {{"step_uuid", what.step_uuid}, {"why", ok.error().message}});
}

void run_cleaner::run() {
  auto next_sweep = std::chrono::steady_clock::now();
  runner_->put_away_left(today());
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    if (waiting_.empty() && std::chrono::steady_clock::now() < next_sweep) {
      wake_.wait_until(lock, next_sweep);
      continue;
    }
    if (waiting_.empty()) {
      lock.unlock();
      if (!sweep())
        next_sweep = std::chrono::steady_clock::now() + sweep_pause;
      lock.lock();
      continue;
    }
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    perform(next);
    lock.lock();
  }
}

} // namespace tutti::worker
