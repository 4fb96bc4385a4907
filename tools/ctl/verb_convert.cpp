#include "runtime/dsl/schema.hpp"
#include "runtime/dsl/write.hpp"
#include "runtime/model/json.hpp"
#include "tools/ctl/json_view.hpp"
#include "tools/ctl/verb.hpp"

namespace tutti::ctl {

namespace {

exit_code write_json(const invocation& call, const model::workflow_create_request& request) {
  call.out() << indented(model::json_text(request));
  return exit_code::ok;
}

void list(const invocation& call, const std::string& file, std::string_view kind,
          const std::vector<std::string>& lines) {
  for (const auto& x : lines)
    call.err() << file << ": " << kind << x << "\n";
}

exit_code write_yaml(const invocation& call, const std::string& file,
                     const model::workflow_create_request& request) {
  auto written = dsl::write_workflow(request);
  if (!written) {
    auto why = written.error();
    if (!why.details.empty())
      why.details.pop_back(); // The document, which is of no use.
    return report(call, why, "correct " + file + ", then: tutti convert " + file);
  }
  const bool force = call.given.has("force");
  if (!written->lost.empty() && !force) {
    error why{ec::bad_request, file + ": YAML cannot say all of this definition", written->lost};
    return report(call, why, "tutti convert --force " + file + ", which leaves these out");
  }
  list(call, file, "left out: ", written->lost);
  list(call, file, "", written->added);
  call.out() << written->yaml;
  return exit_code::ok;
}

} // namespace

exit_code convert_verb(const invocation& call) {
  const auto& name = call.given.words.front();
  const auto form = call.given.text("to");
  if (call.given.has("to") && form != "yaml" && form != "json")
    return report_usage(call.err(), "convert", "--to " + form + ": must be yaml or json");
  const auto file = read_definition(name);
  if (!file)
    return report_usage(call.err(), "convert", file.error().message);
  const auto request = read_request(*file);
  if (!request) {
    auto why = request.error();
    why.message = name + ": " + why.message;
    return report(call, why, "correct " + name + ", then: tutti convert " + name);
  }
  const bool to_json = form.empty() ? !file->json : form == "json";
  return to_json ? write_json(call, *request) : write_yaml(call, name, *request);
}

exit_code schema_verb(const invocation& call) {
  call.out() << pretty(dsl::json_schema());
  return exit_code::ok;
}

} // namespace tutti::ctl
