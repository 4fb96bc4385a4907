#include "config/load/loader.hpp"

#include "config/load/manual.hpp"

namespace tutti::config {

result<loaded<node_options>> load_node_options(int argc, const char* const* argv,
                                               const environment& variables) {
  auto found = load(node_table(), argc, argv, variables);
  if (found && found->what == outcome::run)
    if (auto ok = validate(found->options); !ok)
      return ok.error();
  return found;
}

result<loaded<node_options>> load_node_options(int argc, const char* const* argv) {
  return load_node_options(argc, argv, process_environment());
}

std::string node_manual() {
  return "tuttid runs one node: it keeps workflows, runs their steps and serves the API.\n\n"
         "Usage: tuttid --data DIR [--name VALUE]...\n\n"
         "Every option is a flag, an environment variable and a key of the TOML file that\n"
         "--config names. A flag wins over a variable, a variable over the file, the file over\n"
         "the default.\n\n"
         + manual(printed(node_table(), node_options{}))
         + "\nSwitches:\n"
           "  --help, -h       Print this page.\n"
           "  --version        Print the version.\n"
           "  --print-config   Print the configuration in force as a TOML file, and stop.\n\n"
           "Sizes are written like 64MB (B, KB, MB, GB, TB; powers of 1024), times like 10s\n"
           "(ms, s, m, h, d).\n";
}

std::string node_config_file(const node_options& options) {
  return "# Configuration of tuttid.\n\n" + config_file(printed(node_table(), options));
}

} // namespace tutti::config
