#include "test/replay/conversation.hpp"

#include "runtime/model/json.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <regex>
#include <set>
#include <thread>

namespace tutti::replay {

namespace {

using namespace std::chrono_literals;

/// Recorded pauses were made for a slower server.
constexpr auto pause_max = std::chrono::milliseconds{4000};
/// Texts above this length hold no identifiers.
constexpr std::size_t masked_max = 20'000;

const std::regex& made_id() {
  static const std::regex pattern{"maestro_(?:foreach|while)_[0-9A-Za-z]+_[0-9A-Za-z]+_[0-9a-f]{32}"
                                  "|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
                                  std::regex::optimize};
  return pattern;
}

std::vector<std::string> ids_in(const std::string& text) {
  std::vector<std::string> out;
  if (text.size() > masked_max)
    return out;
  for (std::sregex_iterator i{text.begin(), text.end(), made_id()}, end; i != end; ++i)
    out.push_back(i->str());
  return out;
}

using id_map = std::map<std::string, std::string>;

std::string translated(std::string text, const id_map& ids) {
  for (auto& [recorded, live] : ids)
    for (auto at = text.find(recorded); at != std::string::npos;
         at = text.find(recorded, at + live.size()))
      text.replace(at, recorded.size(), live);
  return text;
}

/// Identifiers made by the recorded server, and their live counterparts.
void learn(const json::value& recorded, const json::value& live, id_map& ids) {
  if (recorded.is_object() && live.is_object()) {
    for (auto& x : recorded.get_object())
      if (auto* other = live.get_object().if_contains(x.key()))
        learn(x.value(), *other, ids);
  } else if (recorded.is_array() && live.is_array()) {
    auto n = std::min(recorded.get_array().size(), live.get_array().size());
    for (std::size_t i = 0; i < n; ++i)
      learn(recorded.get_array()[i], live.get_array()[i], ids);
  } else if (recorded.is_string() && live.is_string()) {
    auto a = ids_in(std::string{recorded.get_string()});
    auto b = ids_in(std::string{live.get_string()});
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
      if (a[i] != b[i])
        ids.try_emplace(a[i], b[i]);
  }
}

// -- what does not count --------------------------------------------------------------------------

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](auto x) { return text.ends_with(x); });
}

bool is_volatile(std::string_view key) {
  return ends_with_any(key, {"_time", "timestamp", "created_at_milli", "_uuid", "execution_id",
                             "internal_id", "group_info", "_ts"});
}

bool is_skipped(std::string_view key) {
  static const std::set<std::string_view> names{"RUN_TS", "tracing_context", "step_instance_id",
                                                "seq", "next_execution_times"};
  return names.contains(key) || key.starts_with("DERIVED_RUN_") || key.starts_with("TARGET_RUN_")
         || key.starts_with("LOCAL_RUN_") || key.starts_with("RUN_DATE");
}

std::string masked(std::string text) {
  if (text.size() > masked_max)
    return text;
  static const std::regex type{" Type=\\[class [^]*"};
  static const std::regex time{"\\b1[6-9]\\d{11}\\b"};
  text = std::regex_replace(text, made_id(), "ID");
  text = std::regex_replace(text, type, "");
  return std::regex_replace(text, time, "TIME");
}

/// Texts that are of one kind: how the original's libraries word a mistake need not be copied.
std::string_view kind_of(std::string_view text) {
  for (std::string_view kind : {"JSON parse error: ", "Required request body is missing: "})
    if (text.starts_with(kind))
      return kind;
  return text;
}

/// Frames of a stack trace, and what only tracing adds, are not for clients.
json::value readable(const json::value& x) {
  if (auto* list = x.if_array()) {
    json::array out;
    for (auto& item : *list)
      if (!item.is_string() || !std::string_view{item.get_string()}.starts_with("  at "))
        out.push_back(readable(item));
    return out;
  }
  auto* members = x.if_object();
  if (!members)
    return x;
  json::object out;
  for (auto& member : *members) {
    auto* inner = member.value().if_object();
    if (member.key() == "artifacts" && inner && inner->size() == 1
        && inner->contains("tracing_context"))
      continue;
    out[member.key()] = readable(member.value());
  }
  return out;
}

