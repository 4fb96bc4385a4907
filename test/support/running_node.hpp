#pragma once

#include "test/support/process.hpp"

#include <boost/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace tutti::test {

/// A `tuttid` on a data folder and any free port, spoken to through its public API only.
class running_node {
public:
  /// Starts and waits until it says that it is ready; throws if it does not within 20 s.
  explicit running_node(const std::string& data, std::vector<std::string> more = {});

  const std::string& url() const { return url_; }

  process& child() { return *child_; }

  struct answer {
    unsigned status = 0; ///< 0 = no answer
    boost::json::value body;
    std::string text;
  };

  answer call(const std::string& method, const std::string& path, const std::string& body = {},
              const std::string& content_type = "application/json");

  /// Asks for a run until it has ended; the last answer. Fails by status 0 after `patience`.
  answer wait_for_end(const std::string& workflow_id, int instance, std::chrono::seconds patience);

private:
  std::unique_ptr<process> child_;
  std::string url_;
};

std::string read_file(const std::string& path);

} // namespace tutti::test
