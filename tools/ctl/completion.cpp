#include "tools/ctl/completion.hpp"

#include "tools/ctl/verbs.hpp"

namespace tutti::ctl {

namespace {

constexpr std::string_view begin_text
  = R"bash(# Completion of tutti for bash. Use it in this shell: source <(tutti completion bash)

_tutti_ids() {
  # The server is asked, but not for long; compgen would run what is no plain id.
  timeout 1 "$1" ps --all -n 200 -o text 2>/dev/null |
    awk 'NR > 1 && $1 != "Shown" && $1 ~ /^[A-Za-z0-9_.-]+$/ { print $1 }'
}

_tutti() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local verb= words=0 i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case ${COMP_WORDS[i]} in
)bash";

constexpr std::string_view middle_text = R"bash(      -*) ;;
      *)
        if [[ -z $verb ]]; then verb=${COMP_WORDS[i]}; else words=$((words + 1)); fi
        ;;
    esac
  done
  case $previous in
    -o | --output) COMPREPLY=($(compgen -W "text json" -- "$current")); return ;;
    --data) compopt -o filenames; COMPREPLY=($(compgen -d -- "$current")); return ;;
)bash";

constexpr std::string_view end_text = R"bash(  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
    return
  fi
  case $verb in
    '' | help) COMPREPLY=($(compgen -W "$verbs" -- "$current")) ;;
    completion) COMPREPLY=($(compgen -W "bash" -- "$current")) ;;
    push | validate | convert | run)
      compopt -o filenames
      COMPREPLY=($(compgen -f -- "$current"))
      [[ $verb != run ]] || COMPREPLY+=($(compgen -W "$(_tutti_ids "$1")" -- "$current"))
      ;;
    get | watch | logs | why | stop | kill | restart)
      if ((words == 0)); then
        COMPREPLY=($(compgen -W "$(_tutti_ids "$1")" -- "$current"))
      elif ((words == 1)); then
        COMPREPLY=($(compgen -W "latest" -- "$current"))
      fi
      ;;
  esac
}

complete -F _tutti tutti
)bash";

std::string flag_words(const std::vector<flag>& flags, std::string_view separator,
                       bool with_value) {
  std::string out;
  auto add = [&](const std::string& text) {
    out += (out.empty() ? "" : std::string{separator}) + text;
  };
  for (const auto& x : flags) {
    if (with_value && x.value.empty())
      continue;
    add("--" + std::string{x.name});
    if (x.letter)
      add(std::string{'-', x.letter});
  }
  return out;
}

/// Flags of all verbs whose value is the next word.
std::string valued_flags() {
  auto out = flag_words(common_flags(), " | ", true);
  for (const auto& x : verb_table())
    if (auto more = flag_words(x.flags, " | ", true); !more.empty())
      out += " | " + more;
  return out;
}

} // namespace

std::string bash_completion() {
  std::string verbs = "help version";
  std::string cases;
  for (const auto& x : verb_table()) {
    verbs += " " + std::string{x.name};
    if (!x.flags.empty())
      cases += "    " + std::string{x.name} + ") flags+=\" " + flag_words(x.flags, " ", false)
               + "\" ;;\n";
  }
  const auto valued = valued_flags();
  return std::string{begin_text} + "      " + valued + ") i=$((i + 1)) ;;\n"
         + std::string{middle_text} + "    " + valued + ") return ;;\n  esac\n" + "  local verbs=\""
         + verbs + "\"\n  local flags=\"" + flag_words(common_flags(), " ", false)
         + "\"\n  case $verb in\n" + cases + "  esac\n" + std::string{end_text};
}

exit_code completion_verb(const invocation& call) {
  if (const auto& asked = call.given.words.front(); asked != "bash")
    return report_usage(call.err(), "completion", "'" + asked + "' is unknown; expected bash");
  call.out() << bash_completion();
  return exit_code::ok;
}

} // namespace tutti::ctl
