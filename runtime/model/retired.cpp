#include "runtime/model/json.hpp"
#include "runtime/model/requests.hpp"

/// Members that earlier versions stored as JSON text. Unknown parts of such a text are passed over,
/// and a text that is not readable is dropped, so that the record stays readable.
namespace tutti::model {

namespace {

template <class T>
void adopt(const raw_json& old, std::optional<T>& member) {
  json_rules rules;
  rules.skip_unknown = true;
  if (auto x = parse_json<T>(old.text, rules))
    member = std::move(x).value();
}

} // namespace

void adopt_signal_dependencies(raw_json&& old, step& x) {
  adopt(old, x.signal_dependencies);
}

void adopt_signal_outputs(raw_json&& old, step& x) {
  adopt(old, x.signal_outputs);
}

void adopt_time_triggers(raw_json&& old, workflow& x) {
  adopt(old, x.time_triggers);
}

void adopt_signal_triggers(raw_json&& old, workflow& x) {
  adopt(old, x.signal_triggers);
}

void adopt_alerting(raw_json&& old, properties& x) {
  adopt(old, x.alerting);
}

void adopt_signal_id_map(raw_json&& old, initiator& x) {
  adopt(old, x.signal_id_map);
}

void adopt_signal_params(raw_json&& old, initiator& x) {
  adopt(old, x.params);
}

void adopt_artifacts(raw_json&& old, workflow_start_request& x) {
  adopt(old, x.artifacts);
}

} // namespace tutti::model
