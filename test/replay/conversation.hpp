#pragma once

#include <boost/json.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Recorded conversations with the original server, sent again to a node of ours. The rules are
/// those of the tool that came with the recordings: waits are kept, identifiers that the server
/// made are mapped from the recorded to the live ones, and what is volatile does not count.
namespace tutti::replay {

namespace json = boost::json;

struct live_answer {
  unsigned status = 0;
  json::value body; ///< null if there was none; a string if it was no JSON
};

/// Sends one request to the server under test.
using sender = std::function<live_answer(const std::string& method, const std::string& path,
                                         const json::object& headers, const std::string& body)>;

struct exchange {
  json::object request;
  json::object recorded;
};

/// The folder of a conversation, line by line.
std::vector<exchange> read_conversation(const std::string& folder);

struct difference {
  std::int64_t seq = 0;
  std::string place; ///< `.params.a`, or `HTTP status`
  std::string recorded;
  std::string live;
};

/// Replays all of it; what differs.
std::vector<difference> replay(const std::vector<exchange>& conversation, const sender& send);

/// Compares two answers; the order of members counts.
void compare(const json::value& recorded, const json::value& live, const std::string& place,
             const std::function<void(std::string place, std::string a, std::string b)>& found);

} // namespace tutti::replay
