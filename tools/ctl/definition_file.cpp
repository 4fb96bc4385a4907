#include "tools/ctl/definition_file.hpp"

#include "actors/http/api_parts.hpp"
#include "actors/run/process_language.hpp"
#include "config/options/nearest.hpp"
#include "config/options/node_options.hpp"
#include "runtime/dsl/dsl.hpp"
#include "runtime/model/json.hpp"
#include "tools/ctl/unknown_names.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <system_error>

namespace tutti::ctl {

namespace {

bool has_ending(std::string_view name, std::string_view ending) {
  return name.size() > ending.size() && name.substr(name.size() - ending.size()) == ending;
}

bool begins_with_brace(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

model::limits server_limits() {
  const config::node_options defaults;
  model::limits bounds;
  bounds.step_count_max = static_cast<std::size_t>(defaults.steps_max);
  bounds.iteration_count_max = defaults.foreach_iterations_max;
  bounds.foreach_concurrency_max = defaults.foreach_concurrency_max;
  bounds.leaf_step_count_max = defaults.leaf_steps_max;
  bounds.depth_max = defaults.nesting_depth_max;
  return bounds;
}

std::vector<std::string> findings_of(const error& why) {
  if (!why.details.empty())
    return why.details;
  return {why.message};
}

result<model::workflow_create_request> read(const definition_file& file,
                                            std::vector<dsl::mistake>* hints) {
  return file.json ? model::parse_json<model::workflow_create_request>(file.text)
                   : dsl::read_workflow(file.text, {}, hints);
}

bool is_definition_name(std::string_view name) {
  for (auto ending : {".yaml", ".yml", ".json"})
    if (has_ending(name, ending))
      return true;
  return false;
}

std::vector<std::string> hint_texts(const result<model::workflow_create_request>& request,
                                    const std::vector<dsl::mistake>& hints) {
  std::vector<std::string> texts;
  for (const auto& x : hints)
    texts.push_back(to_string(x));
  if (request)
    for (auto& x : unknown_names(request->workflow, dsl::mistake_limit))
      texts.push_back(std::move(x));
  return texts;
}

/// What is wrong with what was read, or why it was not.
std::vector<std::string> judged(const result<model::workflow_create_request>& request) {
  if (!request)
    return findings_of(request.error());
  auto verdict = http::judge_push(*request, server_limits(), *actors::process_language());
  if (verdict.invalid)
    return findings_of(*verdict.invalid);
  return verdict.unfit ? findings_of(*verdict.unfit) : std::vector<std::string>{};
}

} // namespace

std::string_view definition_file::content_type() const {
  return json ? "application/json" : "application/yaml";
}

result<definition_file> read_definition(const std::string& name) {
  definition_file file{name, {}, false};
  std::ostringstream text;
  if (name == "-") {
    text << std::cin.rdbuf();
  } else {
    std::error_code why;
    if (!std::filesystem::exists(name, why))
      return error{ec::bad_request, "there is no file '" + name + "'"};
    std::ifstream in{name, std::ios::binary};
    if (std::filesystem::is_directory(name, why) || !in)
      return error{ec::bad_request, "file '" + name + "' cannot be read"};
    text << in.rdbuf();
  }
  file.text = text.str();
  file.json = has_ending(name, ".json") || begins_with_brace(file.text);
  return file;
}

bool is_folder(const std::string& name) {
  std::error_code why;
  return std::filesystem::is_directory(name, why);
}

result<std::vector<std::string>> definitions_in(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> names;
  std::error_code why;
  for (fs::recursive_directory_iterator i{folder, why}, end; !why && i != end; i.increment(why)) {
    const auto name = i->path().filename().string();
    std::error_code unknown;
    if (name.starts_with('.') && i->is_directory(unknown))
      i.disable_recursion_pending();
    else if (is_definition_name(name) && i->is_regular_file(unknown))
      names.push_back(i->path().string());
  }
  if (why)
    return error{ec::bad_request, "folder '" + folder + "' cannot be read: " + why.message()};
  if (names.empty())
    return error{ec::bad_request,
                 "folder '" + folder + "' has no files that end with .yaml, .yml or .json"};
  std::sort(names.begin(), names.end());
  return names;
}

bool names_file(const std::string& word) {
  std::error_code why;
  return is_definition_name(word) || word == "-" || word.find('/') != std::string::npos
         || std::filesystem::exists(word, why);
}

result<model::workflow_create_request> read_request(const definition_file& file) {
  return read(file, nullptr);
}

findings examine(const definition_file& file) {
  std::vector<dsl::mistake> hints;
  const auto request = read(file, &hints);
  return {judged(request), hint_texts(request, hints)};
}

std::vector<std::string> hints_of(const definition_file& file) {
  std::vector<dsl::mistake> hints;
  const auto request = read(file, &hints);
  return hint_texts(request, hints);
}

std::vector<std::string> param_hints(const definition_file& file,
                                     const std::vector<std::string>& names) {
  auto request = read_request(file);
  std::vector<std::string> texts;
  if (!request || !request->workflow.params)
    return texts;
  std::vector<std::string> known;
  for (const auto& [name, param] : *request->workflow.params)
    known.push_back(name);
  for (const auto& x : names)
    if (auto guess = config::did_you_mean(x, known);
        !guess.empty() && std::find(known.begin(), known.end(), x) == known.end())
      texts.push_back("the workflow has no param '" + x + "', so it is a new one" + guess);
  return texts;
}

} // namespace tutti::ctl
