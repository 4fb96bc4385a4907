#include "actors/node/later.hpp"

namespace tutti::actors {

later::later() : thread_([this] { run(); }) {
  // nop
}

later::~later() {
  {
    std::lock_guard guard{lock_};
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void later::operator()(std::chrono::milliseconds pause, std::function<void()> call) {
  auto first = false;
  {
    std::lock_guard guard{lock_};
    auto place = calls_.emplace(clock::now() + pause, std::move(call));
    first = place == calls_.begin();
  }
  if (first)
    changed_.notify_one();
}

void later::run() {
  std::unique_lock guard{lock_};
  while (!stopping_) {
    if (calls_.empty()) {
      changed_.wait(guard);
      continue;
    }
    auto due = calls_.begin()->first;
    if (clock::now() < due) {
      changed_.wait_until(guard, due);
      continue;
    }
    auto call = std::move(calls_.begin()->second);
    calls_.erase(calls_.begin());
    guard.unlock();
    call();
    guard.lock();
  }
}

} // namespace tutti::actors