bool is_moment(const json::value& x) {
  return x.is_int64() && x.get_int64() > 1'600'000'000'000 && x.get_int64() < 2'000'000'000'000;
}

std::string shown(const json::value& x) {
  auto text = model::to_text(x);
  return text.size() > 200 ? text.substr(0, 200) + "…" : text;
}

std::string without_timestamp(const json::value& x) {
  auto copy = x;
  if (auto* members = copy.if_object())
    members->erase("timestamp");
  return masked(model::to_text(copy));
}

/// Lists whose order means nothing, in an order that does.
json::array ordered(json::array list, const std::string& place) {
  auto by = [&](auto key) {
    std::stable_sort(list.begin(), list.end(), [&](auto& a, auto& b) { return key(a) < key(b); });
  };
  if (ends_with_any(place, {".errors", ".predecessors"})) {
    by([](auto& x) { return masked(model::to_text(x)); });
    return list;
  }
  auto* first = list.empty() ? nullptr : list.front().if_object();
  if (first && first->contains("timestamp"))
    by([](auto& x) { return without_timestamp(x); });
  else if (first && first->contains("step_id"))
    by([](auto& x) { return model::to_text(x.at("step_id")); });
  return list;
}

using on_difference = std::function<void(std::string place, std::string a, std::string b)>;

void compare_objects(const json::object& a, const json::object& b, const std::string& place,
                     const on_difference& found) {
  std::string order_a;
  std::string order_b;
  for (auto& x : a) {
    std::string_view key = x.key();
    if (is_skipped(key))
      continue;
    auto here = place + "." + std::string{key};
    auto* other = b.if_contains(key);
    if (!other) {
      found(here + " is missing", shown(x.value()), "");
      continue;
    }
    order_a += std::string{key} + " ";
    if (!is_volatile(key))
      compare(x.value(), *other, here, found);
  }
  for (auto& x : b) {
    std::string_view key = x.key();
    if (is_skipped(key))
      continue;
    if (!a.contains(key))
      found(place + "." + std::string{key} + " is too much", "", shown(x.value()));
    else
      order_b += std::string{key} + " ";
  }
  if (order_a != order_b)
    found(place + " order of members", order_a, order_b);
}

void compare_lists(const json::array& a, const json::array& b, const std::string& place,
                   const on_difference& found) {
  if (a.size() != b.size())
    found(place + " length", std::to_string(a.size()), std::to_string(b.size()));
  auto x = ordered(a, place);
  auto y = ordered(b, place);
  // `steps` of an overview: id, start and end; only the id counts.
  auto brief = place.find("step_overview.") != std::string::npos && place.ends_with(".steps");
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i)
    compare(brief ? x[i].as_array().at(0) : x[i], brief ? y[i].as_array().at(0) : y[i],
            place + "[" + std::to_string(i) + "]", found);
}

// -- waits ----------------------------------------------------------------------------------------

std::string status_in(const json::value& body, bool of_step) {
  auto* members = body.if_object();
  if (members && of_step) {
    auto* state = members->if_contains("runtime_state");
    members = state ? state->if_object() : nullptr;
  }
  auto* status = members ? members->if_contains("status") : nullptr;
  return status && status->is_string() ? std::string{status->get_string()} : std::string{};
}

void wait(const json::object& what, const id_map& ids, const sender& send) {
  if (auto* seconds = what.if_contains("sleep_s")) {
    auto ms
      = std::chrono::milliseconds{static_cast<std::int64_t>(seconds->to_number<double>() * 1000)};
    std::this_thread::sleep_for(std::min(ms, pause_max));
    return;
  }
  std::string until{what.at("until").as_string()};
  std::set<std::string> wanted;
  static const std::regex word{"'([A-Z_]+)'"};
  for (std::sregex_iterator i{until.begin(), until.end(), word}, end; i != end; ++i)
    wanted.insert((*i)[1]);
  auto path = translated(std::string{what.at("get").as_string()}, ids);
  auto deadline = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < deadline) {
    auto body = send("GET", path, {}, {}).body;
    auto status = status_in(body, until.starts_with("runtime_state"));
    if (wanted.empty() ? status == "SUCCEEDED" || status == "FAILED" : wanted.contains(status))
      break;
    std::this_thread::sleep_for(30ms);
  }
  if (wanted.contains("SUCCEEDED"))
    std::this_thread::sleep_for(100ms);
}

