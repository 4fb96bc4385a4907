#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::client {

/// Cuts the bytes of a server-sent-event stream into events. Comments, ids and retry times
/// are skipped; an event without data is none.
class event_reader {
public:
  struct event {
    /// `message` when the stream gives no name.
    std::string name;
    std::string data;
  };

  /// The events that the bytes complete.
  std::vector<event> feed(std::string_view bytes);

  /// Bytes of the event that is not complete yet.
  std::size_t pending() const { return line_.size() + open_.data.size(); }

private:
  void end_line(std::vector<event>& into);

  std::string line_;
  event open_;
  bool has_data_ = false;
  bool after_return_ = false;
};

} // namespace tutti::client
