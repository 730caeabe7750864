// What other programs call things.
#include "lacuna/cli/other_words.h"

#include <algorithm>
#include <iterator>

namespace lacuna::cli {
namespace {

struct OtherWord {
  const char *option, *instead;
};
constexpr OtherWord kOtherWords[] = {
    {"-q", "pairs of features are what --model fm:16 learns; --quiet is written in full"},
    {"--quadratic", "pairs of features are what --model fm:16 learns"},
    {"--cubic", "products of features are what --model mlp:128,64 learns"},
    {"--interactions", "pairs of features are what --model fm:16 learns"},
    {"--rank", "write --model fm:K"},
    {"--lrq", "write --model fm:K"},
    {"--nn", "write --model mlp:N"},
    {"-t", "write lacuna predict, or lacuna evaluate"},
    {"--testonly", "write lacuna predict, or lacuna evaluate"},
    {"-p", "write lacuna predict"},
    {"--predictions", "write lacuna predict"},
    {"--raw_predictions", "write --loss hinge or squared, whose predictions are not passed through a link"},
    {"--link", "predictions of --loss logistic are probabilities, those of others are as they are"},
    {"-c", "write lacuna pack; of lacuna train, -c is LIBLINEAR's cost"},
    {"--cache", "write lacuna pack"},
    {"--cache_file", "write lacuna pack"},
    {"-k", "write lacuna pack, which makes a file anew where its source changed"},
    {"--kill_cache", "write lacuna pack, which makes a file anew where its source changed"},
    {"--holdout_off", "leave it out: no rows are held out unless --validation-split says so"},
    {"--holdout_period", "write --validation-split 0.1"},
    {"--early_terminate", "write --patience"},
    {"--save_resume", "leave it out: a model's file always holds the state of its optimizer"},
    {"--power_t", "a learning rate falls by the optimizer: write --optimizer adagrad, or ftrl"},
    {"--initial_t", "leave it out"},
    {"--decay_learning_rate", "a learning rate falls by the optimizer: write --optimizer adagrad, or ftrl"},
    {"--invariant", "leave it out"},
    {"--normalized", "write --optimizer adam"},
    {"--bfgs", "write --optimizer adam and more --epochs"},
    {"--csoaa", "write --oaa"},
    {"--binary", "write lacuna predict --classes"},
    {"--ignore_linear", "leave it out"},
    {"--keep", "write --namespaces"},
    {"--readable_model", "write lacuna inspect"},
    {"--invert_hash", "write lacuna inspect with the files of rows"},
    {"--audit", "write lacuna explain"},
    {"-a", "write lacuna explain"},
    {"--hash", "leave it out: words are hashed by FarmHash, and numbers are columns as they are"},
    {"--ngram", "make pairs of words by TextVectorization in a model of your own"},
    {"-e", "LIBLINEAR's tolerance: write --epochs, or --patience with --validation"},
    {"-v", "cross validation: write --validation-split 0.2, and again with another --seed"},
    {"-wi", "weights of classes: write a weight for each row, --weight"},
    {"-C", "write -c and compare by lacuna evaluate"},
};

}  // namespace

std::string other_words(const std::vector<std::string>& not_understood) {
  for (const std::string& given : not_understood) {
    const std::string option = given.substr(0, given.find('='));
    const auto* found =
        std::ranges::find_if(kOtherWords, [&](const OtherWord& word) { return option == word.option; });
    if (found != std::end(kOtherWords)) return option + " is not an option here: " + found->instead + ".";
  }
  return {};
}

}  // namespace lacuna::cli
