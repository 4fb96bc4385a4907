#pragma once

#include "actors/http/server.hpp"
#include "test/unit/http/raw_client.hpp"

#include <doctest/doctest.h>

#include <mutex>
#include <vector>

namespace tutti::test {

/// Keeps responders until the test answers them.
class parking_lot {
public:
  http::handler handler() {
    return [this](http::request, http::responder answer) {
      const std::lock_guard guard{mutex_};
      parked_.push_back(std::move(answer));
    };
  }

  /// Waits for one.
  http::responder take() {
    REQUIRE(eventually([&] { return size() > 0; }));
    const std::lock_guard guard{mutex_};
    auto one = std::move(parked_.front());
    parked_.erase(parked_.begin());
    return one;
  }

  std::size_t size() {
    const std::lock_guard guard{mutex_};
    return parked_.size();
  }

private:
  std::mutex mutex_;
  std::vector<http::responder> parked_;
};

} // namespace tutti::test
