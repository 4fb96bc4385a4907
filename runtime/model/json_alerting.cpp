#include "runtime/model/json_codec.hpp"

namespace tutti::model {

bool read_json(json_reader& in, const json_place& at, const json::value& x, alerting& out) {
  if (!read_members(in, at, x, out))
    return false;
  if (!out.type_configs)
    return true;
  json_place here{at, "type_configs"};
  for (const auto& [name, config] : *out.type_configs)
    if (!parse_alert_type(name))
      return in.refuse(json_place{here, name},
                       "unknown type of alert, expected " + detail::choices<alert_type>());
  return true;
}

TUTTI_JSON_TYPE(alerting);
TUTTI_JSON_TYPE(alerting_type_config);
TUTTI_JSON_TYPE(bypass_digest_config);
TUTTI_JSON_TYPE(pagerduty_config);
TUTTI_JSON_TYPE(slack_config);
TUTTI_JSON_TYPE(tct);

} // namespace tutti::model
