#include "actors/client/event_reader.hpp"

namespace tutti::client {

std::vector<event_reader::event> event_reader::feed(std::string_view bytes) {
  std::vector<event> complete;
  for (const char c : bytes) {
    // "\r\n" is one line end, also when it is cut in the middle.
    const bool second_half = after_return_ && c == '\n';
    after_return_ = c == '\r';
    if (second_half)
      continue;
    if (c == '\n' || c == '\r')
      end_line(complete);
    else
      line_ += c;
  }
  return complete;
}

void event_reader::end_line(std::vector<event>& into) {
  const std::string line = std::exchange(line_, {});
  if (line.empty()) {
    if (has_data_) {
      if (open_.name.empty())
        open_.name = "message";
      into.push_back(std::move(open_));
    }
    open_ = {};
    has_data_ = false;
    return;
  }
  const auto colon = line.find(':');
  const std::string_view whole = line;
  const auto field = whole.substr(0, colon);
  auto value = colon == std::string::npos ? std::string_view{} : whole.substr(colon + 1);
  if (value.starts_with(' '))
    value.remove_prefix(1);
  if (field == "event") {
    open_.name = value;
  } else if (field == "data") {
    open_.data += has_data_ ? "\n" : "";
    open_.data += value;
    has_data_ = true;
  }
}

} // namespace tutti::client
