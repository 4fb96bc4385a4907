#include "runtime/base/md5.hpp"
#include "runtime/model/ids.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace tutti::model {

TEST_CASE("MD5 gives the digests of its definition") {
  CHECK(md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(md5_hex("abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(md5_hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890")
        == "57edf4a22be3c955ac49da2e2107b67a");
  CHECK(md5_hex("a@1@b") == "15a23bcb26433c2e5c8caf34bab288dc");
}

TEST_CASE("name-based UUIDs have version 3") {
  CHECK(name_uuid("test-uuid1") == "7b92bd31-8478-35db-bb77-dfdb3d7260fc");
}

TEST_CASE("hash keys put the least significant digit first") {
  CHECK(hash_key(12345) == "7D3");
  CHECK(hash_key(1000000) == "29C4");
  CHECK(hash_key(100000000000) == "o9oZ9l1");
}

TEST_CASE("range keys sort as their numbers do") {
  CHECK(range_key(1) == "11");
  CHECK(range_key(62) == "210");
  CHECK(range_key(12345) == "33D7");
  CHECK(range_key(1000000) == "44C92");
  CHECK(range_key(100000000000) == "71l9Zo9o");
  CHECK(range_key(std::numeric_limits<std::int64_t>::max()) == "BAzL8n0Y58m7");
  for (std::int64_t x = 1; x < 5000; ++x)
    CHECK(range_key(x) < range_key(x + 1));
}

TEST_CASE("inline workflow ids follow from the place of the loop") {
  CHECK(while_workflow_id({456, 999, "test-step", 123, "test-workflow"})
        == "maestro_while_M7_2G7_8375dda31ebbddc3be29e95e72ea9bc9");
  CHECK(foreach_workflow_id({12345, 12, "fake_step_id", 1, "fake_workflow_id"})
        == "maestro_foreach_7D3_1C_2fe596608afaef7a41b4ec3c0edc3973");
  CHECK(foreach_prefix(1) == "maestro_foreach_1_");
  CHECK(is_inline_workflow_id("maestro_while_M7_2G7_x"));
  CHECK(!is_inline_workflow_id("my_foreach"));
}

TEST_CASE("a run belongs to the group of its identity") {
  CHECK(run_identity("sample-dag-test-1", 12, 2) == "[sample-dag-test-1][12][2]");
  CHECK(group_of("[sample-dag-test-1][12][2]", 10) == 5);
  CHECK(group_of("negative-test", 3) == 2);
  CHECK(group_of("x", 0) == 0);
}

TEST_CASE("request ids of children follow from the identity of the parent") {
  CHECK(step_identity("s", 1, "u") == "[s][1][u]");
  CHECK(subworkflow_request_id("[w][1][1]", "[s][1][u]") == name_uuid("[w][1][1][s][1][u]"));
  CHECK(foreach_request_id("i", 1, 0) == name_uuid("[i][1][0]"));
  CHECK(while_request_id("i", 2, 1) == name_uuid("[i][2][1]"));
}

TEST_CASE("workflow ids follow their rule and the first flaw is told") {
  CHECK(!workflow_id_flaw("1a__b.c-d"));
  CHECK(workflow_id_flaw("") == "[maestro id] cannot be null or empty");
  CHECK(workflow_id_flaw("a b")
        == R"([maestro id] does not follow the regex rule: [_a-zA-Z0-9][.\-_a-zA-Z0-9]*+)"
           " - rejected value is [a b]");
  CHECK(workflow_id_flaw("-a"));
  CHECK(
    workflow_id_flaw("Maestro_x")
    == "[maestro id] cannot start with reserved prefix: maestro_ - rejected value is [Maestro_x]");
  CHECK(workflow_id_flaw("x_MAESTRO"));
  CHECK(!workflow_id_flaw(std::string(128, 'a')));
  CHECK(workflow_id_flaw(std::string(129, 'a')));
}

TEST_CASE("reference ids hold neither a leading digit nor the separator") {
  CHECK(!reference_id_flaw("job.1-x"));
  CHECK(reference_id_flaw("1p"));
  CHECK(reference_id_flaw("a__b")
        == "[maestro id or name reference] cannot contain the step param separator '__'"
           " - rejected value is [a__b]");
  CHECK(reference_id_flaw("maestro_a"));
  CHECK(!reference_id_flaw("a_maestro"));
}

TEST_CASE("names hold blanks and signs but are not blank") {
  CHECK(!name_flaw("a b/c (d) [e] \\ $x + y=z"));
  CHECK(name_flaw("  ") == "[maestro name] cannot be null or empty or blank spaces");
  CHECK(name_flaw("bad!"));
  CHECK(name_flaw("é"));
  CHECK(name_flaw("x_maestro"));
  CHECK(
    name_flaw(std::string(257, 'a'))
    == "[maestro name] cannot be more than name length limit 256 - rejected length is [257] for "
       "value ["
         + std::string(257, 'a') + "]");
}

TEST_CASE("lengths count UTF-16 units") {
  CHECK(utf16_length("aé€😀") == 5);
  CHECK(!display_name_flaw(""));
  CHECK(display_name_flaw(std::string(257, 'x')));
}

} // namespace tutti::model
