#pragma once

#include <memory>
#include <string_view>

namespace tutti::bench {

/// The same expressions in Lua 5.4, where it is installed.
class yardstick {
public:
  yardstick();
  ~yardstick();
  yardstick(const yardstick&) = delete;
  yardstick& operator=(const yardstick&) = delete;

  /// Whether Lua was there when this was built.
  bool present() const;

  /// False if the text is wrong.
  bool load(std::string_view text);

  /// Runs what was loaded, after giving the names their values.
  void run();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace tutti::bench
