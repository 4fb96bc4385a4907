#pragma once

#include "actors/node/node.hpp"
#include "config/options/node_options.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tutti::actors {

/// A node with its API: all of `tuttid` but the process around it.
class service {
public:
  /// Starts the node and listens. Fails with a sentence that says what to do: a folder in use, a
  /// port in use, a folder of a newer version …
  static result<std::unique_ptr<service>> start(const config::node_options& options);

  virtual ~service() = default;

  /// `HOST:PORT` that the API listens on.
  virtual std::string address() const = 0;

  virtual node& nucleus() = 0;

  /// Stops taking requests and answers those under way; local processes go on and are found again
  /// by the next start.
  virtual void drain() = 0;
};

} // namespace tutti::actors
