// Finds the command, runs it, and says how it ended.
#include "lacuna/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <new>
#include <sstream>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/base/utf8.h"
#include "lacuna/cli/commands.h"
#include "lacuna/cli/other_words.h"
#include "lacuna/cli/ranges.h"

namespace lacuna::cli {
namespace {

constexpr const char* kAbout = R"(Trains models on sparse rows, and uses them.

  lacuna train rows.svm -o model.h5
  lacuna train log.csv --label click --numbers 'I{1..13}' --categories 'C{1..26}' --bins 1000 -m fm:8 -o model.h5
  lacuna predict model.h5 new.csv > predictions.txt
  lacuna evaluate model.h5 test.csv)";
constexpr const char* kExitCodes = R"(Exit codes: 0 done; 1 a file or a row is wrong; 2 an option is wrong;
130 ended by Ctrl-C, 143 by SIGTERM; 141 nobody reads the output any more.)";

constexpr const char* kVersion = "lacuna " LACUNA_VERSION;
constexpr uint64_t kMostThreads = 1024;  // Of set_num_threads.

struct Common {
  size_t threads = 0;
  bool quiet = false;
};

struct Commands {
  struct One {
    CLI::App* app;
    Run run;
  };
  std::vector<One> all{};
  Common common{};

  explicit Commands(CLI::App& app) {
    add(app, "train", "Makes a model of rows, and saves it", add_train);
    add(app, "predict", "Writes a line for each row: the outputs of a model", add_predict);
    add(app, "evaluate", "Writes the loss and the metrics of a model on rows", add_evaluate);
    add(app, "pack", "Writes rows to a file that is read faster than text", add_pack);
    add(app, "inspect", "Shows what is in a model's file or a packed file, and the heaviest weights",
        add_inspect);
    add(app, "explain", "Shows what each op of a model does with a batch", add_explain);
    add(app, "export", "Writes a model to one file for programs that only predict", add_export);
  }

 private:
  void add(CLI::App& app, const char* name, const char* about, Run (*make)(CLI::App&)) {
    CLI::App* command = app.add_subcommand(name, about);
    command->footer(kExitCodes);
    command->add_option("--threads", common.threads, "Threads that compute; as many as cores unless given")
        ->check(whole_number(1, kMostThreads));
    command->add_flag("--quiet", common.quiet, "No progress");
    all.push_back({command, make(*command)});
    if (CLI::Option* readers = command->get_option_no_throw("--readers"))
      readers->check(whole_number(1, kMostThreads));
    if (CLI::Option* most = command->get_option_no_throw("--max-bad"))
      most->check(number_check("from 0 to 1", "PART", [](double part) { return part >= 0 && part <= 1; }));
  }
};

// A command that is not known, in the place of the command.
void require_command(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0].starts_with('-')) return;
  std::string known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == arguments[0]) return;
    known += (known.empty() ? "" : ", ") + command->get_name();
  }
  throw WrongOptions("the command must be one of " + known + ". Received: " + in_quotes(arguments[0]) +
                     " (lacuna --help tells more).");
}

// One line.
std::string in_one_line(std::string message) {
  for (char& c : message)
    if (c == '\n' || c == '\r') c = ' ';
  return message;
}

void parse(CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  app.parse(reversed);
}

// Sets a number of threads while it lives.
class WithThreads {
 public:
  explicit WithThreads(size_t threads) : before_(num_threads()) {
    if (threads > 0) set_num_threads(threads);
  }
  ~WithThreads() { set_num_threads(before_); }
  WithThreads(const WithThreads&) = delete;
  WithThreads& operator=(const WithThreads&) = delete;

 private:
  size_t before_;
};

void run(const std::vector<std::string>& arguments, Session& session) {
  CLI::App app(kAbout, "lacuna");
  app.footer(kExitCodes);
  app.require_subcommand(1);
  app.set_version_flag("--version", kVersion, "Tells the version");
  Commands commands(app);
  require_command(app, arguments);
  try {
    parse(app, arguments);
  } catch (const CLI::CallForVersion&) {
    session.write(std::string(kVersion) + "\n");
    return session.flush();
  } catch (const CLI::Success&) {  // --help
    std::ostringstream out, err;
    app.exit(CLI::CallForHelp(), out, err);
    session.write(out.str());
    return session.flush();
  } catch (const CLI::ParseError& error) {
    const std::string other = other_words(app.remaining(true));
    throw WrongOptions(
        other.empty() ? std::string(error.what()) + " (lacuna COMMAND --help tells the options)" : other);
  }
  session.quiet = commands.common.quiet;
  const WithThreads threads(commands.common.threads);
  for (const auto& [command, execute] : commands.all)
    if (command->parsed()) execute(session);
  session.flush();
}

}  // namespace

int command_line(const std::vector<std::string>& arguments, const CommandLineStreams& streams) {
  Session session(streams);
  const auto fail = [&](const std::string& message, int code) {
    constexpr std::string_view kName = "lacuna: ";
    const std::string line = in_one_line(message.starts_with(kName) ? message.substr(kName.size()) : message);
    streams.err << kName << line << std::endl;
    try {
      if (session.on_error) session.on_error(line);
    } catch (const std::exception&) {  // The log cannot be written either.
    }
    return code;
  };
  const Messages messages(session);
  const Interrupts interrupts;
  try {
    run(arguments, session);
    return kDone;
  } catch (const OutputClosed&) {
    return kOutputClosed;
  } catch (const Interrupted& by) {
    return fail(by.signal == SIGTERM ? "ended by SIGTERM" : "interrupted", 128 + by.signal);
  } catch (const WrongOptions& error) {
    return fail(error.what(), kWrongOptions);
  } catch (const std::bad_alloc&) {
    return fail("there is not enough memory", kWrongInput);
  } catch (const std::exception& error) {
    return fail(error.what(), kWrongInput);
  } catch (...) {
    return fail("an unknown error", kWrongInput);
  }
}

}  // namespace lacuna::cli
