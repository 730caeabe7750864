// A program that only predicts: it links lacuna::predictor alone. An error of the library is caught by its
// standard type.
#include <lacuna/serving/predictor.h>
#include <lacuna/serving/predictor_c.h>
#include <lacuna/serving/predictor_swap.h>

#include <iostream>
#include <stdexcept>

int main() {
  if (lacuna_predictor_load("/nowhere/at.all", 0) != nullptr) return 1;
  std::cout << lacuna_last_error() << "\n";
  try {
    const lacuna::PredictorSwap swap(lacuna::Predictor("/nowhere/at.all"));
    return static_cast<int>(swap.get()->inputs().size()) + 1;
  } catch (const std::invalid_argument& error) {
    std::cout << error.what() << "\n";
    return 0;
  }
}
