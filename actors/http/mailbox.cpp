#include "actors/http/mailbox.hpp"

namespace tutti::http {

namespace {

thread_local const mailbox* of_this_thread = nullptr;

} // namespace

bool mailbox::post(task work) {
  const std::lock_guard guard{mutex_};
  if (closed_)
    return false;
  tasks_.push_back(std::move(work));
  if (tasks_.size() == 1)
    wake_();
  return true;
}

void mailbox::run() {
  std::vector<task> batch;
  {
    const std::lock_guard guard{mutex_};
    batch.swap(tasks_);
  }
  for (auto& work : batch)
    work();
}

void mailbox::close() {
  // Tasks end outside the lock: their captures may post.
  std::vector<task> dropped;
  const std::lock_guard guard{mutex_};
  closed_ = true;
  dropped.swap(tasks_);
}

void mailbox::adopt_thread() {
  of_this_thread = this;
}

bool mailbox::in_its_thread() const {
  return of_this_thread == this;
}

} // namespace tutti::http
