#include "runtime/model/artifact.hpp"
#include "runtime/model/json_tagged.hpp"

namespace tutti::model {

namespace {

constexpr type_names<std::variant_size_v<decltype(artifact::v)>> artifact_types{
  "DEFAULT",  "SUBWORKFLOW",    "FOREACH",    "WHILE", "TITUS",
  "NOTEBOOK", "DYNAMIC_OUTPUT", "KUBERNETES", "HTTP",  "RETRY"};

bool check_signal_outputs(json_reader& in, const json_place& at, const artifact& x) {
  const auto* dynamic = std::get_if<dynamic_output_artifact>(&x.v);
  if (!dynamic || !dynamic->signal_outputs)
    return true;
  json_place here{at, "signal_outputs"};
  for (std::size_t i = 0; i < dynamic->signal_outputs->size(); ++i)
    if (auto type = (*dynamic->signal_outputs)[i].type; type != param_type::map)
      return in.refuse(json_place{here, i},
                       "is of type " + std::string{to_string(type)} + ", expected MAP");
  return true;
}

} // namespace

json::value write_json(const default_artifact& x) {
  return write_json(x.data);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, default_artifact& out) {
  if (!read_json(in, at, x, out.data))
    return false;
  out.data.erase(type_member);
  return true;
}

json::value write_json(const artifact& x) {
  if (const auto* free = std::get_if<default_artifact>(&x.v))
    return write_json(*free);
  return write_tagged(x.v, artifact_types);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, artifact& out) {
  auto type = type_of(x);
  if (!type || !find_any_case<std::size_t>(artifact_types, *type))
    return read_json(in, at, x, out.v.emplace<default_artifact>());
  return read_tagged(in, at, x, out.v, artifact_types) && check_signal_outputs(in, at, out);
}

TUTTI_JSON_TYPE(artifact);
TUTTI_JSON_TYPE(artifact_map);
TUTTI_JSON_TYPE(pre_stop_exec);
TUTTI_JSON_TYPE(pre_stop);
TUTTI_JSON_TYPE(kubernetes_command);
TUTTI_JSON_TYPE(titus_command);
TUTTI_JSON_TYPE(http_step_request);

} // namespace tutti::model
