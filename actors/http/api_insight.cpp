#include "actors/http/api_parts.hpp"
#include "actors/http/errors.hpp"

#include <algorithm>

/// Our own additions: progress as an answer and as a stream, reasons, and logs.
namespace tutti::http {

namespace json = boost::json;
namespace views = engine::views;
using std::chrono::milliseconds;
using views::json_result;

namespace {

constexpr milliseconds stream_pause{250};
constexpr milliseconds ping_pause{15'000};

/// The run in a path that also takes `latest`.
result<views::run_name> run_of(param_reader& read) {
  auto name = instance_name(read);
  auto run = number_or_latest(read.required_text("workflowRun"));
  if (!run)
    return run.error();
  name.run_id = *run;
  return name;
}

// -- progress -------------------------------------------------------------------------------------

struct progress_stream {
  deps_ptr deps;
  views::run_name name;
  stream to;
  std::string last{}; ///< what was sent, without the time of sending
  milliseconds quiet{0};
};

bool has_ended(const json::object& progress) {
  auto& status = progress.at("status").as_string();
  auto read = model::parse_run_status({status.data(), status.size()});
  return read && is_terminal(*read);
}

/// Sends what changed; false when the stream is over.
bool send_progress(progress_stream& x) {
  auto now = views::progress(x.deps->rows, x.name, x.deps->now());
  if (!now) {
    x.to.send_event("end", to_response(now.error()).body);
    return false;
  }
  auto content = now->as_object();
  content.erase("now");
  if (auto text = model::to_text(content); text != x.last) {
    if (!x.to.send_event("progress", model::to_text(*now)))
      return false;
    x.last = std::move(text);
    x.quiet = milliseconds{0};
  } else if (x.quiet >= ping_pause) {
    if (!x.to.send_event("ping", {}))
      return false;
    x.quiet = milliseconds{0};
  }
  if (!has_ended(content))
    return true;
  json::object end{{"status", content.at("status")}};
  x.to.send_event("end", model::to_text(end));
  return false;
}

void go_on(std::shared_ptr<progress_stream> x) {
  if (x->to.client_gone() || !send_progress(*x)) {
    x->to.close();
    return;
  }
  x->quiet += stream_pause;
  auto& later = x->deps->later;
  later(stream_pause, [x = std::move(x)] { go_on(x); });
}

void open_progress(const deps_ptr& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  auto name = run_of(read);
  if (read.refusal())
    return to(*read.refusal());
  if (!name)
    return to(to_response(name.error()));
  // `latest` stays the run that it is now.
  auto now = views::progress(deps->rows, *name, deps->now());
  if (!now)
    return reply(to, now);
  name->run_id = now->as_object().at("workflow_run_id").as_int64();
  go_on(
    std::make_shared<progress_stream>(progress_stream{deps, std::move(*name), to.open_stream()}));
}

// -- logs -----------------------------------------------------------------------------------------

constexpr std::int64_t log_limit_default = 65'536;
constexpr std::int64_t log_limit_max = 1'048'576;
constexpr std::int64_t log_wait_max_ms = 60'000;
constexpr std::int64_t log_pause_ms = 100;

struct log_wait {
  deps_ptr deps;
  views::run_name name;
  std::string step_id;
  std::int64_t attempt = 0;
  bool of_stderr = false;
  std::int64_t offset = 0;
  std::int64_t limit = 0;
  std::int64_t left_ms = 0;
  responder to;
};

/// A character may be cut at the end of a piece: its bytes come with the next one.
void keep_whole_characters(log_text& x) {
  for (std::size_t back = 1; back <= 3 && back < x.text.size(); ++back) {
    auto at = x.text.size() - back;
    auto byte = static_cast<unsigned char>(x.text[at]);
    if ((byte & 0xC0U) == 0x80U)
      continue;
    auto size = byte >= 0xF0U ? 4U : byte >= 0xE0U ? 3U : byte >= 0xC0U ? 2U : 1U;
    if (size > back) {
      x.text.resize(at);
      x.next_offset -= static_cast<std::int64_t>(back);
    }
    return;
  }
}

json_result log_json(log_text piece, bool over) {
  auto nothing = piece.text.empty();
  keep_whole_characters(piece);
  return json::value(json::object{{"text", json::string_view{piece.text}},
                                  {"offset", piece.offset},
                                  {"next_offset", piece.next_offset},
                                  {"dropped", piece.dropped},
                                  {"complete", over && nothing}});
}

void read_log(std::shared_ptr<log_wait> x) {
  if (x->to.client_gone())
    return;
  // The status first: what an ended attempt wrote is all there.
  auto attempt = views::attempt(x->deps->rows, x->name, x->step_id, x->attempt);
  if (!attempt)
    return x->to(to_response(attempt.error()));
  auto piece = x->deps->read_log(attempt->step_uuid, x->of_stderr, x->offset, x->limit);
  if (!piece && piece.error().code == ec::not_found) {
    auto none = views::why_no_log(x->deps->rows, x->name, x->step_id, x->attempt);
    if (!none.may_come)
      return x->to(to_response(none.why));
    piece = log_text{{}, x->offset, x->offset, 0};
  }
  if (!piece)
    return x->to(to_response(piece.error()));
  auto over = model::is_terminal(attempt->status);
  if (!piece->text.empty() || over || x->left_ms <= 0)
    return reply(x->to, log_json(std::move(*piece), over));
  auto pause = std::min(log_pause_ms, x->left_ms);
  x->left_ms -= pause;
  auto& later = x->deps->later;
  later(milliseconds{pause}, [x = std::move(x)] { read_log(x); });
}

void serve_log(const deps_ptr& deps, const request& asked, const responder& to) {
  param_reader read{asked};
  auto name = run_of(read);
  auto* which = read.text("stream");
  auto offset = read.int64("offset").value_or(0);
  auto limit = read.int64("limit").value_or(log_limit_default);
  auto wait_ms = read.int64("wait_ms").value_or(0);
  if (read.refusal())
    return to(*read.refusal());
  if (!name)
    return to(to_response(name.error()));
  auto attempt = number_or_latest(read.required_text("stepAttempt"));
  if (!attempt)
    return to(to_response(attempt.error()));
  if (which && *which != "stdout" && *which != "stderr")
    return to(
      to_response({ec::bad_request, "stream is [" + *which + "], expected stdout or stderr"}));
  if (offset < 0 || limit < 1)
    return to(
      to_response({ec::bad_request, "offset must be 0 or more and limit 1 or more, found "
                                      + std::to_string(offset) + " and " + std::to_string(limit)}));
  read_log(std::make_shared<log_wait>(
    log_wait{deps, std::move(*name), read.required_text("stepId"), *attempt,
             which && *which == "stderr", offset, std::min(limit, log_limit_max),
             std::clamp<std::int64_t>(wait_ms, 0, log_wait_max_ms), to}));
}

json_result why(const api_deps& deps, param_reader& read) {
  auto name = run_of(read);
  if (!name)
    return name.error();
  auto* step_id = read.text("stepId");
  return views::why(deps.rows, *name, step_id ? *step_id : std::string{});
}

} // namespace

void add_insight_routes(route_table& to, const deps_ptr& deps) {
  const auto run = instance_path + "/runs/{workflowRun}";
  add_read(to, run + "/progress", [deps](param_reader& read) -> json_result {
    auto name = run_of(read);
    if (!name)
      return name.error();
    return views::progress(deps->rows, *name, deps->now());
  });
  to.add({"GET", run + "/progress/stream",
          [deps](request asked, responder answer) { open_progress(deps, asked, answer); },
          body_kind::any, false, "text/event-stream"});
  add_read(to, run + "/why", [deps](param_reader& read) { return why(*deps, read); });
  add_read(to, run + "/steps/{stepId}/why",
           [deps](param_reader& read) { return why(*deps, read); });
  to.add({"GET", run + "/steps/{stepId}/attempts/{stepAttempt}/logs",
          [deps](request asked, responder answer) { serve_log(deps, asked, answer); }});
}

} // namespace tutti::http
