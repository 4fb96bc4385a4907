#include "tools/ctl/start_run.hpp"
#include "tools/ctl/verb.hpp"

#include <algorithm>

namespace tutti::ctl {

namespace {

struct check_result {
  std::string file;
  std::vector<std::string> mistakes;
  std::vector<std::string> hints;
};

result<check_result> check_here(const std::string& name) {
  auto file = read_definition(name);
  if (!file)
    return file.error();
  auto found = examine(*file);
  return check_result{name, std::move(found.mistakes), std::move(found.hints)};
}

/// @returns an error when the server could not be asked
result<check_result> check_there(const server_link& link, const std::string& name) {
  auto file = read_definition(name);
  if (!file)
    return file.error();
  auto answer = link.send("PUT",
                          file->json ? "/api/v3/workflows/actions/validate"
                                     : "/api/v3/workflows/actions/validate/yaml",
                          file->text, file->content_type());
  if (answer)
    return check_result{name, {}, hints_of(*file)};
  if (exit_code_of_error(answer.error().code) != exit_code::refused)
    return answer.error();
  auto mistakes = answer.error().details;
  if (mistakes.empty())
    mistakes.push_back(answer.error().message);
  return check_result{name, std::move(mistakes), hints_of(*file)};
}

boost::json::array as_json(const std::vector<std::string>& texts) {
  boost::json::array made;
  for (const auto& one : texts)
    made.push_back(boost::json::value(one));
  return made;
}

boost::json::object as_json(const check_result& x) {
  boost::json::object made{{"file", x.file}, {"valid", x.mistakes.empty()}};
  made["errors"] = as_json(x.mistakes);
  made["hints"] = as_json(x.hints);
  return made;
}

bool needs_templates(const check_result& x) {
  return std::any_of(x.mistakes.begin(), x.mistakes.end(), [](const std::string& one) {
    return one.find("job template") != std::string::npos;
  });
}

/// The files that the words name; a folder stands for all definitions in it.
result<std::vector<std::string>> files_of(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const auto& word : words) {
    if (!is_folder(word)) {
      names.push_back(word);
      continue;
    }
    auto inside = definitions_in(word);
    if (!inside)
      return inside.error();
    names.insert(names.end(), inside->begin(), inside->end());
  }
  return names;
}

void say(const invocation& call, const check_result& x, bool remote) {
  if (x.mistakes.empty())
    call.out() << x.file << ": valid\n";
  for (const auto& one : x.mistakes)
    call.err() << x.file << ": " << one << "\n";
  for (const auto& one : x.hints)
    call.err() << x.file << ": hint: " << one << "\n";
  if (!remote && needs_templates(x))
    call.err() << "Next: tutti validate --remote " << x.file
               << ", which knows the server's job templates\n";
}

} // namespace

exit_code push_verb(const invocation& call) {
  auto file = read_definition(call.given.words.front());
  if (!file)
    return report_usage(call.err(), "push", file.error().message);
  say_hints(call, *file);
  auto answer = push_definition(call.link(), *file);
  if (!answer) {
    auto why = answer.error();
    why.message = file->name + ": " + why.message;
    return report(call, why, "correct " + file->name + ", then: tutti push " + file->name);
  }
  const auto made = pushed_version(*answer);
  const bool active = member(member(*answer, "workflow_definition"), "is_active")
                      == json_value(true);
  print(call, *answer,
        "pushed " + made.workflow_id + " version " + made.version + (active ? ", active" : "")
          + "\nNext: tutti run " + made.workflow_id + "\n");
  return exit_code::ok;
}

exit_code validate_verb(const invocation& call) {
  const bool remote = call.given.has("remote") || call.given.has("server");
  const bool json = call.json && call.form_named;
  const auto link = call.link();
  boost::json::array all;
  bool valid = true;
  const auto names = files_of(call.given.words);
  if (!names)
    return report_usage(call.err(), "validate", names.error().message);
  for (const auto& name : *names) {
    auto checked = remote ? check_there(link, name) : check_here(name);
    // A file that cannot be read is a mistake on the command line; a silent server is not.
    if (!checked && checked.error().code == ec::bad_request)
      return report_usage(call.err(), "validate", checked.error().message);
    if (!checked)
      return report(call, checked.error());
    valid = valid && checked->mistakes.empty();
    if (json)
      all.push_back(as_json(*checked));
    else
      say(call, *checked, remote);
  }
  if (json)
    call.out() << pretty(all);
  return valid ? exit_code::ok : exit_code::refused;
}

} // namespace tutti::ctl
