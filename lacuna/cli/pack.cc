// lacuna pack: rows in a file that is read faster than text.
#include <CLI/CLI.hpp>
#include <memory>

#include "lacuna/cli/commands.h"
#include "lacuna/cli/outputs.h"
#include "lacuna/cli/ranges.h"
#include "lacuna/cli/rows_of.h"

namespace lacuna::cli {
namespace {

struct PackCommand {
  DataOptions data{};
  std::string output{}, compression = "none";
  std::optional<uint64_t> shuffle{};
};

data::Compression compression_of(const std::string& name) {
  if (name == "lz4") return data::Compression::lz4;
  return name == "zstd" ? data::Compression::zstd : data::Compression::none;
}

}  // namespace

Run add_pack(CLI::App& command) {
  const auto o = std::make_shared<PackCommand>();
  add_data_options(command, o->data);
  command.add_option("-o,--output", o->output, "The packed file, such as rows.pack")->required();
  command.add_option("--compression", o->compression, "none, lz4 or zstd")
      ->check(CLI::IsMember({"none", "lz4", "zstd"}))
      ->capture_default_str();
  command.add_option("--shuffle", o->shuffle, "A seed: rows in an order at random")
      ->check(whole_number(0, std::numeric_limits<uint64_t>::max()));
  return [o](Session& session) {
    require_apart({{"-o", o->output}, {"--rejects", o->data.rejects}}, inputs_of(o->data));
    require_writable("-o", o->output);
    const std::vector<std::string> paths = files(o->data);
    const data::Dataset rows = data::read(paths, read_options(o->data));
    const data::Dataset packed =
        rows.pack(o->output, {.compression = compression_of(o->compression), .shuffle = o->shuffle});
    tell_of_bad_rows("pack", rows);
    session.write(text(o->output, "\t", packed.rows().value_or(0), " rows\n"));
  };
}

}  // namespace lacuna::cli