std::string body_of(const json::object& request, const id_map& ids) {
  if (auto* body = request.if_contains("body"))
    return translated(model::to_text(*body), ids);
  auto* raw = request.if_contains("raw_body");
  return raw && raw->is_string() ? std::string{raw->get_string()} : std::string{};
}

/// A definition with something that this version cannot run yet: what follows has no meaning.
bool is_not_supported(const live_answer& x) {
  return x.status == 400 && model::to_text(x.body).find("which this version") != std::string::npos;
}

std::string workflow_of(const json::object& request) {
  if (auto* yaml = request.if_contains("raw_body"); yaml && yaml->is_string()) {
    static const std::regex line{"\\bid: *\"?([^\\s\"]+)"};
    std::string text{yaml->get_string()};
    std::smatch found;
    return std::regex_search(text, found, line) ? std::string{found[1]} : std::string{};
  }
  auto* body = request.if_contains("body");
  auto* workflow = body && body->is_object() ? body->get_object().if_contains("workflow") : nullptr;
  auto* id = workflow && workflow->is_object() ? workflow->get_object().if_contains("id") : nullptr;
  return id && id->is_string() ? std::string{id->get_string()} : std::string{};
}

/// Whether a request is about one of these workflows.
bool mentions(const json::object& request, const std::set<std::string>& workflows) {
  auto path = std::string{request.at("path").as_string()} + "/";
  return std::any_of(workflows.begin(), workflows.end(), [&](auto& id) {
    return !id.empty() && path.find("/" + id + "/") != std::string::npos;
  });
}

} // namespace

void compare(const json::value& a, const json::value& b, const std::string& place,
             const on_difference& found) {
  if (a.is_object() && b.is_object())
    return compare_objects(a.get_object(), b.get_object(), place, found);
  if (a.is_array() && b.is_array())
    return compare_lists(a.get_array(), b.get_array(), place, found);
  auto same = a == b || (is_moment(a) && is_moment(b));
  if (!same && a.is_string() && b.is_string())
    same = kind_of(masked(std::string{a.get_string()}))
           == kind_of(masked(std::string{b.get_string()}));
  if (!same)
    found(place.empty() ? "." : place, shown(a), shown(b));
}

std::vector<exchange> read_conversation(const std::string& folder) {
  std::ifstream requests{folder + "/requests.jsonl"};
  std::ifstream responses{folder + "/responses.jsonl"};
  std::vector<exchange> out;
  std::string ask;
  std::string said;
  while (std::getline(requests, ask) && std::getline(responses, said)) {
    auto request = model::parse_text(ask);
    auto recorded = model::parse_text(said);
    if (request && recorded)
      out.push_back({request->as_object(), recorded->as_object()});
  }
  return out;
}

std::vector<difference> replay(const std::vector<exchange>& conversation, const sender& send) {
  std::vector<difference> out;
  id_map ids;
  std::set<std::string> not_supported;
  for (auto& x : conversation) {
    if (mentions(x.request, not_supported))
      continue;
    auto seq = x.request.at("seq").to_number<std::int64_t>();
    if (auto* before = x.request.if_contains("wait_before"))
      wait(before->as_object(), ids, send);
    auto got = send(std::string{x.request.at("method").as_string()},
                    translated(std::string{x.request.at("path").as_string()}, ids),
                    x.request.at("headers").as_object(), body_of(x.request, ids));
    if (is_not_supported(got)) {
      not_supported.insert(workflow_of(x.request));
      continue;
    }
    auto body = readable(x.recorded.at("body"));
    learn(body, got.body, ids);
    auto status = x.recorded.at("status").to_number<unsigned>();
    if (status != got.status)
      out.push_back({seq, "HTTP status", std::to_string(status) + " " + shown(body),
                     std::to_string(got.status) + " " + shown(got.body)});
    else
      compare(body, got.body, "", [&](std::string place, std::string a, std::string b) {
        out.push_back({seq, std::move(place), std::move(a), std::move(b)});
      });
  }
  return out;
}

} // namespace tutti::replay
