#include "tools/ctl/pages.hpp"

#include "tools/ctl/statuses.hpp"

#include <algorithm>

namespace tutti::ctl {

namespace json = boost::json;

namespace {

constexpr std::size_t events_shown_max = 8;

/// Lines of "key   value".
class fact_sheet {
public:
  explicit fact_sheet(const look& how) : how_(how) {}

  void say(std::string_view key, const std::string& value, std::string_view status = {}) {
    if (value.empty())
      return;
    const auto room = how_.width > key_width + 2 ? how_.width - key_width - 2 : 0;
    page_ += "  " + pad(key, key_width) + coloured(cut(one_line(value), room), status, how_) + "\n";
  }

  void title(const std::string& text, std::string_view status) {
    page_ += coloured(status, status, how_) + (status.empty() ? "" : "  ") + cut(text, how_.width)
             + "\n";
  }

  void section(const std::string& text) { page_ += "\n" + text + "\n"; }

  void line(const std::string& text) {
    page_ += "  " + cut(text, how_.width > 2 ? how_.width - 2 : 0) + "\n";
  }

  void raw(const std::string& text) { page_ += text; }

  std::string page() const { return page_; }

private:
  static constexpr std::size_t key_width = 12;

  look how_;
  std::string page_;
};

std::string span_text(std::int64_t begin_ms, std::int64_t end_ms, std::int64_t now_ms) {
  if (begin_ms <= 0)
    return "";
  return duration_text((end_ms > 0 ? end_ms : now_ms) - begin_ms);
}

std::string instance_name(const json_value& x) {
  auto name = text_of(x, "workflow_id") + "/" + text_of(x, "workflow_instance_id");
  if (const auto run = number_of(x, "workflow_run_id"); run > 0)
    name += " run " + std::to_string(run);
  return name;
}

std::string user_text(const json_value& user) {
  return user.is_object() ? text_of(user, "name") : std::string{};
}

std::string named(const json_value& object, std::string_view name) {
  const auto& x = member(object, name);
  return x.is_object() ? user_text(x) : text_of(object, name);
}

void say_params(fact_sheet& sheet, const json_value& owner) {
  const auto& params = object_of(owner, "params");
  if (params.empty())
    return;
  sheet.section("Params");
  for (const auto& x : params)
    sheet.line(std::string{x.key()} + " = " + param_text(x.value()));
}

std::string event_text(const json_value& event) {
  auto text = time_text(number_of(event, "timestamp"));
  for (auto key : {"level", "status", "action", "message"})
    if (auto word = one_line(text_of(event, key)); !word.empty() && word != "INFO")
      text += "  " + word;
  for (const auto& x : elements_of(event, "errors"))
    if (x.is_string())
      text += "; " + one_line({x.get_string().data(), x.get_string().size()});
  return text;
}

void say_timeline(fact_sheet& sheet, const json_value& owner) {
  const auto& events = elements_of(owner, "timeline");
  if (events.empty())
    return;
  sheet.section("Timeline");
  const auto skipped = events.size() > events_shown_max ? events.size() - events_shown_max : 0;
  if (skipped > 0)
    sheet.line(counted(static_cast<std::int64_t>(skipped), "earlier event") + ": -o json");
  for (auto i = skipped; i < events.size(); ++i)
    sheet.line(event_text(events[i]));
}

void say_times(fact_sheet& sheet, const json_value& times, std::int64_t now_ms) {
  const auto start = number_of(times, "start_time");
  const auto end = number_of(times, "end_time");
  sheet.say("created", time_text(number_of(times, "create_time")));
  sheet.say("started", time_text(start));
  sheet.say("ended", time_text(end));
  sheet.say("took", span_text(start, end, now_ms));
}

std::string steps_table(const json::object& views, std::int64_t now_ms, const look& how) {
  table steps{{"STATUS", "STEP", "TIME", "RUN"}, {}, 0};
  for (const auto& x : views)
    steps.rows.push_back(
      {text_of(x.value(), "status"), one_line(std::string{x.key()}),
       span_text(number_of(x.value(), "start_time"), number_of(x.value(), "end_time"), now_ms),
       text_of(x.value(), "workflow_run_id")});
  return render(steps, how);
}

/// The id and type of a wrapped step, `{"foreach": {"id": …}}`.
std::string wrapped_step_text(const json_value& wrapped) {
  const auto* object = wrapped.if_object();
  if (!object || object->empty())
    return "?";
  const auto& [kind, step] = *object->begin();
  const auto type = text_of(step, "type");
  return one_line(text_of(step, "id")) + "  "
         + (type.empty() || std::string_view{kind} == "foreach" ? std::string{kind} : type);
}

bool concerns(const json_value& reason, const std::string& step_id) {
  return step_id.empty() || text_of(reason, "step_id") == step_id;
}

void append_facts(fact_sheet& sheet, const json_value& facts, const std::string& prefix) {
  if (!facts.is_object())
    return;
  for (const auto& x : facts.get_object()) {
    const auto name = prefix + std::string{x.key()};
    if (x.value().is_object()) {
      append_facts(sheet, x.value(), name + ".");
      continue;
    }
    // These two are in the title.
    if (name == "version" || name == "uptime_ms")
      continue;
    auto value = text_of(facts, x.key());
    if (name.size() > 3 && name.substr(name.size() - 3) == "_ms")
      value += " (" + duration_text(number_of(facts, x.key())) + ")";
    sheet.line(name + " = " + one_line(value));
  }
}

/// The last column is the one that must not be cut: it goes on in lines below.
void wrap_last_column(table& x, const look& how) {
  constexpr std::size_t readable = 30;
  std::size_t used = 0;
  for (std::size_t i = 0; i + 1 < x.head.size(); ++i) {
    auto widest = width_of(x.head[i]);
    for (const auto& row : x.rows)
      widest = std::max(widest, width_of(row[i]));
    used += widest + 2;
  }
  if (how.width < used + readable)
    return;
  std::vector<std::vector<std::string>> wrapped;
  for (auto& row : x.rows) {
    const auto lines = wrap(row.back(), how.width - used);
    row.back() = lines.front();
    wrapped.push_back(row);
    for (std::size_t i = 1; i < lines.size(); ++i) {
      wrapped.emplace_back(x.head.size());
      wrapped.back().back() = lines[i];
    }
  }
  x.rows = std::move(wrapped);
}

} // namespace

std::string param_text(const json_value& param) {
  for (auto key : {"evaluated_result", "value"})
    if (const auto& x = member(param, key); !x.is_null())
      return one_line(compact(x));
  if (auto code = text_of(param, "expression"); !code.empty())
    return "`" + one_line(code) + "`";
  return "-";
}

std::string active_runs_page(const json_value& answer, std::int64_t now_ms, const look& how) {
  table runs{{"STATUS", "WORKFLOW", "INSTANCE", "RUN", "CREATED", "TIME", "MESSAGE"}, {}, 0};
  for (const auto& x : elements_of(answer, "elements"))
    runs.rows.push_back({text_of(x, "status"), one_line(text_of(x, "workflow_id")),
                         text_of(x, "workflow_instance_id"), text_of(x, "workflow_run_id"),
                         time_text(number_of(x, "create_time")),
                         span_text(number_of(x, "start_time"), number_of(x, "end_time"), now_ms),
                         one_line(text_of(x, "message"))});
  if (runs.rows.empty())
    return "No run is active. All workflows: tutti ps --all\n";
  return render(runs, how);
}

std::string workflows_page(const json_value& answer, const look& how) {
  table workflows{{"WORKFLOW", "OWNER", "ACTIVE", "LATEST", "INSTANCES", "UNFINISHED", "NAME"}, {}};
  for (const auto& x : elements_of(answer, "elements"))
    workflows.rows.push_back({one_line(text_of(x, "workflow_id")), one_line(named(x, "owner")),
                              text_of(x, "active_version_id"), text_of(x, "latest_version_id"),
                              text_of(x, "latest_instance_id"), text_of(x, "nonterminal_instances"),
                              one_line(text_of(x, "name"))});
  if (workflows.rows.empty())
    return "There is no workflow yet. Push one: tutti push FILE\n";
  auto page = render(workflows, how);
  const auto total = number_of(answer, "total_count");
  const auto shown = static_cast<std::int64_t>(workflows.rows.size());
  if (total > shown)
    page += "Shown are " + std::to_string(shown) + " of " + std::to_string(total)
            + "; more with -n N.\n";
  return page;
}

std::string instance_page(const json_value& instance, std::int64_t now_ms, const look& how) {
  fact_sheet sheet{how};
  const auto& aggregate = member(instance, "aggregated_info");
  auto status = text_of(aggregate, "workflow_instance_status");
  if (status.empty())
    status = text_of(instance, "status");
  sheet.title(instance_name(instance), status);
  sheet.say("version", text_of(instance, "workflow_version_id"));
  sheet.say("owner", named(member(instance, "run_properties"), "owner"));
  const auto& initiator = member(instance, "initiator");
  const auto user = named(initiator, "user");
  sheet.say("started by", text_of(initiator, "type") + (user.empty() ? "" : " of " + user));
  say_times(sheet, instance, now_ms);
  say_params(sheet, instance);
  if (const auto& views = object_of(aggregate, "step_aggregated_views"); !views.empty()) {
    sheet.section("Steps");
    sheet.raw(steps_table(views, now_ms, how));
  }
  say_timeline(sheet, instance);
  return sheet.page();
}

std::string step_page(const json_value& step, std::int64_t now_ms, const look& how) {
  fact_sheet sheet{how};
  const auto& state = member(step, "runtime_state");
  const auto status = text_of(state, "status");
  sheet.title(instance_name(step) + " step " + one_line(text_of(step, "step_id")) + " attempt "
                + text_of(step, "step_attempt_id"),
              status);
  sheet.say("definition", wrapped_step_text(member(step, "definition")));
  say_times(sheet, state, now_ms);
  const auto& retry = member(step, "step_retry");
  if (retry.is_object())
    sheet.say("retries", "user errors " + text_of(retry, "error_retries") + " of "
                           + text_of(retry, "error_retry_limit") + ", platform errors "
                           + text_of(retry, "platform_retries") + " of "
                           + text_of(retry, "platform_retry_limit"));
  say_params(sheet, step);
  for (const auto& x : object_of(step, "artifacts")) {
    sheet.section("Artifact " + one_line(std::string{x.key()}));
    sheet.line(one_line(compact(x.value())));
  }
  say_timeline(sheet, step);
  return sheet.page();
}

std::string definition_page(const json_value& definition, const look& how) {
  fact_sheet sheet{how};
  const auto& metadata = member(definition, "metadata");
  const auto& workflow = member(definition, "workflow");
  sheet.title(text_of(workflow, "id") + " version " + text_of(metadata, "workflow_version_id"), "");
  sheet.say("name", text_of(workflow, "name"));
  sheet.say("owner", named(member(definition, "properties_snapshot"), "owner"));
  sheet.say("author", named(metadata, "version_author"));
  sheet.say("created", time_text(number_of(metadata, "create_time")));
  sheet.say("active", text_of(definition, "is_active"));
  say_params(sheet, workflow);
  sheet.section("Steps");
  for (const auto& x : elements_of(workflow, "steps"))
    sheet.line(wrapped_step_text(x));
  return sheet.page();
}

std::string overview_page(const json_value& overview, const look& how) {
  fact_sheet sheet{how};
  const auto id = text_of(overview, "workflow_id");
  sheet.title(id + " has never run", "");
  sheet.say("owner", named(member(overview, "properties_snapshot"), "owner"));
  sheet.say("active", text_of(overview, "active_version_id"));
  sheet.say("latest", text_of(overview, "latest_version_id"));
  sheet.say("next", "tutti run " + id);
  return sheet.page();
}

std::string why_page(const json_value& answer, const std::string& step_id, std::int64_t now_ms,
                     const look& how) {
  const auto status = text_of(answer, "status");
  fact_sheet sheet{how};
  sheet.title(instance_name(answer) + (step_id.empty() ? "" : " step " + step_id), status);
  table reasons{{"SUBJECT", "WAITS FOR", "SINCE", "UNTIL", "MESSAGE"}, {}};
  for (const auto& x : elements_of(answer, "reasons")) {
    if (!concerns(x, step_id))
      continue;
    auto subject = text_of(x, "subject");
    if (auto step = text_of(x, "step_id"); !step.empty() && subject.find(step) == std::string::npos)
      subject += (subject.empty() ? "" : " ") + step;
    const auto until = number_of(x, "until");
    reasons.rows.push_back(
      {one_line(subject), one_line(text_of(x, "waits_for")),
       span_text(number_of(x, "since"), 0, now_ms),
       until > now_ms ? "in " + duration_text(until - now_ms) : (until > 0 ? "now" : ""),
       one_line(text_of(x, "message"))});
  }
  wrap_last_column(reasons, how);
  if (reasons.rows.empty())
    sheet.raw("  Nothing keeps it waiting.\n");
  else
    sheet.raw(render(reasons, how));
  return sheet.page();
}

std::string node_page(const json_value& answer, const look& how) {
  fact_sheet sheet{how};
  sheet.title("node, version " + text_of(answer, "version") + ", up for "
                + duration_text(number_of(answer, "uptime_ms")),
              "");
  append_facts(sheet, answer, "");
  return sheet.page();
}

} // namespace tutti::ctl
