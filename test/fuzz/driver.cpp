#include "test/fuzz/kit.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

/// Stands in for libFuzzer where the compiler has none: replays the files of the folders that are
/// named, then changes of them that a seed decides. Knows libFuzzer's options `-runs`, `-seed`,
/// `-max_total_time` and `-max_len`. An input that crashes or takes longer than `seconds_max` is
/// left in the file `crash-input`.
namespace {

namespace fs = std::filesystem;
using clock_type = std::chrono::steady_clock;

constexpr unsigned seconds_max = 60;

struct options {
  std::uint64_t runs = 100'000;
  std::uint64_t seed = 1;
  std::uint64_t seconds = 5;
  std::uint64_t length_max = 4096;
  std::vector<fs::path> folders;
};

/// What a signal handler can reach.
const std::string* running = nullptr;

void on_signal(int number) {
  std::signal(number, SIG_DFL);
  const auto file = ::open("crash-input", O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file >= 0 && running && ::write(file, running->data(), running->size()) >= 0)
    ::close(file);
  constexpr std::string_view word = "fuzz: the input is in crash-input\n";
  if (::write(2, word.data(), word.size()) < 0)
    ::_exit(1);
  std::raise(number);
}

void run_one(const std::string& input) {
  running = &input;
  ::alarm(seconds_max);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  ::alarm(0);
  running = nullptr;
}

/// Changes inputs.
class mutator {
public:
  mutator(std::uint64_t seed, const std::vector<std::string>& seeds, std::size_t length_max)
    : random_(seed),
      seeds_(seeds),
      length_max_(length_max) {}

  std::string next() {
    auto out = seeds_[below(seeds_.size())];
    for (auto n = 1 + below(5); n > 0; --n)
      change(out);
    out.resize(std::min(out.size(), length_max_));
    return out;
  }

private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  void change(std::string& x) {
    constexpr const char* words[]
      = {"{",     "}",   "[",       "]",       "\"", "null", "-1",    "9223372036854775808",
         "1e999", "0.1", "\xFF",    "\xF0",    "${", "!",    "<map>", ": ",
         "\n  ",  "- ",  "&a ",     "*a",      "*/", "L",    "true",  "while",
         "(",     "?:",  "params.", "\\u0000", "''"};
    const auto at = below(x.size() + 1);
    const auto count = std::min(x.size() - at, 1 + below(16));
    switch (below(7)) {
      case 0:
        if (at < x.size())
          x[at] = static_cast<char>(x[at] ^ (1 << below(8)));
        break;
      case 1:
        x.insert(at, 1, static_cast<char>(below(256)));
        break;
      case 2:
        x.erase(at, count);
        break;
      case 3:
        x.insert(at, words[below(std::size(words))]);
        break;
      case 4:
        x.insert(below(x.size() + 1), x.substr(at, count));
        break;
      case 5:
        x.replace(at, count, words[below(std::size(words))]);
        break;
      default:
        splice(x, at);
    }
  }

  void splice(std::string& x, std::size_t at) {
    const auto& other = seeds_[below(seeds_.size())];
    if (!other.empty())
      x.replace(at, x.size() - at, other.substr(below(other.size())));
  }

  std::mt19937_64 random_;
  const std::vector<std::string>& seeds_;
  std::size_t length_max_;
};

options options_of(int argc, char** argv) {
  options out;
  for (auto i = 1; i < argc; ++i) {
    const std::string_view word{argv[i]};
    const auto value = [&](std::string_view name, std::uint64_t& to) {
      if (word.starts_with(name))
        to = std::strtoull(argv[i] + name.size(), nullptr, 10);
    };
    value("-runs=", out.runs);
    value("-seed=", out.seed);
    value("-max_total_time=", out.seconds);
    value("-max_len=", out.length_max);
    if (!word.starts_with('-'))
      out.folders.emplace_back(word);
  }
  return out;
}

std::vector<std::string> read_seeds(const std::vector<fs::path>& folders) {
  std::vector<fs::path> files;
  for (const auto& folder : folders)
    if (fs::is_directory(folder))
      for (const auto& x : fs::directory_iterator{folder})
        files.push_back(x.path());
    else
      files.push_back(folder);
  std::sort(files.begin(), files.end());
  std::vector<std::string> out;
  for (const auto& file : files) {
    std::ifstream in{file, std::ios::binary};
    out.emplace_back(std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{});
  }
  return out;
}

} // namespace

int main(int argc, char** argv) {
  for (auto number : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL, SIGALRM})
    std::signal(number, on_signal);
  const auto wanted = options_of(argc, argv);
  auto seeds = read_seeds(wanted.folders);
  const auto given = seeds.size();
  for (const auto& x : seeds)
    run_one(x);
  if (seeds.empty())
    seeds.emplace_back();
  mutator source{wanted.seed, seeds, wanted.length_max};
  const auto begin = clock_type::now();
  const auto end = begin + std::chrono::seconds{wanted.seconds};
  std::uint64_t runs = 0;
  while (runs < wanted.runs && (wanted.seconds == 0 || clock_type::now() < end)) {
    run_one(source.next());
    ++runs;
  }
  std::printf("%zu seeds and %llu changes of them in %.1f s\n", given,
              static_cast<unsigned long long>(runs),
              std::chrono::duration<double>(clock_type::now() - begin).count());
  return EXIT_SUCCESS;
}
