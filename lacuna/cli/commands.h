// The commands. Each adds its options to a subcommand, and returns what runs it.
#pragma once
#include <functional>

#include "lacuna/cli/session.h"

namespace CLI {
class App;
}

namespace lacuna::cli {

using Run = std::function<void(Session&)>;

Run add_train(CLI::App& command);
Run add_predict(CLI::App& command);
Run add_evaluate(CLI::App& command);
Run add_pack(CLI::App& command);
Run add_inspect(CLI::App& command);
Run add_explain(CLI::App& command);
Run add_export(CLI::App& command);

}  // namespace lacuna::cli
