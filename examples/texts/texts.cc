// Asks the model that texts.py has left in a folder about a raw sentence: the vocabulary is in its file.
//   texts FOLDER SENTENCE    prints the three most likely sections
#include <lacuna/lacuna.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

using namespace lacuna;

namespace {

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

void ask(const std::string& folder, std::string_view sentence) {
  Model model = load_model(folder + "/texts.h5", false);
  const std::vector<std::string> sections = lines_of(folder + "/sections.txt");
  const std::vector<std::string_view> texts{sentence};
  const tensor::Dense answer = model.predict(texts);
  const auto probabilities = answer.values<float>();
  std::vector<size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return probabilities[a] > probabilities[b]; });
  for (size_t i = 0; i < std::min<size_t>(3, order.size()); ++i)
    std::printf("%s %.4f\n", sections.at(order[i]).c_str(), static_cast<double>(probabilities[order[i]]));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: texts FOLDER SENTENCE\n");
    return 2;
  }
  try {
    ask(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "texts: %s\n", error.what());
    return 1;
  }
}
