#include "tools/ctl/verbs.hpp"

#include "config/options/nearest.hpp"

#include <algorithm>

#ifndef TUTTI_VERSION
#  define TUTTI_VERSION "unknown"
#endif

namespace tutti::ctl {

namespace {

constexpr std::string_view default_server = "http://127.0.0.1:8080";

constexpr std::string_view address_help
  = "  INSTANCE left out, or 'latest', is the latest one. ID INSTANCE STEP may also be written\n"
    "  ID/INSTANCE/STEP.\n";

constexpr std::string_view run_help
  = "  Pushes FILE (YAML or JSON; - is standard input), starts the version made from it, and\n"
    "  waits for its end: with a live picture on a terminal, else quietly. A word that names no\n"
    "  file is the id of a workflow that the server has.\n"
    "  A VALUE that is a whole number is LONG, a decimal DOUBLE, true and false BOOLEAN, a JSON\n"
    "  array or object a list or map; everything else, and what stands in \"quotes\", is STRING.\n"
    "  When no server was named and none answers at the default address, a node is started for\n"
    "  this run, and stopped after it. Its data goes to the folder of --data, or to a temporary\n"
    "  one that is removed when the run succeeded.\n"
    "  Ctrl-C ends the waiting, not the run.\n";

constexpr std::string_view push_help
  = "  FILE is YAML or JSON; - is standard input. A definition with a mistake is refused as a\n"
    "  whole, and nothing changes.\n";

constexpr std::string_view validate_help
  = "  A FOLDER stands for all .yaml, .yml and .json files in it and below.\n"
    "  Checks here, without a server. With --remote or --server the server checks, which has\n"
    "  limits and job templates of its own. Hints are about what is legal but hardly meant, such\n"
    "  as a key that becomes a param but looks like another.\n";

constexpr std::string_view convert_help
  = "  Prints the definition in the other form. JSON can say more than YAML: triggers, signals,\n"
    "  retry policies and versions of job templates have no keys there. A definition with any of\n"
    "  them is refused, with a list of them, unless --force drops them.\n";

constexpr std::string_view schema_help
  = "  Editors check and complete definitions with it. For those with the YAML language server\n"
    "  the first line of a definition may name it:\n"
    "    # yaml-language-server: $schema=workflow.schema.json\n";

constexpr std::string_view watch_help
  = "  INSTANCE left out, or 'latest', is the latest one. On a terminal a picture is redrawn; in\n"
    "  a pipe there is a line for each change. A server that goes away is asked again for a\n"
    "  minute. Ctrl-C ends the watching, not the run.\n";

constexpr std::string_view logs_help
  = "  INSTANCE 'latest' is the latest one. ID INSTANCE STEP may also be written\n"
    "  ID/INSTANCE/STEP. Only steps with a process have logs. Those of a foreach are the logs\n"
    "  of its iterations, which are instances of a workflow that 'tutti logs' of the foreach\n"
    "  names.\n";

constexpr std::string_view why_help
  = "  INSTANCE left out, or 'latest', is the latest one. ID INSTANCE STEP may also be written\n"
    "  ID/INSTANCE/STEP. Of what has ended it tells how and by which failure.\n";

constexpr std::string_view stop_help
  = "  INSTANCE left out, or 'latest', is the latest one. Processes get SIGTERM and some time to\n"
    "  end; the instance ends as STOPPED.\n";

constexpr std::string_view kill_help
  = "  INSTANCE may be 'latest'. As stop, but the instance ends as FAILED.\n";

constexpr std::string_view restart_help
  = "  INSTANCE may be 'latest'. Steps that are complete are not run again, unless\n"
    "  --from-beginning says so. The new run has the next run number.\n";

constexpr std::string_view node_help
  = "  Without a word it shows the server that answers. 'token' prints what lets a new node join,\n"
    "  'join' the whole command to type there. cordon: the node keeps what it has and gets "
    "nothing\n"
    "  new. drain: leaders leave it, and copies where another node can take them; the way to\n"
    "  restart a machine. uncordon takes both back. remove: the node goes for ever, and is\n"
    "  forgotten when nothing is left on it. 'tutti cluster status' shows how far it is.\n";

constexpr std::string_view cluster_help
  = "  Any node answers. A shard is whole when as many nodes as wanted have a copy and answer.\n";

constexpr std::string_view demo_help
  = "  Real nodes, real processes: kill one and see what happens; its number is in the list. Ends\n"
    "  with Ctrl-C, and then removes its temporary folders.\n";

constexpr std::string_view completion_help
  = "  The script completes verbs, options, files and the ids of workflows.\n";

std::vector<verb> running_verbs() {
  return {
    {"run",
     "FILE|ID",
     1,
     1,
     {{"param", 'p', "NAME=VALUE", "a param of the run; may be repeated"},
      {"watch", 'w', "", "show progress, also when standard output is no terminal"},
      {"wait", 0, "", "wait quietly"},
      {"detach", 'd', "", "start it and return at once"},
      {"version", 0, "V", "start this version: a number, active, latest or default"},
      {"data", 0, "DIR", "start a node on this folder for the run"}},
     "push a definition, run it and wait for its end",
     run_help,
     "  tutti run backfill.yaml\n"
     "  tutti run backfill.yaml -p from=20210101 -p 'tables=[\"a\",\"b\"]'\n"
     "  tutti run backfill --version active --detach\n",
     run_verb},
    {"push",
     "FILE",
     1,
     1,
     {},
     "store a definition as a new version of its workflow",
     push_help,
     "  tutti push backfill.yaml\n"
     "  generate | tutti push -\n",
     push_verb},
    {"validate",
     "FILE|FOLDER...",
     1,
     SIZE_MAX,
     {{"remote", 0, "", "let the server check"}},
     "check definitions and store nothing",
     validate_help,
     "  tutti validate workflows/\n"
     "  tutti validate --remote backfill.yaml\n",
     validate_verb},
    {"convert",
     "FILE",
     1,
     1,
     {{"to", 0, "FORM", "yaml or json; by default the other form than that of FILE"},
      {"force", 'f', "", "write what can be said, and say on standard error what cannot"}},
     "write a definition as YAML or as JSON",
     convert_help,
     "  tutti convert backfill.yaml > backfill.json\n"
     "  tutti convert backfill.json > backfill.yaml\n",
     convert_verb},
    {"schema",
     "",
     0,
     0,
     {},
     "print the JSON Schema of definitions in YAML",
     schema_help,
     "  tutti schema > workflow.schema.json\n",
     schema_verb},
  };
}

std::vector<verb> looking_verbs() {
  return {
    {"ps",
     "",
     0,
     0,
     {{"number", 'n', "N", "show at most N, 1 to 200; 20 by default"},
      {"all", 'a', "", "all workflows, not only what runs now"}},
     "list active runs, or all workflows",
     "",
     "  tutti ps\n"
     "  tutti ps --all -n 100\n"
     "  tutti ps -o json | jq -r '.elements[].workflow_id'\n",
     ps_verb},
    {"get",
     "ID [INSTANCE [STEP]]",
     1,
     3,
     {{"definition", 0, "", "the definition instead of an instance"},
      {"version", 0, "V", "of this version: a number, active, latest or default"}},
     "show an instance, a step or a definition",
     address_help,
     "  tutti get backfill\n"
     "  tutti get backfill 3 load\n"
     "  tutti get backfill --definition --version latest -o json\n",
     get_verb},
    {"watch",
     "ID [INSTANCE]",
     1,
     2,
     {},
     "follow a run until it ends",
     watch_help,
     "  tutti watch backfill\n"
     "  tutti watch backfill 3 -o json | jq .status\n",
     watch_verb},
    {"logs",
     "ID INSTANCE STEP",
     1,
     3,
     {{"follow", 'f', "", "go on until the step ends"},
      {"stderr", 0, "", "standard error instead of standard output"},
      {"attempt", 0, "N", "of this attempt instead of the latest"}},
     "print what a step wrote",
     logs_help,
     "  tutti logs backfill latest load -f\n"
     "  tutti logs backfill/3/load --stderr --attempt 1\n",
     logs_verb},
    {"why",
     "ID [INSTANCE [STEP]]",
     1,
     3,
     {},
     "tell what a run or a step waits for, or why it failed",
     why_help,
     "  tutti why backfill\n"
     "  tutti why backfill 3 load\n",
     why_verb},
  };
}

std::vector<verb> acting_verbs() {
  return {
    {"stop",
     "ID [INSTANCE]",
     1,
     2,
     {},
     "stop an instance in good order",
     stop_help,
     "  tutti stop backfill\n"
     "  tutti stop backfill 3\n",
     stop_verb},
    {"kill",
     "ID INSTANCE",
     1,
     2,
     {},
     "end an instance as failed",
     kill_help,
     "  tutti kill backfill 3\n",
     kill_verb},
    {"restart",
     "ID INSTANCE",
     1,
     2,
     {{"from-beginning", 0, "", "run everything again, not only what is incomplete"}},
     "run an ended instance again",
     restart_help,
     "  tutti restart backfill 3\n"
     "  tutti restart backfill latest --from-beginning\n",
     restart_verb},
    {"node",
     "[token|join | cordon|uncordon|drain|remove NODE]",
     0,
     2,
     {{"valid", 0, "TIME", "how long the token is good, 1h by default"},
      {"uses", 0, "N", "how many nodes it serves, 1 by default"}},
     "show the server, or change a node of the cluster",
     node_help,
     "  tutti node\n"
     "  tutti node join\n"
     "  tutti node drain 3\n"
     "  tutti node token --uses 2 --valid 30m -o json | jq -r .token\n",
     node_verb},
    {"cluster",
     "[status]",
     0,
     1,
     {},
     "show nodes, leaders and replicas of the cluster",
     cluster_help,
     "  tutti cluster status\n"
     "  tutti cluster status -o json | jq .shards\n",
     cluster_verb},
    {"demo",
     "",
     0,
     0,
     {{"nodes", 0, "N", "how many nodes, 1 to 5; 3 by default"},
      {"iterations", 0, "N", "of the backfill, 10000 by default"},
      {"data", 0, "DIR", "keep the data here instead of in a temporary folder"},
      {"insecure", 0, "", "links between the nodes in the clear"},
      {"once", 0, "", "end when the backfill has ended"}},
     "start a cluster on this machine with a large backfill",
     demo_help,
     "  tutti demo --nodes 3\n",
     demo_verb},
    {"completion",
     "bash",
     1,
     1,
     {},
     "print the completion script of a shell",
     completion_help,
     "  source <(tutti completion bash)\n"
     "  tutti completion bash > ~/.local/share/bash-completion/completions/tutti\n",
     completion_verb},
  };
}

const verb* find_verb(const std::string& name) {
  for (const auto& x : verb_table())
    if (x.name == name)
      return &x;
  return nullptr;
}

exit_code unknown_verb(const std::string& name, surroundings& around) {
  std::vector<std::string> known{"help", "version"};
  for (const auto& x : verb_table())
    known.emplace_back(x.name);
  return report_usage(around.err, "",
                      "unknown verb '" + name + "'" + config::did_you_mean(name, known));
}

exit_code help(const std::vector<std::string>& texts, surroundings& around) {
  auto is_word = [](const std::string& x) { return x.substr(0, 1) != "-"; };
  auto word = std::find_if(texts.begin(), texts.end(), is_word);
  if (word == texts.end()) {
    around.out << program_help();
    return exit_code::ok;
  }
  const auto* x = find_verb(*word);
  if (!x && *word != "help" && *word != "version")
    return unknown_verb(*word, around);
  // Those two have nothing to tell beyond the page of the program.
  around.out << (x ? verb_help(*x) : program_help());
  return exit_code::ok;
}

/// The flag, else the first variable that is set, else the default.
std::string chosen(const arguments& given, std::string_view name, const surroundings& around,
                   std::initializer_list<const char*> variables, std::string_view otherwise) {
  if (given.has(name))
    return given.text(name);
  for (const auto* x : variables)
    if (auto value = around.variables(x); value && !value->empty())
      return *value;
  return std::string{otherwise};
}

std::string without_slash(std::string url) {
  while (!url.empty() && url.back() == '/')
    url.pop_back();
  return url;
}

invocation invocation_of(arguments given, surroundings& around) {
  auto named = chosen(given, "server", around, {"TUTTI_SERVER"}, "");
  const auto form = given.text("output");
  const auto no_colour = around.variables("NO_COLOR");
  invocation call{around, std::move(given), {}, !named.empty(), {}, false, !form.empty(), {}};
  call.server = without_slash(named.empty() ? std::string{default_server} : named);
  call.user = chosen(call.given, "user", around, {"TUTTI_USER", "USER"}, "anonymous");
  call.json = form.empty() ? !around.terminal : form == "json";
  call.how.terminal = around.terminal;
  call.how.colour = around.terminal && !(no_colour && !no_colour->empty());
  call.how.width = around.terminal ? around.width : 0;
  call.how.height = around.terminal ? around.height : 0;
  return call;
}

status check(const verb& x, const arguments& given) {
  auto wrong = [](std::string why) { return error{ec::bad_request, std::move(why)}; };
  if (given.words.size() < x.words_min)
    return wrong("expected " + std::string{x.words});
  if (given.words.size() > x.words_max)
    return wrong("'" + given.words[x.words_max] + "' is one word too many; expected "
                 + (x.words.empty() ? "none" : std::string{x.words}));
  if (auto form = given.text("output"); given.has("output") && form != "text" && form != "json")
    return wrong("-o " + form + ": must be text or json");
  return unit{};
}

exit_code act(const verb& x, const std::vector<std::string>& texts, surroundings& around) {
  auto flags = x.flags;
  flags.insert(flags.end(), common_flags().begin(), common_flags().end());
  auto given = parse_arguments(flags, texts);
  if (!given)
    return report_usage(around.err, x.name, given.error().message);
  if (given->has("help")) {
    around.out << verb_help(x);
    return exit_code::ok;
  }
  if (auto ok = check(x, *given); !ok)
    return report_usage(around.err, x.name, ok.error().message);
  auto call = invocation_of(std::move(*given), around);
  if (auto ok = client::http_client::to(call.server); !ok)
    return report_usage(around.err, x.name, ok.error().message);
  return x.act(call);
}

} // namespace

const std::vector<verb>& verb_table() {
  static const std::vector<verb> table = [] {
    auto all = running_verbs();
    for (const auto& part : {looking_verbs(), acting_verbs()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return table;
}

const std::vector<flag>& common_flags() {
  static const std::vector<flag> flags{
    {"server", 's', "URL", "the server; else TUTTI_SERVER, else http://127.0.0.1:8080"},
    {"output", 'o', "FORM", "text or json; else text on a terminal, json elsewhere"},
    {"user", 'u', "NAME", "who asks; else TUTTI_USER, else USER"},
    {"help", 'h', "", "print the help of the verb"},
  };
  return flags;
}

std::string program_help() {
  std::string page = "tutti runs workflows on a Tutti server and shows what they do.\n\n"
                     "Usage: tutti VERB [WORD...] [OPTION...]\n\nVerbs:\n";
  for (const auto& x : verb_table())
    page += "  " + pad(std::string{x.name} + " " + std::string{x.words}, 28)
            + std::string{x.summary} + "\n";
  page += "  " + pad("help [VERB]", 28) + "print this page, or the one of a verb\n";
  page += "  " + pad("version", 28) + "print the version\n";
  page += "\nOptions of all verbs:\n" + flags_help(common_flags());
  page += "\n" + std::string{exit_code_help()};
  page += "\nTry: tutti run FILE\n";
  return page;
}

std::string verb_help(const verb& x) {
  auto page = "tutti " + std::string{x.name} + ": " + std::string{x.summary} + "\n\nUsage: tutti "
              + std::string{x.name} + (x.words.empty() ? "" : " ") + std::string{x.words}
              + " [OPTION...]\n";
  if (!x.help.empty())
    page += "\n" + std::string{x.help};
  page += "\nOptions:\n" + flags_help(x.flags) + flags_help(common_flags());
  if (!x.examples.empty())
    page += "\nExamples:\n" + std::string{x.examples};
  return page + "\n" + std::string{exit_code_help()};
}

exit_code run_tutti(const std::vector<std::string>& texts, surroundings& around) {
  auto flags = common_flags();
  flags.push_back({"version"});
  const auto asked = split_command(flags, texts);
  auto before = [&](std::string_view x) {
    return std::find(asked.rest.begin(), asked.rest.end(), x) != asked.rest.end();
  };
  if (asked.verb == "version" || (asked.verb.empty() && before("--version"))) {
    around.out << "tutti " << TUTTI_VERSION << "\n";
    return exit_code::ok;
  }
  if (asked.verb == "help" || (asked.verb.empty() && (before("--help") || before("-h"))))
    return help(asked.rest, around);
  if (asked.verb.empty()) {
    around.err << program_help();
    return exit_code::usage;
  }
  const auto* x = find_verb(asked.verb);
  return x ? act(*x, asked.rest, around) : unknown_verb(asked.verb, around);
}

} // namespace tutti::ctl
