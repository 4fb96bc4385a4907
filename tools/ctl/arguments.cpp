#include "tools/ctl/arguments.hpp"

#include "config/options/nearest.hpp"

#include <cxxopts.hpp>

#include <algorithm>

namespace tutti::ctl {

namespace {

std::string long_form(const flag& x) {
  return "--" + std::string{x.name};
}

void declare(cxxopts::Options& options, const std::vector<flag>& flags) {
  // Unknown flags are collected and refused below, with a better sentence.
  options.allow_unrecognised_options();
  auto add = options.add_options();
  for (const auto& x : flags) {
    const auto name = (x.letter ? std::string{x.letter} + "," : "") + std::string{x.name};
    if (x.value.empty())
      add(name, "");
    else
      add(name, "", cxxopts::value<std::string>());
  }
}

bool looks_like_flag(const std::string& text) {
  return text.size() > 1 && text.front() == '-';
}

error unknown_flag(const std::string& text, const std::vector<flag>& flags) {
  std::vector<std::string> known;
  known.reserve(flags.size());
  for (const auto& x : flags)
    known.push_back(long_form(x));
  const auto name = text.substr(0, text.find('='));
  return error{ec::bad_request,
               "unknown option '" + name + "'" + config::did_you_mean(name, known)};
}

const flag* find_flag(const std::vector<flag>& flags, const std::string& text) {
  auto is = [&](const flag& x) {
    return text == long_form(x) || (x.letter && text == std::string{'-', x.letter});
  };
  auto found = std::find_if(flags.begin(), flags.end(), is);
  return found == flags.end() ? nullptr : &*found;
}

} // namespace

bool arguments::has(std::string_view name) const {
  return flags.find(name) != flags.end();
}

std::string arguments::text(std::string_view name) const {
  auto found = flags.find(name);
  return found == flags.end() || found->second.empty() ? std::string{} : found->second.back();
}

std::vector<std::string> arguments::all(std::string_view name) const {
  auto found = flags.find(name);
  return found == flags.end() ? std::vector<std::string>{} : found->second;
}

result<arguments> parse_arguments(const std::vector<flag>& flags,
                                  const std::vector<std::string>& texts) {
  // What follows "--" is words, whatever it looks like.
  const auto end = std::find(texts.begin(), texts.end(), "--");
  std::vector<const char*> argv{"tutti"};
  for (auto i = texts.begin(); i != end; ++i)
    argv.push_back(i->c_str());
  arguments found;
  try {
    cxxopts::Options options{"tutti"};
    declare(options, flags);
    auto given = options.parse(static_cast<int>(argv.size()), argv.data());
    for (const auto& x : given.unmatched()) {
      if (looks_like_flag(x))
        return unknown_flag(x, flags);
      found.words.push_back(x);
    }
    for (const auto& x : given.arguments())
      found.flags[x.key()].push_back(x.value());
  } catch (const std::exception& what) {
    // cxxopts reports by exception; it ends here.
    return error{ec::bad_request, what.what()};
  }
  if (end != texts.end())
    found.words.insert(found.words.end(), end + 1, texts.end());
  return found;
}

command split_command(const std::vector<flag>& common, const std::vector<std::string>& texts) {
  command found;
  std::size_t i = 0;
  for (; i < texts.size() && looks_like_flag(texts[i]); ++i) {
    found.rest.push_back(texts[i]);
    const auto* known = find_flag(common, texts[i]);
    if (known && !known->value.empty() && i + 1 < texts.size())
      found.rest.push_back(texts[++i]);
  }
  if (i < texts.size())
    found.verb = texts[i++];
  std::vector<std::string> rest(texts.begin() + static_cast<std::ptrdiff_t>(i), texts.end());
  found.rest.insert(found.rest.end(), rest.begin(), rest.end());
  return found;
}

std::string flags_help(const std::vector<flag>& flags) {
  constexpr std::size_t column = 24;
  std::string page;
  for (const auto& x : flags) {
    auto left = x.letter ? "  -" + std::string{x.letter} + ", " : std::string{"      "};
    left += long_form(x) + (x.value.empty() ? "" : " " + std::string{x.value});
    left += left.size() + 2 > column ? "\n" + std::string(column, ' ')
                                     : std::string(column - left.size(), ' ');
    page += left + std::string{x.help} + "\n";
  }
  return page;
}

} // namespace tutti::ctl
