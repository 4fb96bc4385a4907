#include "actors/worker/outputs.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::worker;

namespace {

const result<std::string> no_file{error{ec::not_found, "none", {}}};

job_report printed(std::string text) {
  job_report report;
  report.token_text = std::move(text);
  return report;
}

} // namespace

TEST_CASE("a job without outputs has none, and that is no error") {
  const auto got = merge_outputs(no_file, {});
  CHECK(got.json.empty());
  CHECK(got.error.empty());
  CHECK(merge_outputs(std::string{" \n"}, printed("\n")).json.empty());
}

TEST_CASE("outputs of one source are passed on as they were written") {
  CHECK(merge_outputs(no_file, printed("\n{\"n\": 0.1}\n")).json == "{\"n\": 0.1}");
  CHECK(merge_outputs(std::string{"{\"n\": 0.1}"}, {}).json == "{\"n\": 0.1}");
}

TEST_CASE("outputs of both sources are joined, and the file wins") {
  const auto got = merge_outputs(std::string{R"({"params":{"a":1,"b":2}})"},
                                 printed(R"({"params":{"b":3,"c":4},"artifacts":{"x":{}}})"));
  CHECK(got.json == R"({"params":{"b":2,"c":4,"a":1},"artifacts":{"x":{}}})");
}

TEST_CASE("malformed outputs name their source") {
  CHECK(merge_outputs(std::string{"{"}, {}).error.find("output file") != std::string::npos);
  CHECK(merge_outputs(no_file, printed("[1]")).error.find("output tokens") != std::string::npos);
  const auto got = merge_outputs(std::string{"{}"}, printed("nonsense"));
  CHECK(got.json.empty());
  CHECK_FALSE(got.error.empty());
}

TEST_CASE("outputs that are too large are refused") {
  job_report report;
  report.output_max_chars = 10;
  CHECK(merge_outputs(std::string{R"({"a":123456})"}, report).error.find("exceed")
        != std::string::npos);
  job_report from_log;
  from_log.token_text_too_large = true;
  CHECK_FALSE(merge_outputs(no_file, from_log).error.empty());
}

TEST_CASE("an output file that cannot be read is an error") {
  CHECK(merge_outputs(error{ec::bad_request, "is not a regular file", {}}, {}).error
        == "is not a regular file");
}
