#pragma once

#include "runtime/base/error.hpp"

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::ctl {

/// What `tuttid` says on standard output once it serves: `ready http=HOST:PORT data=DIR`.
struct ready_line {
  std::string http;
  std::string data;

  bool operator==(const ready_line&) const = default;
};

/// @returns an error when the line is another one
result<ready_line> read_ready_line(std::string_view line);

/// A node that lives as long as this object: a child process that also dies with us when we
/// are killed. It has a process group of its own, so that Ctrl-C at the terminal reaches only
/// us, and we stop it in good order.
class embedded_node {
public:
  embedded_node() = default;
  embedded_node(const embedded_node&) = delete;
  embedded_node& operator=(const embedded_node&) = delete;

  ~embedded_node() { stop(); }

  /// Starts `program` on the data folder, or on a new temporary one when that is empty, with more
  /// options if there are any, and waits until it is ready.
  status start(const std::string& program, const std::string& data_folder, std::int64_t timeout_ms,
               const std::vector<std::string>& more = {});

  /// SIGTERM, and SIGKILL to one that does not end. Safe to call twice, and from any thread.
  void stop();

  /// Removes the folder if it is a temporary one. @pre stopped
  void remove_temporary_folder();

  /// `http://HOST:PORT`
  const std::string& url() const { return url_; }

  const std::string& data_folder() const { return data_folder_; }

  pid_t process() const { return pid_; }

  bool temporary() const { return temporary_; }

private:
  status launch(const std::string& program, const std::vector<std::string>& more);
  result<std::string> first_line(std::int64_t timeout_ms) const;
  error not_ready(const std::string& why) const;

  std::atomic<pid_t> pid_{0};
  int output_ = -1;
  std::string url_;
  std::string data_folder_;
  bool temporary_ = false;
};

} // namespace tutti::ctl
