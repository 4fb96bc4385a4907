#include "tools/ctl/embedded_node.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::ctl;

TEST_CASE("the ready line tells address and folder, blanks in the folder and all") {
  CHECK(*read_ready_line("ready http=127.0.0.1:4711 data=/tmp/my data")
        == ready_line{"127.0.0.1:4711", "/tmp/my data"});
}

TEST_CASE("another first line is refused and shown") {
  auto refused = read_ready_line("hello\x1b[0m");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "expected 'ready http=HOST:PORT data=DIR', found 'hello [0m'");
}

TEST_CASE("a node that is not there is refused, and stopping it is harmless") {
  embedded_node node;
  auto refused = node.start("nowhere/tuttid", "", 1000);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("nowhere/tuttid") != std::string::npos);
  node.stop();
  node.stop();
  CHECK(node.temporary());
  node.remove_temporary_folder();
}
