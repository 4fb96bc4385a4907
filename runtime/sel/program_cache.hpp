#pragma once

#include "runtime/sel/sel.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tutti::sel {

/// Keeps the programs that were used last. Safe for any number of threads.
class program_cache {
public:
  struct bounds {
    std::size_t programs = 4096;
    std::size_t bytes = 32 * 1024 * 1024;
  };

  program_cache(limits within, bounds keep) : within_(within), keep_(keep) {}

  /// The program of a text, compiled if it is not known. Errors are not kept.
  result<std::shared_ptr<const program>> get(const std::string& text);

  std::size_t size() const;
  std::size_t bytes() const;

private:
  struct entry {
    std::string text;
    std::shared_ptr<const program> compiled;
  };

  static std::size_t weight(const entry& x) { return x.text.size() + x.compiled->bytes() + 128; }

  void shrink();

  const limits within_;
  const bounds keep_;
  mutable std::mutex mutex_;
  std::list<entry> entries_; ///< the latest first
  std::unordered_map<std::string_view, std::list<entry>::iterator> by_text_;
  std::size_t bytes_ = 0;
};

} // namespace tutti::sel
